"""The running program: builds what lives long, opens projects, ends cleanly."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QApplication

from core.author import login_name
from core.diagnostics import start_log, stop_log, write_report
from core.errors import MaskwrightError
from core.formats.dataset import ImportReport
from core.project.opening import OpenedProject, open_source
from core.project.project import Project
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from core.worker.opening import open_in_worker
from core.worker.process import Worker
from gui.background import MainThreadBridge
from gui.dialogs.report_dialog import ReportDialog
from gui.main_window import MainWindow
from gui.pictures.picture_limit import apply_picture_limit
from gui.pictures.view_commands import THEME_SETTING
from gui.proposals.model_runs import ModelRuns
from gui.qt_messages import qt_messages_in_log
from gui.start_window import StartWindow
from gui.theme import apply_theme, theme_for

ORGANISATION = "maskwright"
AUTHOR_SETTING = "author"
RECENT_SETTING = "recent"
RECENT_KEPT = 8
TASK_THREADS = 4
CLOSE_WITHIN_S = 10.0

_LOG = logging.getLogger(__name__)


class Desk(QObject):
    """Owns the engine's client and the one window that is open."""

    window_opened = Signal(object)
    """Carries the MainWindow of a project that was opened."""
    open_failed = Signal(object)
    """Carries the MaskwrightError."""

    def __init__(self, settings: QSettings, data_folder: Path, log_file: Path) -> None:
        super().__init__()
        self.settings = settings
        self.data_folder = data_folder
        self._log_file = log_file
        self.bridge = MainThreadBridge(self)
        self._opening = TaskQueue(self.bridge.deliver, threads=1)
        self.worker = Worker()
        self.runs = ModelRuns(self.bridge, self)
        self._start: StartWindow | None = None
        self.window: MainWindow | None = None
        self._rescued: OpenedProject | None = None

    @property
    def author(self) -> str:
        """Who edits; stands on every edit."""
        return str(self.settings.value(AUTHOR_SETTING, "")) or login_name()

    def show_start(self, message: str = "") -> None:
        """Show the page that says what can be opened."""
        if self._start is None:
            self._start = StartWindow(self._recent())
            self._start.open_requested.connect(self.open)
            self._start.demo_requested.connect(self.open_demo)
        self._start.show()
        self.worker.prepare()
        if message:
            self._start.show_message(message)

    def open(self, path: Path) -> None:
        """Open a folder, an annotation file or a project in the background."""
        path = path.absolute()
        author, data_folder = self.author, self.data_folder

        def run(context: TaskContext) -> OpenedProject:
            return open_in_worker(
                path,
                self.worker,
                author=author,
                data_folder=data_folder,
                on_preview=lambda project: self._deliver_preview(project, context),
                cancelled=lambda: context.cancelled,
            )

        self._open_in_background(run, str(path))

    def open_demo(self) -> None:
        """Make the demo project where there is none yet, and open it."""
        author, folder = self.author, self.data_folder / "demo"

        def run(_context: TaskContext) -> OpenedProject:
            from core.demo.project import build_demo

            return open_source(build_demo(folder), author=author, data_folder=None)

        self._open_in_background(run, "")

    def report_unexpected(
        self, kind: type[BaseException], error: BaseException, place: TracebackType | None
    ) -> None:
        """Write a report of what should not have happened, and say so in the window."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        _LOG.critical("unexpected error", exc_info=(kind, error, place))
        try:
            report = write_report(self._log_file.parent, kind, error, place)
            text = f"Something unexpected happened. A report is in {report}. {self._saved_line()}"
        except OSError:
            text = "Something unexpected happened, and the report could not be written."
        self._show_error(MaskwrightError(text))

    def report_unexpected_of_thread(self, hook: threading.ExceptHookArgs) -> None:
        """The same for an error in a background thread."""
        kind, error, place = hook.exc_type, hook.exc_value, hook.exc_traceback
        if error is not None:
            self.bridge.deliver(lambda: self.report_unexpected(kind, error, place))

    def close(self) -> None:
        """End everything; what is pending is saved first."""
        self._opening.close()
        self.worker.close()
        if self.window is not None:
            self.window.close()
        self.runs.close()
        self.bridge.close()

    def _open_in_background(self, run: Callable[[TaskContext], OpenedProject], source: str) -> None:
        self._opening.submit(
            Task("Open project", Lane.INTERACTIVE, ("open",), run),
            lambda opened: self._on_opened(opened, source),
            self._on_open_failed,
        )

    def _deliver_preview(self, project: Project, context: TaskContext) -> None:
        """Show the beginnings of a large file; called on the opening thread."""

        def show() -> None:
            if context.cancelled:
                project.close()
            else:
                self._on_opened(OpenedProject(project, project.notices), "")

        self.bridge.deliver(show)

    def _on_opened(self, opened: OpenedProject, source: str) -> None:
        project, before = opened.project, self.window
        seen = None if before is None else before.bench.session.project
        if before and seen and seen.path == project.path and not seen.is_preview:
            project.close()
            before.message_bar.show_text("This project is open already.")
            return
        if source:
            self._remember(source)
        tasks = TaskQueue(self.bridge.deliver, threads=TASK_THREADS)
        window = MainWindow(project, tasks, self.runs, self.settings, self.author, self._log_file)
        window.commands.files.open_requested.connect(self.open)
        window.commands.files.demo_requested.connect(self.open_demo)
        window.commands.project.reopen_requested.connect(self._reopen)
        window.commands.files.author_chosen.connect(self._keep_author)
        window.may_close = lambda: self._may_close(opened)
        window.closed.connect(lambda: self._on_window_closed(window, opened))
        project.on_write_failed = lambda error: self.bridge.deliver(lambda: self._show_error(error))
        self.window = window
        if before and seen and seen.is_preview:
            window.take_the_place_of(before)
        window.show()
        # After the new one is shown: the program ends when its last window is closed.
        for old in (before, self._start):
            if old is not None:
                old.close()
        self._start = None
        window.open_first_image()
        self._tell(window, opened.notices, opened.report)
        self.window_opened.emit(window)

    def _tell(
        self, window: MainWindow, notices: tuple[str, ...], report: ImportReport | None
    ) -> None:
        if notices:
            window.message_bar.show_text(" ".join(notices))
        if report is not None and report.entries:
            ReportDialog(window.tr("Import"), report.summary, report.entries, window).show()

    def _reopen(self, path: Path) -> None:
        """Close the project of the window and open it again."""
        self.show_start(f"Opening {path} …")
        if self.window is not None and self.window.close():
            self.open(path)

    def _may_close(self, opened: OpenedProject) -> bool:
        """Whether all is saved, be it in a copy; else the window says why it stays."""
        project = opened.project
        if project.read_only or project.wait_until_saved(CLOSE_WITHIN_S):
            return True
        copy = self._free_name(project.path)
        try:
            project.save_copy(copy)
        except MaskwrightError as error:
            self._show_error(
                MaskwrightError(
                    f"The last edits cannot be saved ({error.message})",
                    "Free some space and close again, or use File, Save a copy of the project.",
                )
            )
            return False
        self._rescued = opened
        project.close(give_up_unsaved=True, timeout_s=0.0)
        self.show_start(f"{project.path} could not be written. All of your work is in {copy}.")
        return True

    def _free_name(self, path: Path) -> Path:
        """A path in the data folder that is not taken."""
        copy, number = self.data_folder / f"rescued-{path.name}", 1
        while copy.exists():
            number += 1
            copy = self.data_folder / f"rescued-{number}-{path.name}"
        return copy

    def _on_window_closed(self, window: MainWindow, opened: OpenedProject) -> None:
        if self.window is window:
            self.window = None
        if self._rescued is opened:
            return
        try:
            opened.project.close()
        except MaskwrightError as error:
            _LOG.error("%s", error)

    def _on_open_failed(self, error: MaskwrightError) -> None:
        window = self.window
        if window is not None and window.bench.session.project.is_preview:
            # There will be no project behind what is shown.
            self.show_start(str(error))
            window.close()
        elif window is None:
            self.show_start(str(error))
        else:
            self._show_error(error)
        self.open_failed.emit(error)

    def _saved_line(self) -> str:
        project = None if self.window is None else self.window.bench.session.project
        if project is None or not project.pending:
            return "Your work is saved."
        return "The last edits are still being saved."

    def _keep_author(self, name: str) -> None:
        self.settings.setValue(AUTHOR_SETTING, name)

    def _show_error(self, error: MaskwrightError) -> None:
        if self.window is not None:
            self.window.show_error(error)
        elif self._start is not None:
            self._start.show_message(str(error))

    def _recent(self) -> tuple[str, ...]:
        stored = self.settings.value(RECENT_SETTING, [])
        return tuple(stored) if isinstance(stored, list) else (str(stored),)

    def _remember(self, source: str) -> None:
        recent = [source, *(path for path in self._recent() if path != source)]
        self.settings.setValue(RECENT_SETTING, recent[:RECENT_KEPT])


def make_application(arguments: list[str]) -> QApplication:
    """The one Qt application of the process, with Maskwright's look."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(arguments)
    application.setApplicationName("maskwright")
    application.setApplicationDisplayName("Maskwright")
    application.setOrganizationName(ORGANISATION)
    return application


def make_desk(application: QApplication) -> Desk:
    """Build everything that lives as long as the program."""
    settings = QSettings(ORGANISATION, "maskwright")
    apply_picture_limit(settings)
    apply_theme(application, theme_for(application, str(settings.value(THEME_SETTING, "system"))))
    log_folder = platformdirs.user_log_path("maskwright", appauthor=False)
    try:
        log_file = start_log(log_folder)
    except MaskwrightError as error:
        log_file = log_folder / "maskwright.log"
        print(error, file=sys.stderr)
    data_folder = platformdirs.user_data_path("maskwright", appauthor=False)
    desk = Desk(settings, data_folder, log_file)
    sys.excepthook = desk.report_unexpected
    threading.excepthook = desk.report_unexpected_of_thread
    return desk


def run_window(path: Path | None, *, demo: bool = False) -> int:
    """Open the window and stay until it is closed; returns the exit status."""
    with qt_messages_in_log():
        return _run(path, demo=demo)


def _run(path: Path | None, *, demo: bool) -> int:
    application = make_application(sys.argv[:1])
    desk = make_desk(application)
    if path is not None:
        desk.open(path)
    elif demo:
        desk.open_demo()
    else:
        desk.show_start()
    try:
        return application.exec()
    finally:
        desk.close()
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        stop_log()
