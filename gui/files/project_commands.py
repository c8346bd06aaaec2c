"""What people do with the project itself: check it, back it up, copy it, find moved images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMainWindow

from core.document.change import Change
from core.document.document import ImageDocument
from core.project.backup import back_up, backup_place
from core.project.relocation import MovedImages, find_moved
from core.tasks.queue import Lane, Task, TaskContext, TaskHandle
from gui.actions import ActionEntry
from gui.workbench import Workbench

if TYPE_CHECKING:
    from core.checking.problem import CheckReport, Kind
    from gui.dialogs.check_dialog import CheckDialog

MENU = "&File"

T = TypeVar("T")


class ProjectCommands(QObject):
    """Commands about the project file and its images, carried out in the background."""

    reopen_requested = Signal(object)
    """Carries the Path of this project, which has to be closed and opened anew."""
    checked = Signal(object)
    """Carries the CheckReport of a check that has ended."""
    copied = Signal(object)
    """Carries the Path of a copy or a backup that was written."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._bench = bench
        self._session = bench.session
        self._window = window
        self._dialog: CheckDialog | None = None
        self._running: TaskHandle | None = None

    def check(self) -> None:
        """Look for everything that is wrong, and show it with what can be done."""
        from gui.dialogs.check_dialog import CheckDialog

        if self._dialog is None:
            dialog = CheckDialog(self._window, can_fix=not self._session.project.read_only)
            dialog.place_activated.connect(self._go_to)
            dialog.fix_requested.connect(self._fix)
            dialog.check_requested.connect(self._start_check)
            dialog.save_requested.connect(self._save_report)
            dialog.finished.connect(self._on_dialog_closed)
            self._dialog = dialog
        self._dialog.show()
        self._dialog.activateWindow()
        self._start_check()

    def back_up(self) -> None:
        """Write a copy beside the project, named after the time, and look whether it is whole."""
        project = self._session.project
        self._copy(backup_place(project.path, datetime.now()))

    def save_copy(self) -> None:
        """Ask for a place and write the whole project there, also what could not be saved."""
        project = self._session.project
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save a copy of the project"),
            str(project.path.with_name(f"{project.path.stem}-copy.maskwright")),
            "Maskwright (*.maskwright)",
        )
        if chosen:
            self._copy(Path(chosen))

    def find_images(self) -> None:
        """Ask where the images are now, after they were moved, and open the project anew."""
        chosen = QFileDialog.getExistingDirectory(
            self._window, self.tr("Folder that the images are in now")
        )
        if chosen:
            self.find_images_in(Path(chosen))

    def find_images_in(self, folder: Path) -> None:
        """Look in and around a folder for the images; it becomes their place if it has any."""
        images = self._session.project.images.copy()
        self._submit("Look for images", lambda _: find_moved(folder, images), self._on_found)

    def _on_found(self, found: MovedImages) -> None:
        project = self._session.project
        project.move_image_root(found.folder)
        self._session.message_posted.emit(found.summary)
        self.reopen_requested.emit(project.path)

    def _copy(self, target: Path) -> None:
        project = self._session.project
        self._submit("Copy the project", lambda _: back_up(project, target), self._on_copied)

    def _on_copied(self, copy: Path) -> None:
        self._session.message_posted.emit(f"The project was copied to {copy}.")
        self.copied.emit(copy)

    def _start_check(self) -> None:
        project = self._session.project

        def run(context: TaskContext) -> CheckReport:
            from core.checking.project_file import check_project

            return check_project(project, partial(_report, context, "Check"))

        self._show_running()
        self._running = self._submit("Check the project", run, self._on_checked)

    def _on_checked(self, report: CheckReport) -> None:
        self._running = None
        self._session.message_posted.emit(report.summary)
        if self._dialog is not None:
            self._dialog.show_report(report)
        self.checked.emit(report)

    def _fix(self, kinds: frozenset[Kind]) -> None:
        project, revision = self._session.project, self._session.revision

        def run(context: TaskContext) -> tuple[Change | None, Mapping[int, ImageDocument]]:
            from core.checking.fixes import fix_change

            change = fix_change(project.snapshot(), kinds, partial(_report, context, "Fix"))
            return change, {} if change is None else project.load_ahead(change.images)

        self._show_running()
        self._running = self._submit(
            "Fix problems", run, lambda found: self._on_fixed(*found, revision)
        )

    def _on_fixed(
        self, change: Change | None, documents: Mapping[int, ImageDocument], revision: int
    ) -> None:
        self._running = None
        if change is None:
            self._session.message_posted.emit("There was nothing left to fix.")
        elif self._session.apply_loaded(change, documents, revision):
            self._session.message_posted.emit(
                f"Problems on {len(change.images)} images were fixed; undo takes it back."
            )
        self._start_check()

    def _go_to(self, image_id: int, annotation_ids: tuple[int, ...]) -> None:
        if self._session.images.has(image_id):
            self._session.show_image(image_id)
            document = self._session.document
            known = frozenset(() if document is None else document.annotations)
            self._session.select(frozenset(annotation_ids) & known)

    def _save_report(self, report: CheckReport) -> None:
        project = self._session.project
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save the report"),
            str(project.path.with_name(f"{project.path.stem}-check.json")),
            "JSON (*.json)",
        )
        if chosen:
            target = Path(chosen)

            def write(_: TaskContext) -> Path:
                from core.checking.report_file import write_check_report

                write_check_report(report, target)
                return target

            self._submit(
                "Save the report",
                write,
                lambda path: self._session.message_posted.emit(f"The report is in {path}."),
            )

    def _show_running(self) -> None:
        if self._running is not None:
            self._running.cancel()
        if self._dialog is not None:
            self._dialog.show_running()

    def _on_dialog_closed(self) -> None:
        self._dialog = None
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _submit(
        self, name: str, run: Callable[[TaskContext], T], on_done: Callable[[T], None]
    ) -> TaskHandle:
        task = Task(name, Lane.INTERACTIVE, None, run)
        return self._bench.tasks.submit(task, on_done, self._session.error_raised.emit)


def project_entries(bench: Workbench, commands: ProjectCommands) -> tuple[ActionEntry, ...]:
    """Rows of the action table for the File menu."""

    def writable() -> bool:
        return not bench.session.project.read_only

    return (
        ActionEntry(
            "check_project",
            "&Check the project…",
            commands.check,
            ("Ctrl+Shift+H",),
            MENU,
            separator_before=True,
        ),
        ActionEntry("back_up", "&Back up the project", commands.back_up, (), MENU),
        ActionEntry("save_copy", "Sa&ve a copy of the project…", commands.save_copy, (), MENU),
        ActionEntry(
            "find_images",
            "The images are else&where now…",
            commands.find_images,
            (),
            MENU,
            writable,
        ),
    )


def _report(context: TaskContext, text: str, share: float) -> None:
    context.check_cancelled()
    context.progress(share, text)
