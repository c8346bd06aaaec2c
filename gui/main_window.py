"""The window of an open project: assembly of canvas, panels, menus and status line."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QEvent, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QToolBar, QToolButton, QWidget

from core.document.images import ImageRecord
from core.errors import MaskwrightError
from core.project.project import Project
from core.tasks.queue import TaskQueue
from gui.action_entries import action_entries
from gui.actions import ActionTable
from gui.dialogs.help_dialogs import HelpDialogs
from gui.files.export_commands import ExportCommands
from gui.files.file_commands import FileCommands
from gui.files.project_commands import ProjectCommands
from gui.focus_ring import FocusRings
from gui.icons import icon
from gui.key_bindings import KeyBindings
from gui.menu_groups import grouped
from gui.message_bar import MessageBar
from gui.objects.attribute_commands import AttributeCommands
from gui.objects.drawing_bar import remember_snapping
from gui.objects.label_commands import LabelCommands
from gui.objects.layer_commands import LayerCommands, layer_entries
from gui.objects.object_commands import ObjectCommands
from gui.panels.regions_panel import RegionsPanel
from gui.panes import Panes
from gui.pictures.display_commands import DisplayCommands
from gui.pictures.picture_limit import PictureLimit
from gui.pictures.split_view import SplitView
from gui.pictures.view_commands import ViewCommands
from gui.proposals.deck_commands import DeckCommands, menu_of_panel, show_choices
from gui.proposals.model_commands import ModelCommands
from gui.proposals.model_runs import ModelRuns
from gui.review.chart_commands import ChartCommands, chart_entries
from gui.review.comment_commands import CommentCommands, comment_entries
from gui.review.image_state_commands import ImageStateCommands, image_state_entries
from gui.review.review_commands import ReviewCommands, difference_entries
from gui.review.survey_commands import SurveyCommands, survey_entries
from gui.status_line import StatusLine
from gui.tools.registry import tool_infos
from gui.training.training_commands import TrainingCommands, training_entries
from gui.window_commands import WindowCommands
from gui.workbench import Workbench
from gui.workspace import Workspace

FIRST_SIZE = QSize(1440, 900)
GEOMETRY_SETTING = "window/geometry"
PANES_SETTING = "window/panes"
LAST_IMAGE_SETTING = "last image"
_LOOKED_AT_FIRST = 500


class MainWindow(QMainWindow):
    """Shows one project. Everything in it acts through the workbench."""

    closed = Signal()

    def __init__(
        self,
        project: Project,
        tasks: TaskQueue,
        runs: ModelRuns,
        settings: QSettings,
        author: str,
        log_file: Path,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._asked_to_stop_export = False
        self.may_close: Callable[[], bool] = lambda: True
        """Asked before the window closes; False keeps it open, with the reason shown."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{project.path.stem} — Maskwright")
        self.resize(self._first_size())
        self.setAcceptDrops(True)
        self.setDockOptions(self.dockOptions() | QMainWindow.DockOption.AllowTabbedDocks)
        self.bench = Workbench(project, tasks, runs, author, self, settings)
        regions = RegionsPanel(self)
        self.commands = self._make_commands(regions, settings, log_file)
        self.actions_table = ActionTable(
            self,
            self.bench.canvas,
            grouped(
                (
                    *action_entries(self.bench, self.commands),
                    *difference_entries(self.commands.review),
                    *comment_entries(self.commands.comments),
                    *image_state_entries(self.commands.states),
                    *chart_entries(self.commands.charts),
                    *survey_entries(self.commands.survey),
                    *layer_entries(self.commands.layers),
                    *training_entries(self.commands.training),
                )
            ),
        )
        self.key_bindings = KeyBindings(self.actions_table, settings, self)
        self.key_bindings.changed.connect(self._name_tool_keys)
        self.commands.help.use(self.actions_table, self.key_bindings)
        self.menus = self.actions_table.fill(self.menuBar())
        self.message_bar = MessageBar(self)
        self.workspace = Workspace(self.bench, self.commands.split, self.message_bar, self)
        self.setCentralWidget(self.workspace)
        self.panes = Panes(self, self.bench, self.commands, regions, tasks)
        panes_menu = self.menus["&View"].addMenu(self.tr("Panes"))
        for dock in self.panes.docks.all:
            panes_menu.addAction(dock.toggleViewAction())
        self.panes.proposals.offer(menu_of_panel(self.actions_table))
        show_choices(self.bench, self.actions_table)
        remember_snapping(self.bench.tools, self.actions_table["snap_vertices"], settings)
        self._make_tool_bar()
        self.setStatusBar(StatusLine(self.bench, self))
        self._focus_rings = FocusRings(self)
        self._connect()
        self._restore()

    def take_the_place_of(self, before: MainWindow) -> None:
        """Stand where another window of the same images stood, and begin at its image."""
        self.restoreGeometry(before.saveGeometry())
        image = before.bench.session.image
        if image is not None and self.bench.session.images.has(image.id):
            self.bench.session.project.set_setting(LAST_IMAGE_SETTING, str(image.id))

    def open_first_image(self) -> None:
        """Show the image with the unfinished draft, else the last or the first that is there."""
        session = self.bench.session
        draft = session.project.load_draft(None)
        last = session.project.setting(LAST_IMAGE_SETTING)
        if draft is not None:
            last = str(draft.image_id)
        if last is not None and last.isdigit() and session.images.has(int(last)):
            session.show_image(int(last))
        elif session.images:
            session.show_image(self._first_image_to_show().id)
        self.bench.canvas.setFocus()
        self.bench.scores.score_all()
        self.commands.files.look_for_images()
        self.commands.training.begin()

    def _first_image_to_show(self) -> ImageRecord:
        """The first whose file exists; the very first where many in a row are missing."""
        project = self.bench.session.project
        looked_at = islice(project.images, _LOOKED_AT_FIRST)
        found = (image for image in looked_at if (project.image_root / image.path).exists())
        return next(found, project.images[0])

    def show_panel(self, name: str) -> None:
        """Bring a pane to the front, such as ``scores``."""
        self.panes.bring_forward(name)

    def show_error(self, error: MaskwrightError) -> None:
        """Say in one sentence what went wrong and what to do."""
        self.message_bar.show_error(error)

    def _offer_undo(self, text: str) -> None:
        self.message_bar.offer(text, self.tr("Undo"), self.bench.undo)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take a folder or file that is dragged here."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open what was dropped."""
        urls = event.mimeData().urls()
        if urls and urls[0].isLocalFile():
            self.commands.files.open_requested.emit(Path(urls[0].toLocalFile()))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Keep what is unfinished; stay open while an export runs or edits cannot be saved."""
        if self.commands.exports.is_exporting() and not self._asked_to_stop_export:
            self._asked_to_stop_export = True
            self.message_bar.show_text(
                "An export is still being written. Close the window again to stop it."
            )
            event.ignore()
            return
        self.bench.tools.checkpoint()
        if not self.may_close():
            event.ignore()
            return
        image = self.bench.session.image
        if image is not None and not self.bench.session.project.read_only:
            self.bench.session.project.set_setting(LAST_IMAGE_SETTING, str(image.id))
        self._settings.setValue(GEOMETRY_SETTING, self.saveGeometry())
        self._settings.setValue(PANES_SETTING, self.saveState())
        self.commands.split.close_comparison()
        self.bench.close()
        self.closed.emit()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Give the icons the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_tool_bar"):
            self._colour_tools()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Tab passes over the panes that lie behind others: there nobody would see where it is."""
        passed: list[QWidget] = []
        while super().focusNextPrevChild(forward):
            focus = QApplication.focusWidget()
            if focus is None or focus in passed or not self.panes.docks.hides(focus):
                return True
            passed.append(focus)
        return False

    def _first_size(self) -> QSize:
        """Large, but never larger than the screen."""
        free = self.screen().availableGeometry().size()
        return FIRST_SIZE.boundedTo(QSize(free.width() - 20, free.height() - 60))

    def _make_commands(
        self, regions: RegionsPanel, settings: QSettings, log_file: Path
    ) -> WindowCommands:
        view = ViewCommands(self.bench, self, regions, settings)
        review = ReviewCommands(self.bench, view.look_at, self)
        return WindowCommands(
            FileCommands(self.bench, self),
            ExportCommands(self.bench, self),
            ProjectCommands(self.bench, self),
            LabelCommands(self.bench, self),
            ModelCommands(self.bench, self),
            DeckCommands(self.bench, self),
            view,
            DisplayCommands(self.bench, settings, self),
            SplitView(self.bench, self),
            PictureLimit(self.bench, settings, self),
            review,
            ChartCommands(self.bench, self),
            CommentCommands(self.bench, view.look_at, self),
            ImageStateCommands(self.bench, self),
            SurveyCommands(self.bench, review.watch, view.look_at, self),
            LayerCommands(self.bench, review.colors, self),
            HelpDialogs(self, log_file),
            AttributeCommands(self.bench, self),
            ObjectCommands(self.bench, self),
            TrainingCommands(self.bench, self),
        )

    def _make_tool_bar(self) -> None:
        bar = QToolBar(self.tr("Tools"), self)
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setOrientation(Qt.Orientation.Vertical)
        group = QActionGroup(self)
        for info in tool_infos():
            action = self.actions_table[f"tool_{info.name}"]
            group.addAction(action)
            bar.addAction(action)
            # Qt gives the buttons of a bar no way for the keyboard to reach them.
            bar.widgetForAction(action).setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tool_bar = bar
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)
        self._colour_tools()
        self._name_tool_keys()
        self._show_tool(self.bench.tools.active.name)

    def _name_tool_keys(self) -> None:
        for info in tool_infos():
            name = f"tool_{info.name}"
            keys = ", ".join(self.key_bindings.keys_of(name))
            tip = f"{info.title} ({keys})" if keys else info.title
            self.actions_table[name].setToolTip(tip)

    def _colour_tools(self) -> None:
        for info in tool_infos():
            self.actions_table[f"tool_{info.name}"].setIcon(icon(info.icon, self.palette()))
        more = self._tool_bar.findChild(QToolButton, "qt_toolbar_ext_button")
        if isinstance(more, QToolButton):
            # Qt's own arrow is dark on any ground.
            more.setIcon(icon("dots-horizontal", self.palette()))
            more.setToolTip(self.tr("More tools"))
            more.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _connect(self) -> None:
        self.bench.session.error_raised.connect(self.show_error)
        self.bench.session.undo_offered.connect(self._offer_undo)
        self.bench.tools.tool_changed.connect(self._show_tool)
        self.commands.files.quit_requested.connect(self.close)

    def _show_tool(self, name: str) -> None:
        self.actions_table[f"tool_{name}"].setChecked(True)
        self.workspace.show_tool(name)

    def _restore(self) -> None:
        geometry = self._settings.value(GEOMETRY_SETTING)
        panes = self._settings.value(PANES_SETTING)
        if geometry is not None:
            self.restoreGeometry(geometry)
        if panes is not None:
            self.restoreState(panes)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            self.commands.view.apply_saved_theme()
