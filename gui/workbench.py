"""Everything that belongs to one open project, built and wired in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import MappingProxyType

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from core.document.annotation import Annotation, ReviewState
from core.document.change import Change
from core.document.document import ImageState
from core.document.images import ImageRecord
from core.editing.annotations import (
    add_annotations,
    duplicate_annotations,
    move_annotations,
    relabel,
    remove_annotations,
    set_locked,
    set_review,
)
from core.editing.copying import pasted_annotations
from core.editing.image_state import set_image_state
from core.errors import MaskwrightError
from core.grouping.region_proposals import proposals as region_proposals
from core.imaging.arrays import RgbImage
from core.models.proposal import Proposal, ProposalKey, ProposalSet
from core.project.project import Project
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.canvas.canvas import Canvas
from gui.canvas_presenter import CanvasPresenter
from gui.counting import counted
from gui.image_loading import AHEAD, ImageLoader, LoadedImage
from gui.model_runs import ModelRuns
from gui.proposal_deck import DeckItem, ProposalDeck, predictions_as_proposals
from gui.region_loading import RegionLoader
from gui.score_watch import ScoreWatch
from gui.session import Session
from gui.tool_host import ToolHost
from gui.tools.events import Command, PointerEvent, PointerKind, ToolEvent
from gui.tools.registry import all_tools

SAVE_POLL_MS = 50
DUPLICATE_SHIFT_SCREEN_PX = 12.0
REGIONS_SOURCE = "regions"
PREDICTIONS_SOURCE = "predictions"


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
    ) -> None:
        super().__init__(parent)
        self.tasks = tasks
        self.runs = runs
        self.author = author
        self._copied: tuple[Annotation, ...] = ()
        self.session = Session(project, self)
        self.canvas = Canvas(parent)
        self.images = ImageLoader(project.image_root, tasks, self)
        self.regions = RegionLoader(tasks, self)
        self.deck = ProposalDeck(self.session, author, self)
        self.presenter = CanvasPresenter(
            self.session, self.canvas, self.images, self.regions, self.deck, self
        )
        self.tools = ToolHost(
            self.session,
            self.canvas,
            all_tools(),
            self.regions.get,
            author,
            self,
            pictures=self._picture,
        )
        self.scores = ScoreWatch(self.session, tasks, self)
        self.neighbour: Callable[[int], int | None] = self._project_neighbour
        self._connect()

    def _connect(self) -> None:
        self.session.image_changed.connect(self._load)
        self.images.loaded.connect(self._on_loaded)
        self.images.failed.connect(self._on_image_failed)
        self.regions.ready.connect(lambda *_: self.tools.refresh())
        self.regions.failed.connect(self.session.error_raised)
        self.runs.finished.connect(self.deck.put)
        self.runs.failed.connect(self.session.error_raised)
        self.canvas.tool_event.connect(self._point_at_proposal)
        self.scores.failed.connect(self.session.error_raised)

    def close(self) -> None:
        """Keep the draft as it is and stop; the project is closed by whoever opened it."""
        self.tools.checkpoint()
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
        else:
            self.session.undo()

    def redo(self) -> None:
        """Apply again what was undone last."""
        if self.tools.has_draft():
            self.session.message_posted.emit("Finish or cancel the drawing first.")
        else:
            self.session.redo()

    def delete_selected(self) -> None:
        """Remove the selected objects."""
        document = self.session.document
        if document is not None and self.session.selection:
            self._try(lambda: remove_annotations(document, self.session.selection))

    def duplicate_selected(self) -> None:
        """Copy the selected objects, a little aside, and select the copies."""
        document = self.session.document
        if document is None or not self.session.selection:
            return
        before = set(document.annotations)
        shift = max(DUPLICATE_SHIFT_SCREEN_PX / self.canvas.viewport.scale, 1.0)
        self._try(lambda: duplicate_annotations(document, self.session.selection, shift, shift))
        after = self.session.document
        if after is not None:
            copies = frozenset(set(after.annotations) - before)
            self.session.select(copies or self.session.selection)

    def copy_selected(self) -> None:
        """Remember the selected objects, to paste them on this or another image."""
        chosen = self.session.selected()
        if chosen:
            self._copied = chosen
            self.session.message_posted.emit(f"{counted(len(chosen), 'object')} copied.")

    def paste(self) -> None:
        """Add the copied objects here, at the same place, and select them."""
        document = self.session.document
        labels = self.session.state.labels
        copied = tuple(item for item in self._copied if item.label_id in labels)
        if document is None or not copied:
            self.session.message_posted.emit("Nothing was copied.")
            return
        pasted = pasted_annotations(document, copied, self.session.layer.id)
        if not pasted:
            self.session.message_posted.emit("What was copied lies outside this image.")
        elif self.session.apply(add_annotations(document, pasted, "Paste")):
            self.session.select(frozenset(item.id for item in pasted))

    def nudge_selected(self, dx: float, dy: float) -> None:
        """Move the selected objects by pixels."""
        document = self.session.document
        if document is not None and self.session.selection:
            self._try(lambda: move_annotations(document, self.session.selection, dx, dy))

    def lock_selected(self) -> None:
        """Lock the selected objects, or unlock them when all are locked."""
        document = self.session.document
        chosen = self.session.selected()
        if document is not None and chosen:
            lock = not all(item.locked for item in chosen)
            self._try(lambda: set_locked(document, self.session.selection, lock))

    def approve_selected(self, review: ReviewState) -> None:
        """Say what was found about the selected objects."""
        document = self.session.document
        if document is not None and self.session.selection:
            self._try(lambda: set_review(document, self.session.selection, review))

    def select_all(self) -> None:
        """Select every object of the edited layer."""
        document = self.session.document
        if document is not None:
            objects = document.in_layer(self.session.layer.id)
            self.session.select(frozenset(item.id for item in objects))

    def use_label_number(self, number: int) -> None:
        """Make the label with this key active, or give it to what is selected."""
        labels = self.session.state.labels.values()
        found = next((label for label in labels if label.shortcut == str(number)), None)
        if found is None:
            self.session.message_posted.emit(f"No label has the key {number}.")
        else:
            self.use_label(found.id)

    def use_label(self, label_id: int) -> None:
        """Make a label active; selected objects get it too."""
        document = self.session.document
        self.session.use_label(label_id)
        if document is not None and self.session.selection:
            self._try(lambda: relabel(document, self.session.selection, label_id))

    def mark_done(self) -> None:
        """Say that this image is finished, or that it is not after all."""
        document = self.session.document
        if document is None:
            return
        done = self.session.state.state_of(document.image_id) is ImageState.DONE
        target = ImageState.IN_PROGRESS if done else ImageState.DONE
        self._try(lambda: set_image_state(self.session.state, (document.image_id,), target))

    def propose(self, source: str) -> None:
        """Ask a model, the regions or a prediction layer for proposals on this image."""
        image = self.loaded_image()
        if image is None or image.rgb is None:
            self.session.message_posted.emit("The picture is still being opened; try again.")
        elif source == REGIONS_SOURCE:
            self._propose_regions(image)
        elif source == PREDICTIONS_SOURCE:
            self._propose_predictions(image)
        else:
            self.runs.start(source, image)

    def _picture(self, image_id: int) -> RgbImage | None:
        """The pixels of an image for the tools that look at them."""
        image = self.images.get(image_id)
        return None if image is None else image.rgb

    def loaded_image(self) -> LoadedImage | None:
        """The full picture on the screen, None while it is on its way."""
        image = self.session.image
        return None if image is None else self.images.get(image.id)

    def accept_current(self) -> None:
        """Accept the candidate that is pointed at, the best one when none is."""
        item = self._current_item()
        if item is not None:
            self.deck.accept((item,))

    def reject_current(self) -> None:
        """Reject the candidate that is pointed at."""
        item = self._current_item()
        if item is not None:
            self.deck.reject((item,))

    def fix_current(self) -> None:
        """Accept the candidate and paint on it."""
        item = self._current_item()
        if item is not None:
            ids = self.deck.accept((item,))
            self.tools.use("brush")
            self.session.select(frozenset(ids))

    def accept_all(self) -> None:
        """Accept every candidate above the score as one step."""
        items = self.deck.items()
        if items:
            self.deck.accept(items)
            self.session.message_posted.emit(
                f"{counted(len(items), 'proposal')} accepted. Ctrl+Z undoes it."
            )
        else:
            self.session.message_posted.emit("There is no proposal above the score.")

    def walk_proposals(self, steps: int) -> None:
        """Point at the next or previous candidate and bring it into view."""
        item = self.deck.walk(steps)
        if item is None:
            self.session.message_posted.emit("There is no proposal above the score.")

    def _current_item(self) -> DeckItem | None:
        item = self.deck.current
        if item is None:
            items = self.deck.items()
            item = items[0] if items else None
        if item is None:
            self.session.message_posted.emit("There is no proposal above the score.")
        return item

    def _propose_regions(self, image: LoadedImage) -> None:
        browser = self.regions.get(image.image_id)
        if browser is None:
            self.regions.request(image)
            self.session.message_posted.emit(
                "The regions are being computed; try again in a moment."
            )
            return

        def run(_context: TaskContext) -> tuple[Proposal, ...]:
            return region_proposals(browser.hierarchy, browser.size)

        self.tasks.submit(
            Task("Region proposals", Lane.INTERACTIVE, ("region proposals",), run),
            lambda found: self._put(image, REGIONS_SOURCE, found),
            self.session.error_raised.emit,
        )

    def _propose_predictions(self, image: LoadedImage) -> None:
        found = predictions_as_proposals(self.session)
        if not found:
            self.session.message_posted.emit(
                "There is no prediction layer; import one from the File menu."
            )
        for name, proposals in found.items():
            self._put(image, name, proposals)

    def _put(self, image: LoadedImage, model: str, proposals: tuple[Proposal, ...]) -> None:
        key = ProposalKey(image.digest, model, "", MappingProxyType({}))
        ranked = tuple(sorted(proposals, key=lambda item: -item.score))
        self.deck.put(image.image_id, ProposalSet(key, image.size, ranked))

    def _point_at_proposal(self, event: ToolEvent) -> None:
        """A click with the select tool where no object lies points at the candidate there."""
        pressed = isinstance(event, PointerEvent) and event.kind is PointerKind.PRESS
        if pressed and self.tools.active.name == "select" and not self.session.selection:
            assert isinstance(event, PointerEvent)  # noqa: S101 - said by ``pressed``
            item = self.deck.item_at(event.x, event.y)
            if item is not None:
                self.deck.make_current(item.key)

    def _try(self, make: Callable[[], Change | None]) -> None:
        """Make a change and apply it; what refuses it is shown."""
        try:
            change = make()
        except MaskwrightError as error:
            self.session.error_raised.emit(error)
            return
        self.session.apply(change)

    def _project_neighbour(self, steps: int) -> int | None:
        image = self.session.neighbour(steps)
        return None if image is None else image.id

    def _load(self, image: ImageRecord) -> None:
        ahead = (self.neighbour(steps) for steps in AHEAD)
        images = self.session.images
        self.images.show(image, [images.by_id(item) for item in ahead if item is not None])

    def _on_loaded(self, image: LoadedImage) -> None:
        if image.rgb is not None:
            self._record(image)
        self.image_loaded.emit(image)

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
        self.canvas.set_image(None, None)
        self.session.error_raised.emit(error)
