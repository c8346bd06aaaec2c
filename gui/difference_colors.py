"""Objects in the colours of what the comparison says of them, instead of their labels'."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.document.annotation import Annotation
from core.scoring.difference import Disagreement
from gui.canvas_presenter import CanvasPresenter
from gui.difference_watch import DifferenceWatch
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


class DifferenceColors(QObject):
    """Switched on, both layers of the comparison are shown, each object by its kind."""

    def __init__(
        self,
        session: Session,
        watch: DifferenceWatch,
        presenter: CanvasPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._watch = watch
        self._presenter = presenter
        self._is_on = False
        self._kinds: dict[int, Disagreement] = {}
        self._layers: frozenset[int] = frozenset()
        watch.listed.connect(self._refresh)
        session.image_changed.connect(lambda _image: self._refresh())

    def toggle(self) -> None:
        """Switch on or off."""
        self._is_on = not self._is_on
        if self._is_on and not self._watch.is_known:
            self._watch.refresh()
        theirs = self._watch.theirs
        if self._is_on and theirs is not None:
            for layer in (self._session.layer, theirs):
                self._session.set_layer_visible(layer.id, True)
        self._presenter.set_colors(self._color_of if self._is_on else None)
        self._refresh()
        self._session.message_posted.emit(
            "Colours of the difference: green agrees, blue is missing, red extra, pink has the "
            "wrong label, orange overlaps too little."
            if self._is_on
            else "Colours of the labels."
        )

    def _refresh(self) -> None:
        if not self._is_on:
            return
        image, theirs = self._session.image, self._watch.theirs
        found = () if image is None else self._watch.of_image(image.id)
        self._kinds = {
            number: item.kind
            for item in found
            for number in (item.truth_id, item.prediction_id)
            if number is not None
        }
        mine = self._session.layer.id
        self._layers = frozenset({mine} if theirs is None else {mine, theirs.id})
        self._presenter.refresh()

    def _color_of(self, item: Annotation) -> str | None:
        if item.layer_id not in self._layers or not self._watch.is_known:
            return None
        kind = self._kinds.get(item.id)
        return AGREEING_COLOR if kind is None else DIFFERENCE_COLORS[kind]
