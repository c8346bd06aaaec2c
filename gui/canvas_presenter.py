"""Turns what the session, the deck and the regions hold into what the canvas draws."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from core.document.annotation import Annotation, Layer, LayerRole
from core.document.document import ImageDocument, ProjectState
from core.imaging.arrays import BgraImage
from core.imaging.contrast import stretched_levels
from core.tasks.queue import Lane, Task, TaskQueue
from gui.canvas.canvas import Canvas
from gui.canvas.shapes import CanvasShape, LineStyle
from gui.deck_items import DeckItem
from gui.image_loading import ImageLoader, LoadedImage
from gui.proposal_deck import ProposalDeck
from gui.region_loading import RegionLoader
from gui.session import Session

LINES = {
    LayerRole.MINE: LineStyle.SOLID,
    LayerRole.REFERENCE: LineStyle.DOTTED,
    LayerRole.PREDICTIONS: LineStyle.DASHED,
    LayerRole.PROPOSALS: LineStyle.DASHED,
}
FILL_ALPHA = {LayerRole.MINE: 0.33, LayerRole.REFERENCE: 0.0, LayerRole.PREDICTIONS: 0.12}
PROPOSAL_COLOR = "#ffe97a"
CURRENT_PROPOSAL_COLOR = "#ffffff"
PROPOSALS_SHOWN = 300
"""More than this many outlines hide the picture; the list shows the rest."""


class CanvasPresenter(QObject):
    """Keeps the canvas in step with everything that can be seen on it."""

    def __init__(
        self,
        session: Session,
        canvas: Canvas,
        images: ImageLoader,
        regions: RegionLoader,
        deck: ProposalDeck,
        tasks: TaskQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._stretched = False
        self._shown: LoadedImage | None = None
        self._session = session
        self._canvas = canvas
        self._images = images
        self._regions = regions
        self._deck = deck
        self._shown_id: int | None = None
        self._colors: Callable[[Annotation], str | None] | None = None
        self._shapes: dict[int, tuple[Annotation, tuple[object, ...], CanvasShape]] = {}
        self._superpixel_count = 0
        images.loaded.connect(self._on_loaded)
        regions.ready.connect(lambda *_: self._show_superpixels())
        session.image_changed.connect(self._on_image_changed)
        session.document_changed.connect(lambda _event: self.refresh())
        session.selection_changed.connect(self.refresh)
        session.visibility_changed.connect(self.refresh)
        deck.changed.connect(self.refresh)
        deck.current_changed.connect(self.refresh)

    @property
    def superpixel_count(self) -> int:
        """Number of superpixels whose borders are shown; 0 when none are."""
        return self._superpixel_count

    def shows(self, image_id: int) -> bool:
        """Whether a picture of this image is on the canvas, be it only the first, smaller one."""
        return self._shown_id == image_id

    def toggle_contrast(self) -> bool:
        """Show tones over the whole range of the screen, or as they are; returns which."""
        self._stretched = not self._stretched
        if self._shown is not None:
            self._show_picture(self._shown)
        return self._stretched

    def set_superpixel_count(self, count: int) -> None:
        """Show the borders of about this many superpixels, or none at 0."""
        self._superpixel_count = count
        self._show_superpixels()

    def set_colors(self, colors: Callable[[Annotation], str | None] | None) -> None:
        """Give objects other colours than their labels'; None from it keeps the label's."""
        self._colors = colors
        self.refresh()

    def refresh(self) -> None:
        """Hand the canvas the shapes that can be seen now."""
        document = self._session.document
        if document is None:
            self._canvas.set_overlay(())
            return
        state = self._session.state
        shapes: list[CanvasShape] = []
        for layer in sorted(state.layers.values(), key=_back_to_front):
            if layer.id not in self._session.hidden_layers:
                shapes.extend(self._layer_shapes(document, state, layer))
        shapes.extend(self._proposal_shapes())
        self._canvas.set_overlay(tuple(shapes))

    def _layer_shapes(
        self, document: ImageDocument, state: ProjectState, layer: Layer
    ) -> list[CanvasShape]:
        selection = self._session.selection
        return [
            self._shape(item, self._color(item, state), layer.role, item.id in selection)
            for item in document.in_layer(layer.id)
        ]

    def _color(self, item: Annotation, state: ProjectState) -> str:
        other = None if self._colors is None else self._colors(item)
        return other or state.labels[item.label_id].color

    def _shape(self, item: Annotation, color: str, role: LayerRole, selected: bool) -> CanvasShape:
        """The same object for an unchanged annotation: the canvas compares by identity."""
        look = (color, role, selected)
        kept = self._shapes.get(item.id)
        if kept is not None and kept[0] is item and kept[1] == look:
            return kept[2]
        shape = CanvasShape(
            id=item.id,
            geometry=item.geometry,
            color=color,
            line=LINES[role],
            fill_alpha=FILL_ALPHA.get(role, 0.0),
            selected=selected,
        )
        self._shapes[item.id] = (item, look, shape)
        return shape

    def _proposal_shapes(self) -> list[CanvasShape]:
        current = self._deck.current
        key = None if current is None else current.key
        items = self._deck.items()[:PROPOSALS_SHOWN]
        return [self._proposal_shape(item, item.key == key) for item in items]

    def _proposal_shape(self, item: DeckItem, current: bool) -> CanvasShape:
        return CanvasShape(
            id=-1 - item.place,
            geometry=item.proposal.geometry,
            color=CURRENT_PROPOSAL_COLOR if current else PROPOSAL_COLOR,
            line=LineStyle.DASHED,
            fill_alpha=0.3 if current else 0.0,
            selected=False,
            hovered=current,
        )

    def _on_image_changed(self, _image: object) -> None:
        self._shown = None
        self._shown_id = None
        self._shapes.clear()
        self.refresh()

    def _on_loaded(self, image: LoadedImage) -> None:
        is_new = self._shown_id != image.image_id
        self._shown_id = image.image_id
        self._show_picture(image)
        if is_new:
            self._show_superpixels()
        if image.rgb is not None:
            self._regions.request(image)

    def _show_picture(self, image: LoadedImage) -> None:
        self._shown = image
        if not self._stretched:
            self._canvas.set_image(image.levels, image.size)
            return
        self._tasks.submit(
            Task(
                "Contrast",
                Lane.INTERACTIVE,
                ("contrast",),
                lambda _context: stretched_levels(image.levels),
            ),
            lambda levels: self._show_stretched(image, levels),
        )

    def _show_stretched(self, image: LoadedImage, levels: tuple[BgraImage, ...]) -> None:
        if self._stretched and self._shown is image:
            self._canvas.set_image(levels, image.size)

    def _show_superpixels(self) -> None:
        browser = None if self._shown_id is None else self._regions.get(self._shown_id)
        if browser is None or self._superpixel_count <= 0:
            self._canvas.set_superpixels(None)
        else:
            self._canvas.set_superpixels(browser.cut_to_count(self._superpixel_count))


def _back_to_front(layer: Layer) -> tuple[int, int]:
    """Layers that are edited lie in front of those that are only compared with."""
    order = {LayerRole.REFERENCE: 0, LayerRole.PREDICTIONS: 1, LayerRole.PROPOSALS: 2}
    return order.get(layer.role, 3), layer.id
