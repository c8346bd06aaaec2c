"""Everything that belongs to one open project, built and wired in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtWidgets import QWidget

from core.document.images import ImageRecord
from core.errors import MaskwrightError
from core.imaging.arrays import RgbImage
from core.models.proposal import ProposalSet
from core.project.project import Project
from core.tasks.queue import TaskQueue
from gui.canvas.canvas import Canvas
from gui.objects.refine_preview import RefinePreviews
from gui.objects.selection_commands import SelectionCommands
from gui.pictures.canvas_presenter import CanvasPresenter
from gui.pictures.display_settings import DisplaySettings
from gui.pictures.image_loading import AHEAD, ImageLoader, LoadedImage
from gui.pictures.picture_presenter import PicturePresenter
from gui.proposals.ahead_runs import AheadRuns
from gui.proposals.batch_proposals import BatchProposals
from gui.proposals.model_memory import ModelMemory
from gui.proposals.model_runs import ModelRuns
from gui.proposals.proposal_commands import ProposalCommands
from gui.proposals.proposal_deck import ProposalDeck
from gui.proposals.proposal_options import ProposalOptions
from gui.proposals.result_cache import ResultCache
from gui.proposals.result_commands import ResultCommands
from gui.proposals.rpn_watch import RpnWatch
from gui.proposals.waiting_counts import WaitingCounts
from gui.regions.class_commands import ClassCommands
from gui.regions.class_presenter import ClassPresenter
from gui.regions.region_edits import RegionEdits
from gui.regions.region_loading import RegionLoader
from gui.regions.region_modes import RegionModes
from gui.regions.region_reach import RegionReach
from gui.regions.snap_commands import SnapCommands
from gui.regions.snap_offers import SnapOffers
from gui.review.score_watch import ScoreWatch
from gui.session import Session
from gui.tool_host import ToolHost
from gui.tools.events import Command
from gui.tools.region import RegionTool
from gui.tools.registry import all_tools
from gui.training.scribble_watch import ScribbleWatch
from gui.training.training_runs import TrainingRuns

SAVE_POLL_MS = 50


class Workbench(QObject):
    """The session, its canvas and its background work, with what people do to them.

    ``tasks`` belongs to the workbench from now on and is closed with it, so that
    no result arrives at what is gone.
    ``neighbour`` tells which image comes next in the list as it is filtered.
    """

    image_loaded = Signal(object)

    def __init__(
        self,
        project: Project,
        tasks: TaskQueue,
        runs: ModelRuns,
        author: str,
        parent: QWidget,
        settings: QSettings | None = None,
    ) -> None:
        super().__init__(parent)
        self.deliver = runs.deliver
        """Runs a callable on the window's thread; may be called from any."""
        self.tasks = tasks
        self.runs = runs
        self.author = author
        self.session = Session(project, self)
        self.canvas = Canvas(parent)
        self.images = ImageLoader(project.image_root, tasks, self)
        self.regions = RegionLoader(tasks, self, cache=project, image_part=runs.edges)
        self.deck = ProposalDeck(self.session, author, self, tasks)
        self.display = DisplaySettings(self)
        self.pictures = PicturePresenter(self.display, tasks, self)
        self.presenter = CanvasPresenter(
            self.session,
            self.canvas,
            self.images,
            self.regions,
            self.deck,
            self.pictures,
            self.display,
            self,
        )
        tools = all_tools()
        self.tools = ToolHost(
            self.session,
            self.canvas,
            tools,
            self.regions.source,
            author,
            self,
            pictures=self._picture,
            is_shown=self.presenter.shows,
        )
        self.region_modes = RegionModes(self.tools, self)
        self.scores = ScoreWatch(self.session, tasks, self)
        self.refining = RefinePreviews(self.session, self.tools, tasks, self)
        self.selection = SelectionCommands(self.session, self.canvas, self)
        self.options = ProposalOptions(settings, self)
        self.memory = ModelMemory(runs, settings, self)
        self.results = ResultCache(project, tasks, runs.named_weights, self)
        self.proposals = ProposalCommands(
            self.session,
            self.deck,
            self.regions,
            runs,
            self.results,
            self.tools,
            tasks,
            self.canvas,
            self.loaded_image,
            self.options,
            self,
        )
        self.region_edits = RegionEdits(self.session, self.regions, self.loaded_image, tasks, self)
        self.region_reach = RegionReach(self.session, self.regions, tasks, self)
        self.classes = ClassCommands(self.session, self.tools, self)
        self.class_presenter = ClassPresenter(self.session, self.canvas, self)
        self.snapping = SnapCommands(self.session, self.deck, self.regions, self.loaded_image, self)
        self.snap_offers = SnapOffers(self.deck, self.regions, self.loaded_image, tasks, self)
        self.neighbour: Callable[[int], int | None] = self._project_neighbour
        self.ahead = AheadRuns(
            self.session,
            runs,
            self.results,
            self.options,
            tasks,
            self._next_image,
            self,
        )
        self.rpn = RpnWatch(self.session, runs, self.presenter, self.loaded_image, self)
        self.outcomes = ResultCommands(
            self.session, self.deck, self.regions, tasks, self.loaded_image, self
        )
        self.batch = BatchProposals(self.session, runs, self.results, tasks, self)
        self.waiting = WaitingCounts(self.session, self.deck, self.results, tasks, self)
        self.training = TrainingRuns(self.session, tasks, self.deliver, self)
        self.scribbles = ScribbleWatch(
            self.session,
            self.canvas,
            self.tools,
            tools["scribble"],
            tasks,
            self.loaded_image,
            author,
            self,
        )
        self._connect()

    def _connect(self) -> None:
        self.session.image_changed.connect(self._load)
        self.images.loaded.connect(self._on_loaded)
        self.images.failed.connect(self._on_image_failed)
        self.regions.ready.connect(lambda *_: self.tools.refresh())
        self.regions.sharpened.connect(self.tools.refresh)
        self.regions.failed.connect(self.session.error_raised)
        self.images.kept.connect(self.regions.prepare)
        self.images.loaded.connect(lambda _image: self.class_presenter.show_again())
        self.tools.cut_requested.connect(self.region_edits.cut)
        self.runs.failed.connect(self.session.error_raised)
        self.proposals.model_asked.connect(self.ahead.follow)
        self.batch.proposed.connect(self._on_batch_proposed)
        self.scores.failed.connect(self.session.error_raised)

    def close(self) -> None:
        """Keep the draft as it is and stop; the project is closed by whoever opened it."""
        self.tools.checkpoint()
        self.batch.cancel()
        self.training.close()
        self.tasks.close()
        self.runs.forget_all()
        self.session.close()
        self.canvas.shutdown()

    def go(self, steps: int) -> None:
        """Show the image so many rows further in the list."""
        image_id = self.neighbour(steps)
        if image_id is None:
            self.session.message_posted.emit("There is no further image in this list.")
        else:
            self.session.show_image(image_id)

    def undo(self) -> None:
        """Take the last step back: that of an unfinished draft first."""
        if self.tools.has_draft():
            self.tools.command(Command.DROP_LAST)
        elif not self.region_edits.undo():
            self.session.undo()

    def redo(self) -> None:
        """Apply again what was undone last."""
        if self.tools.has_draft():
            self.session.message_posted.emit("Finish or cancel the drawing first.")
        elif not self.region_edits.redo():
            self.session.redo()

    def refine_regions(self) -> None:
        """Find finer regions in and around the selected object, or what is being taken."""
        mask = self.region_reach.selected_mask()
        tool = self.tools.active
        if mask is None and isinstance(tool, RegionTool):
            mask = tool.subject
        if mask is None or mask.is_empty:
            self.session.message_posted.emit(
                "Select an object, or point at a region, to refine the regions there."
            )
        else:
            self.region_edits.refine(mask)

    def _picture(self, image_id: int) -> RgbImage | None:
        """The pixels of an image for the tools that look at them."""
        image = self.images.get(image_id)
        return None if image is None else image.rgb

    def loaded_image(self) -> LoadedImage | None:
        """The full picture on the screen, None while it is on its way."""
        image = self.session.image
        return None if image is None else self.images.get(image.id)

    def _next_image(self, steps: int) -> int | None:
        """The image so many rows further in the list as it is filtered now."""
        return self.neighbour(steps)

    def _project_neighbour(self, steps: int) -> int | None:
        image = self.session.neighbour(steps)
        return None if image is None else image.id

    def _load(self, image: ImageRecord) -> None:
        ahead = [item for steps in AHEAD if (item := self.neighbour(steps)) is not None]
        images = self.session.images
        self.images.show(image, [images.by_id(item) for item in ahead])
        self.regions.look_ahead(ahead)
        for item in ahead:
            kept = self.images.get(item)
            if kept is not None:
                self.regions.prepare(kept)

    def _on_loaded(self, image: LoadedImage) -> None:
        if image.rgb is not None:
            self._record(image)
            self.proposals.restore(image)
        self.image_loaded.emit(image)

    def _on_batch_proposed(self, image_id: int, found: ProposalSet) -> None:
        if self.session.image is not None and self.session.image.id == image_id:
            self.deck.put(image_id, found)
        elif self.deck.sets_of(image_id):
            self.deck.remember(image_id, (found,))

    def _record(self, image: LoadedImage) -> None:
        if self.session.project.record_image(image.image_id, image.size, image.digest):
            self.session.message_posted.emit(
                "This picture has another size than when it was annotated; look at its objects."
            )
            self.reload_images((image.image_id,))

    def reload_images(self, image_ids: Iterable[int]) -> None:
        """Read pictures that have changed on the disk anew, once all edits are saved."""
        waiting = tuple(image_ids)
        project = self.session.project
        if project.pending:
            QTimer.singleShot(SAVE_POLL_MS, self, lambda: self.reload_images(waiting))
            return
        for image_id in waiting:
            self.images.forget(image_id)
            self.regions.forget(image_id)
            project.history.release(image_id)
        self.session.show_again(waiting)

    def _on_image_failed(self, _image: ImageRecord, error: MaskwrightError) -> None:
        self.pictures.clear()
        self.session.error_raised.emit(error)
