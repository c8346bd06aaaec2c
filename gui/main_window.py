"""The window of an open project: assembly of canvas, panels, menus and status line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QToolBar, QWidget

from core.errors import MaskwrightError
from core.grouping.browser import RegionBrowser
from core.project.project import Project
from core.tasks.queue import TaskQueue
from gui.action_entries import action_entries
from gui.actions import ActionTable
from gui.dialogs.help_dialogs import HelpDialogs
from gui.export_commands import ExportCommands
from gui.file_commands import FileCommands
from gui.icons import icon
from gui.label_commands import LabelCommands
from gui.message_bar import MessageBar
from gui.model_commands import ModelCommands
from gui.model_runs import ModelRuns
from gui.panels.difference_panel import DifferencePanel
from gui.panels.image_list_model import ImageListModel
from gui.panels.images_panel import ImagesPanel
from gui.panels.labels_panel import LabelsPanel
from gui.panels.layers_panel import LayersPanel
from gui.panels.objects_panel import ObjectsPanel
from gui.panels.proposals_panel import ProposalsPanel
from gui.panels.regions_panel import RegionsPanel
from gui.panels.scores_panel import ScoresPanel
from gui.review_commands import ReviewCommands, difference_entries
from gui.status_line import StatusLine
from gui.tools.registry import tool_infos
from gui.view_commands import ViewCommands
from gui.workbench import Workbench
from gui.workspace import Workspace

FIRST_SIZE = QSize(1440, 900)
GEOMETRY_SETTING = "window/geometry"
PANES_SETTING = "window/panes"
LAST_IMAGE_SETTING = "last image"


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
        self.bench = Workbench(project, tasks, runs, author, self)
        self.regions_panel = RegionsPanel(self)
        self.help_dialogs = HelpDialogs(self, log_file)
        self.files = FileCommands(self.bench, self)
        self.exports = ExportCommands(self.bench, self)
        self.labels = LabelCommands(self.bench, self)
        self.models = ModelCommands(self.bench, self)
        self.view = ViewCommands(self.bench, self, self.regions_panel, settings)
        self.review = ReviewCommands(self.bench, self.view.look_at, self)
        entries = action_entries(
            self.bench,
            self.files,
            self.exports,
            self.labels,
            self.models,
            self.view,
            self.help_dialogs,
        )
        self.actions_table = ActionTable(
            self, self.bench.canvas, (*entries, *difference_entries(self.review))
        )
        self.help_dialogs.use(self.actions_table)
        self.menus = self.actions_table.fill(self.menuBar())
        self.message_bar = MessageBar(self)
        self.workspace = Workspace(self.bench, self.message_bar, self)
        self.setCentralWidget(self.workspace)
        self._make_panels(tasks)
        self._make_tool_bar()
        self.setStatusBar(StatusLine(self.bench, self))
        self._connect()
        self._restore()

    def open_first_image(self) -> None:
        """Show the image with the unfinished draft, else the last or the first one."""
        session = self.bench.session
        draft = session.project.load_draft(None)
        last = session.project.setting(LAST_IMAGE_SETTING)
        if draft is not None:
            last = str(draft.image_id)
        if last is not None and last.isdigit() and session.images.has(int(last)):
            session.show_image(int(last))
        elif session.images:
            session.show_image(session.images[0].id)
        self.bench.canvas.setFocus()
        self.bench.scores.score_all()
        self.files.look_for_images()

    def show_panel(self, name: str) -> None:
        """Bring a pane to the front, such as ``scores``."""
        dock = self.findChild(QDockWidget, name)
        if isinstance(dock, QDockWidget):
            dock.show()
            dock.raise_()

    def show_error(self, error: MaskwrightError) -> None:
        """Say in one sentence what went wrong and what to do."""
        self.message_bar.show_error(error)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take a folder or file that is dragged here."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open what was dropped."""
        urls = event.mimeData().urls()
        if urls and urls[0].isLocalFile():
            self.files.open_requested.emit(Path(urls[0].toLocalFile()))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Keep what is unfinished; stay open while an export runs or edits cannot be saved."""
        if self.exports.is_exporting() and not self._asked_to_stop_export:
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
        self.bench.close()
        self.closed.emit()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Give the icons the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_tool_bar"):
            self._colour_tools()

    def _first_size(self) -> QSize:
        """Large, but never larger than the screen."""
        free = self.screen().availableGeometry().size()
        return FIRST_SIZE.boundedTo(QSize(free.width() - 20, free.height() - 60))

    def _make_panels(self, tasks: TaskQueue) -> None:
        bench = self.bench
        self.image_model = ImageListModel(bench.session, tasks, self)
        self.images_panel = ImagesPanel(bench.session, self.image_model, self)
        self.labels_panel = LabelsPanel(bench.session, self)
        self.layers_panel = LayersPanel(bench.session, self)
        self.objects_panel = ObjectsPanel(bench.session, self)
        self.scores_panel = ScoresPanel(bench.session, self)
        self.difference_panel = DifferencePanel(bench.session, self.review, self)
        self.proposals_panel = ProposalsPanel(
            bench.session, bench.deck, bench.runs, self.models.sources(), self
        )
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self._dock("images", self.tr("Images"), self.images_panel, left)
        labels = self._dock("labels", self.tr("Labels"), self.labels_panel, right)
        layers = self._dock("layers", self.tr("Layers"), self.layers_panel, right)
        self.tabifyDockWidget(labels, layers)
        proposals = self._dock("proposals", self.tr("Proposals"), self.proposals_panel, right)
        objects = self._dock("objects", self.tr("Objects"), self.objects_panel, right)
        regions = self._dock("regions", self.tr("Regions"), self.regions_panel, right)
        scores = self._dock("scores", self.tr("Scores"), self.scores_panel, right)
        difference = self._dock("difference", self.tr("Difference"), self.difference_panel, right)
        for dock in (objects, regions, scores, difference):
            self.tabifyDockWidget(proposals, dock)
        labels.raise_()
        proposals.raise_()
        self.resizeDocks([labels, proposals], [220, 560], Qt.Orientation.Vertical)
        docks = self.findChildren(QDockWidget)
        self.resizeDocks(docks, [230] + [330] * (len(docks) - 1), Qt.Orientation.Horizontal)

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        self.menus["&View"].addAction(dock.toggleViewAction())
        return dock

    def _make_tool_bar(self) -> None:
        bar = QToolBar(self.tr("Tools"), self)
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setOrientation(Qt.Orientation.Vertical)
        group = QActionGroup(self)
        for info in tool_infos():
            action = self.actions_table[f"tool_{info.name}"]
            keys = ", ".join(info.keys)
            action.setToolTip(f"{info.title} ({keys})")
            group.addAction(action)
            bar.addAction(action)
        self._tool_bar = bar
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)
        self._colour_tools()
        self._show_tool(self.bench.tools.active.name)

    def _colour_tools(self) -> None:
        for info in tool_infos():
            self.actions_table[f"tool_{info.name}"].setIcon(icon(info.icon, self.palette()))

    def _connect(self) -> None:
        bench, panel = self.bench, self.proposals_panel
        bench.neighbour = self._neighbour
        bench.session.error_raised.connect(self.show_error)
        bench.tools.tool_changed.connect(self._show_tool)
        bench.regions.ready.connect(self._on_regions)
        bench.scores.dataset_scored.connect(self.scores_panel.show_dataset)
        bench.scores.dataset_scored.connect(self.images_panel.show_scores)
        bench.scores.image_scored.connect(self.scores_panel.show_image)
        bench.scores.cleared.connect(self.scores_panel.clear)
        bench.scores.image_scored.connect(self.images_panel.show_score)
        self.models.selected_source = lambda: str(panel.source.currentData())
        self.models.models_changed.connect(lambda: panel.set_sources(self.models.sources()))
        self.files.quit_requested.connect(self.close)
        self.files.images_changed.connect(self.images_panel.refresh)
        self.images_panel.image_chosen.connect(bench.session.show_image)
        self.labels_panel.label_chosen.connect(self._use_label)
        self.labels_panel.add_requested.connect(self.labels.add)
        self.labels_panel.rename_requested.connect(self.labels.rename)
        self.labels_panel.recolor_requested.connect(self.labels.recolor)
        self.labels_panel.delete_requested.connect(self.labels.delete)
        self.labels_panel.import_requested.connect(self.files.import_labels)
        self.objects_panel.zoom_requested.connect(self.view.look_at)
        self.regions_panel.count_changed.connect(bench.presenter.set_superpixel_count)
        self.scores_panel.image_chosen.connect(bench.session.show_image)
        self.scores_panel.compare_requested.connect(bench.scores.compare)
        self.scores_panel.refresh_requested.connect(bench.scores.score_all)
        self.scores_panel.save_requested.connect(self.exports.save_scores)
        self.scores_panel.import_requested.connect(self.files.import_reference)
        panel.run_requested.connect(bench.proposals.propose)
        panel.accept_requested.connect(bench.proposals.accept_current)
        panel.reject_requested.connect(bench.proposals.reject_current)
        panel.fix_requested.connect(bench.proposals.fix_current)
        panel.accept_all_requested.connect(bench.proposals.accept_all)

    def _neighbour(self, steps: int) -> int | None:
        return self.images_panel.neighbour(steps)

    def _use_label(self, label_id: int) -> None:
        self.bench.session.use_label(label_id)
        # The hand goes on drawing: Enter and Tab belong to the canvas again.
        self.bench.canvas.setFocus()

    def _show_tool(self, name: str) -> None:
        self.actions_table[f"tool_{name}"].setChecked(True)
        self.workspace.show_tool(name)

    def _on_regions(self, _image_id: object, browser: RegionBrowser) -> None:
        self.regions_panel.show_status(browser)

    def _restore(self) -> None:
        geometry = self._settings.value(GEOMETRY_SETTING)
        panes = self._settings.value(PANES_SETTING)
        if geometry is not None:
            self.restoreGeometry(geometry)
        if panes is not None:
            self.restoreState(panes)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            self.view.apply_saved_theme()
