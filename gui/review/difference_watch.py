"""The disagreements of the edited layer with another one, kept in step with every edit."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from core.document.annotation import Layer, LayerRole
from core.document.document import ImageDocument
from core.document.history import HistoryEvent
from core.errors import MaskwrightError
from core.scoring.difference import (
    Disagreement,
    ObjectDifference,
    dataset_differences,
    differences,
    worst_first,
)
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.session import Session

LIVE_IMAGES = 20
"""A change of more images than this is compared as a whole."""


class DifferenceWatch(QObject):
    """Compares in the background, when somebody asks for it first and after edits from then on."""

    listed = Signal()
    """The list is another one."""

    def __init__(self, session: Session, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._by_image: dict[int, tuple[ObjectDifference, ...]] | None = None
        self._items: tuple[ObjectDifference, ...] = ()
        self._kind: Disagreement | None = None
        self._theirs_id: int | None = None
        session.document_changed.connect(self._on_document_changed)

    @property
    def items(self) -> tuple[ObjectDifference, ...]:
        """Open disagreements of all images, worst first, of the chosen kind."""
        return self._items

    @property
    def is_known(self) -> bool:
        """Whether the layers have been compared."""
        return self._by_image is not None

    def of_image(self, image_id: int) -> tuple[ObjectDifference, ...]:
        """Disagreements of an image, settled ones too."""
        return (self._by_image or {}).get(image_id, ())

    @property
    def settled_count(self) -> int:
        """Disagreements that were looked at and kept."""
        found = (item for items in (self._by_image or {}).values() for item in items)
        return sum(item.is_settled and item.severity > 0 for item in found)

    @property
    def other_layers(self) -> tuple[Layer, ...]:
        """Layers that the edited one can be compared with, references first."""
        layers = self._session.state.layers.values()
        others = [
            layer
            for layer in layers
            if layer.id != self._session.layer.id and layer.role is not LayerRole.PROPOSALS
        ]
        return tuple(
            sorted(others, key=lambda layer: (layer.role is not LayerRole.REFERENCE, layer.id))
        )

    @property
    def theirs(self) -> Layer | None:
        """The layer that is compared with; the oldest reference as long as none is chosen."""
        others = self.other_layers
        chosen = next((layer for layer in others if layer.id == self._theirs_id), None)
        return chosen or (others[0] if others else None)

    def compare_with(self, layer_id: int) -> None:
        """Compare with another layer from now on."""
        self._theirs_id = layer_id
        self.refresh()

    def show_kind(self, kind: Disagreement | None) -> None:
        """List one kind of disagreement, or all."""
        self._kind = kind
        self._list()

    def refresh(self) -> None:
        """Compare all images in the background."""
        theirs = self.theirs
        if theirs is None:
            self._by_image = None
            self._list()
            return
        project, mine_id, theirs_id = self._session.project, self._session.layer.id, theirs.id

        def run(context: TaskContext) -> tuple[ObjectDifference, ...]:
            return dataset_differences(
                project.snapshot(),
                theirs_id,
                mine_id,
                lambda share: context.progress(share, "Differences"),
            )

        self._tasks.submit(
            Task("Differences", Lane.BATCH, ("differences of all",), run),
            self._take_all_images,
            self._session.error_raised.emit,
        )

    def _take_all_images(self, found: tuple[ObjectDifference, ...]) -> None:
        by_image: dict[int, list[ObjectDifference]] = {}
        for item in found:
            by_image.setdefault(item.image_id, []).append(item)
        self._by_image = {key: tuple(items) for key, items in by_image.items()}
        self._list()

    def _on_document_changed(self, event: HistoryEvent) -> None:
        if not self.is_known:
            return
        if event.change.layers or len(event.documents) > LIVE_IMAGES:
            self.refresh()
            return
        for image_id, document in event.documents.items():
            self._compare_image(image_id, document)

    def _compare_image(self, image_id: int, document: ImageDocument) -> None:
        theirs = self.theirs
        if theirs is None:
            return
        state, mine_id, theirs_id = self._session.state, self._session.layer.id, theirs.id

        def run(_context: TaskContext) -> tuple[ObjectDifference, ...]:
            try:
                return differences(document, state, theirs_id, mine_id)
            except ValueError as error:
                raise as_error(error) from error

        self._tasks.submit(
            Task("Differences", Lane.INTERACTIVE, ("differences", image_id), run),
            partial(self._take_image, image_id),
            self._session.error_raised.emit,
        )

    def _take_image(self, image_id: int, found: tuple[ObjectDifference, ...]) -> None:
        if self._by_image is not None:
            self._by_image[image_id] = found
            self._list()

    def _list(self) -> None:
        found = [item for items in (self._by_image or {}).values() for item in items]
        wanted = [
            item
            for item in found
            if item.severity > 0
            and not item.is_settled
            and (self._kind is None or item.kind is self._kind)
        ]
        self._items = worst_first(wanted)
        self.listed.emit()


def as_error(error: MaskwrightError | ValueError) -> MaskwrightError:
    """What people are told when a shape cannot be drawn."""
    if isinstance(error, MaskwrightError):
        return error
    return MaskwrightError(f"This image cannot be compared: {error}.", "Redraw that shape.")
