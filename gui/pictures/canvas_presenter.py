"""Turns what the session, the deck and the regions hold into what the canvas draws."""

from __future__ import annotations

from itertools import chain
from operator import is_

from PySide6.QtCore import QObject, QTimer

from core.document.annotation import Layer, LayerRole
from gui.canvas.canvas import Canvas
from gui.canvas.shapes import CanvasShape, LineStyle
from gui.objects.object_shapes import Caption, ObjectShapes, OtherColor
from gui.pictures.display_settings import DisplaySettings
from gui.pictures.image_loading import ImageLoader, LoadedImage
from gui.pictures.picture_presenter import PicturePresenter
from gui.proposals.deck_items import DeckItem
from gui.proposals.proposal_deck import ProposalDeck
from gui.regions.region_loading import RegionLoader
from gui.session import Session

PROPOSAL_COLOR = "#ffe97a"
CURRENT_PROPOSAL_COLOR = "#ffffff"
REGIONS_AFTER_MS = 30
"""The picture and its overlay come first: regions take all of a processor for a while."""
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
        pictures: PicturePresenter,
        display: DisplaySettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._images = images
        self._regions = regions
        self._deck = deck
        self._pictures = pictures
        self._display = display
        self._shown_id: int | None = None
        self._shapes = ObjectShapes()
        self._superpixel_count = 0
        self._further: tuple[CanvasShape, ...] = ()
        self._pixel_shapes: tuple[CanvasShape, ...] = ()
        self._parts: list[tuple[CanvasShape, ...]] = []
        self._unsegmented: LoadedImage | None = None
        self._segment = QTimer(self)
        self._segment.setSingleShot(True)
        self._segment.setInterval(REGIONS_AFTER_MS)
        self._segment.timeout.connect(self._request_regions)
        pictures.add_view(canvas)
        images.loaded.connect(self._on_loaded)
        display.changed.connect(self._on_display_changed)
        regions.ready.connect(lambda *_: self._show_superpixels())
        session.image_changed.connect(self._on_image_changed)
        session.document_changed.connect(lambda _event: self.refresh())
        session.selection_changed.connect(self.refresh)
        session.visibility_changed.connect(self.refresh)
        deck.changed.connect(self.refresh)
        deck.current_changed.connect(self.refresh)
        self._on_display_changed()

    @property
    def superpixel_count(self) -> int:
        """Number of superpixels whose borders are shown; 0 when none are."""
        return self._superpixel_count

    def shows(self, image_id: int) -> bool:
        """Whether a picture of this image is on the canvas, be it only the first, smaller one."""
        return self._shown_id == image_id

    def set_superpixel_count(self, count: int) -> None:
        """Show the borders of about this many superpixels, or none at 0."""
        self._superpixel_count = count
        self._show_superpixels()

    def set_colors(self, colors: OtherColor | None, caption: Caption | None = None) -> None:
        """Give objects other colours than their labels'; None from it keeps the label's.

        ``caption`` says what is written beside an object that is pointed at.
        """
        self._shapes.other_color = colors
        self._shapes.caption = caption
        self.refresh()

    def set_pixel_shapes(self, shapes: tuple[CanvasShape, ...]) -> None:
        """Draw these under all objects; their ids are below −2,000,000."""
        if shapes or self._pixel_shapes:
            self._pixel_shapes = shapes
            self.refresh()

    def set_further_shapes(self, shapes: tuple[CanvasShape, ...]) -> None:
        """Draw these over everything else; their ids are below −1,000,000."""
        if shapes or self._further:
            self._further = shapes
            self.refresh()

    def refresh(self) -> None:
        """Hand the canvas the shapes that can be seen now."""
        document = self._session.document
        if document is None:
            self._parts = []
            self._canvas.set_overlay(())
            return
        state, selection = self._session.state, self._session.selection
        parts = [self._pixel_shapes]
        for layer in sorted(state.layers.values(), key=_back_to_front):
            if layer.id not in self._session.hidden_layers:
                parts.append(self._shapes.of_layer(document, state, layer, selection))
                parts.append(self._shapes.keypoints_beside(document, state, layer))
        parts += [self._proposal_shapes(), self._further]
        # One edit reaches this from the session, its selection and the deck in turn.
        if len(parts) == len(self._parts) and all(map(is_, parts, self._parts)):
            return
        self._parts = parts
        self._canvas.set_overlay(tuple(chain.from_iterable(parts)))

    def _proposal_shapes(self) -> tuple[CanvasShape, ...]:
        current = self._deck.current
        key = None if current is None else current.key
        items = self._deck.items()[:PROPOSALS_SHOWN]
        return tuple(self._proposal_shape(item, item.key == key) for item in items)

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
        self._pictures.show(None)
        self._shown_id = None
        self._segment.stop()
        self._shapes.forget()
        self._parts = []
        self.refresh()

    def _on_loaded(self, image: LoadedImage) -> None:
        is_new = self._shown_id != image.image_id
        self._shown_id = image.image_id
        self._pictures.show(image)
        if is_new:
            self._show_superpixels()
        if image.rgb is not None:
            self._unsegmented = image
            self._segment.start()

    def _request_regions(self) -> None:
        image, self._unsegmented = self._unsegmented, None
        if image is not None and self.shows(image.image_id):
            self._regions.request(image)

    def _on_display_changed(self) -> None:
        options = self._display.options
        self._canvas.set_fill_strength(options.fill_strength)
        self._canvas.set_outlines_only(options.outlines_only)
        self._canvas.set_pixel_grid(options.pixel_grid)
        self._canvas.set_overlays_visible(self._display.overlays_visible)
        if self._shapes.color_by is not options.color_by:
            self._shapes.color_by = options.color_by
            self.refresh()

    def _show_superpixels(self) -> None:
        """Another cut of the same tree is a table as long as its leaves, so a slider is live."""
        regions = None if self._shown_id is None else self._regions.source(self._shown_id)
        if regions is None or self._superpixel_count <= 0:
            self._canvas.set_superpixels(None)
            return
        tree, table = regions.browser.hierarchy, None
        if regions.choice.count == 0:
            table = regions.browser.ranges.regions_of_count(tree, self._superpixel_count)
        self._canvas.set_superpixels(tree.leaf_labels, table)


def _back_to_front(layer: Layer) -> tuple[int, int]:
    """Layers that are edited lie in front of those that are only compared with."""
    order = {LayerRole.REFERENCE: 0, LayerRole.PREDICTIONS: 1, LayerRole.PROPOSALS: 2}
    return order.get(layer.role, 3), layer.id
