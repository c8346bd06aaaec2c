"""The difference on the canvas: pixels by kind, objects in the colours of what is said of them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from core.document.annotation import Annotation, Layer
from core.document.document import ImageDocument
from core.document.mask import Mask
from core.scoring.difference import Disagreement, ObjectDifference
from core.scoring.pixel_difference import PixelDifference, pixel_difference
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.canvas.shapes import CanvasShape, LineStyle
from gui.pictures.canvas_presenter import CanvasPresenter
from gui.review.difference_watch import DifferenceWatch, as_error
from gui.session import Session

AGREEING_COLOR = "#009e73"
DIFFERENCE_COLORS = {
    Disagreement.MISSING: "#56b4e9",
    Disagreement.EXTRA: "#d55e00",
    Disagreement.WRONG_LABEL: "#cc79a7",
    Disagreement.LOW_OVERLAP: "#e69f00",
    Disagreement.MATCHED: AGREEING_COLOR,
    Disagreement.NOT_JUDGED: "#999999",
}
"""Okabe and Ito's colours, which people with any colour vision can tell apart."""

PIXEL_SHAPE_ID = -2_000_000
AGREEING_ALPHA, DIFFERING_ALPHA = 0.25, 0.5


class DifferenceColors(QObject):
    """Switched on, both layers of the comparison are shown, pixel by pixel and by object."""

    def __init__(
        self,
        session: Session,
        watch: DifferenceWatch,
        presenter: CanvasPresenter,
        tasks: TaskQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._watch = watch
        self._presenter = presenter
        self._tasks = tasks
        self._is_on = False
        self._found: dict[int, ObjectDifference] = {}
        self._layers: frozenset[int] = frozenset()
        watch.listed.connect(self._refresh)
        session.image_changed.connect(lambda _image: self._refresh())
        session.document_changed.connect(lambda _event: self._compare_pixels())

    @property
    def is_on(self) -> bool:
        """Whether the difference is shown."""
        return self._is_on

    @property
    def theirs(self) -> Layer | None:
        """The layer that is compared with."""
        return self._watch.theirs

    @property
    def words(self) -> str:
        """What the colours mean."""
        return (
            "the difference: green agrees, blue is missing, red extra, pink has the wrong label, "
            "orange overlaps too little"
        )

    def toggle(self) -> None:
        """Switch on or off; both layers become visible."""
        self.show(not self._is_on)
        theirs = self._watch.theirs
        if self._is_on and theirs is not None:
            for layer in (self._session.layer, theirs):
                self._session.set_layer_visible(layer.id, True)
        self._session.message_posted.emit(
            f"Showing {self.words}." if self._is_on else "Colours of the labels."
        )

    def show(self, on: bool) -> None:
        """Show the difference, or the labels' colours again."""
        if on == self._is_on:
            return
        self._is_on = on
        if on and not self._watch.is_known:
            self._watch.refresh()
        self._presenter.set_colors(self._color_of if on else None, self._caption_of if on else None)
        if not on:
            self._presenter.set_pixel_shapes(())
        self._refresh()

    def _refresh(self) -> None:
        if not self._is_on:
            return
        image, theirs = self._session.image, self._watch.theirs
        found = () if image is None else self._watch.of_image(image.id)
        self._found = {
            number: item
            for item in found
            for number in (item.truth_id, item.prediction_id)
            if number is not None
        }
        mine = self._session.layer.id
        self._layers = frozenset({mine} if theirs is None else {mine, theirs.id})
        self._presenter.set_pixel_shapes(())
        self._presenter.refresh()
        self._compare_pixels()

    def _compare_pixels(self) -> None:
        document, theirs = self._session.document, self._watch.theirs
        if not self._is_on or document is None or theirs is None:
            return
        self._tasks.submit(
            Task(
                "Differences",
                Lane.INTERACTIVE,
                ("difference pixels",),
                _comparison(document, theirs.id, self._session.layer.id),
            ),
            lambda found: self._show_pixels(document, found),
            self._session.error_raised.emit,
        )

    def _show_pixels(self, document: ImageDocument, found: PixelDifference) -> None:
        if self._is_on and self._session.document is document:
            self._presenter.set_pixel_shapes(
                tuple(
                    _shape(place, mask, color, alpha)
                    for place, (mask, color, alpha) in enumerate(
                        (
                            (found.tp, AGREEING_COLOR, AGREEING_ALPHA),
                            (found.fp, DIFFERENCE_COLORS[Disagreement.EXTRA], DIFFERING_ALPHA),
                            (found.fn, DIFFERENCE_COLORS[Disagreement.MISSING], DIFFERING_ALPHA),
                        )
                    )
                    if not mask.is_empty
                )
            )

    def _color_of(self, item: Annotation) -> str | None:
        if item.layer_id not in self._layers or not self._watch.is_known:
            return None
        found = self._found.get(item.id)
        return AGREEING_COLOR if found is None else DIFFERENCE_COLORS[found.kind]

    def _caption_of(self, item: Annotation) -> str:
        """What is said of an object, with its IoU."""
        label = self._session.state.labels.get(item.label_id)
        name = label.name if label is not None else ""
        if item.layer_id not in self._layers or not self._watch.is_known:
            return name
        found = self._found.get(item.id)
        if found is None:
            return f"{name}: agrees, IoU 1.00"
        if found.truth_id is None or found.prediction_id is None:
            return f"{name}: {found.kind.value}"
        return f"{name}: {found.kind.value}, IoU {found.iou:.2f}"


def _comparison(
    document: ImageDocument, truth_id: int, judged_id: int
) -> Callable[[TaskContext], PixelDifference]:
    def run(_context: TaskContext) -> PixelDifference:
        try:
            return pixel_difference(document, truth_id, judged_id)
        except ValueError as error:
            raise as_error(error) from error

    return run


def _shape(place: int, mask: Mask, color: str, alpha: float) -> CanvasShape:
    return CanvasShape(PIXEL_SHAPE_ID - place, mask, color, LineStyle.SOLID, alpha)
