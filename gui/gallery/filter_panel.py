"""Asks which objects are wanted; every answer narrows the list at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import LayerRole, ReviewState
from core.document.document import ImageState, ProjectState
from core.scoring.difference import Disagreement
from core.survey.object_filter import Facets, Handwork, ObjectFilter, Order, Span
from gui.gallery.checked_choice import CheckedChoice, quiet_label
from gui.icons import color_swatch
from gui.panels.difference_panel import KIND_NAMES
from gui.review.image_states import STATE_LOOKS

T = TypeVar("T")

ORDER_NAMES = {
    Order.IMAGES: "By image",
    Order.SCORE: "Best score first",
    Order.UNSURE: "Least sure first",
    Order.IOU: "Lowest IoU first",
    Order.LARGEST: "Largest first",
    Order.SMALLEST: "Smallest first",
}
REVIEW_NAMES = {
    ReviewState.UNREVIEWED: "not reviewed",
    ReviewState.APPROVED: "approved",
    ReviewState.REJECTED: "rejected",
}
HANDWORK_NAMES = {
    Handwork.ANY: "edited or not",
    Handwork.UNTOUCHED: "as proposed or read",
    Handwork.EDITED: "edited by hand",
}


class SpanField(QWidget):
    """From … to …; the lowest and highest values stand for open ends."""

    changed = Signal()

    def __init__(
        self, name: str, highest: float, decimals: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.low = self._make_box(f"{name}, from", highest, decimals)
        self.high = self._make_box(f"{name}, to", highest, decimals)
        self.high.setValue(highest)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.low, 1)
        layout.addWidget(QLabel("–", self))
        layout.addWidget(self.high, 1)

    def _make_box(self, name: str, highest: float, decimals: int) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self)
        box.setAccessibleName(name)
        box.setDecimals(decimals)
        box.setRange(0.0, highest)
        box.setSingleStep(0.05 if decimals else 8.0)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda _value: self.changed.emit())
        return box

    @property
    def span(self) -> Span:
        """What was asked for."""
        low, high = self.low.value(), self.high.value()
        return Span(
            low if low > self.low.minimum() else None,
            high if high < self.high.maximum() else None,
        )

    def clear(self) -> None:
        """Open both ends."""
        self.low.setValue(self.low.minimum())
        self.high.setValue(self.high.maximum())


class FilterPanel(QScrollArea):
    """Fields from top to bottom; the most used come first."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tr = self.tr
        inside = QWidget(self)
        self._layout = QVBoxLayout(inside)
        self._layout.setContentsMargins(0, 0, 8, 0)
        self._layout.setSpacing(4)
        self.order = QComboBox(self)
        for order, name in ORDER_NAMES.items():
            self.order.addItem(tr(name), order)
        self.layers = CheckedChoice(tr("Layers"), tr("all layers"), self)
        self.labels = CheckedChoice(tr("Labels"), tr("all labels"), self)
        self.reviews = CheckedChoice(tr("Review"), tr("any"), self)
        self.reviews.set_entries([(tr(name), item, None) for item, name in REVIEW_NAMES.items()])
        self.disagreements = CheckedChoice(tr("Disagreement"), tr("any or none"), self)
        self.disagreements.set_entries(
            [(tr(name), item, None) for item, name in KIND_NAMES.items()]
            + [(tr("not judged"), Disagreement.NOT_JUDGED, None)]
        )
        self.sources = CheckedChoice(tr("Sources"), tr("any model or tool"), self)
        self.authors = CheckedChoice(tr("Annotators"), tr("anybody"), self)
        self.states = CheckedChoice(tr("States of the images"), tr("any"), self)
        self.states.set_entries(
            [(tr(look.mark or "unlabelled"), state, None) for state, look in STATE_LOOKS.items()]
        )
        self.score = SpanField(tr("Score"), 1.0, 2, self)
        self.iou = SpanField(tr("IoU"), 1.0, 2, self)
        self.side = SpanField(tr("Size"), 10_000.0, 0, self)
        self.handwork = QComboBox(self)
        for item, name in HANDWORK_NAMES.items():
            self.handwork.addItem(tr(name), item)
        self.attribute = QComboBox(self)
        self.value = QLineEdit(self)
        self.value.setPlaceholderText(tr("any value"))
        self.commented = QCheckBox(tr("With comments only"), self)
        self.clear = QPushButton(tr("Clear all filters"), self)
        for name, field in (
            (tr("Order"), self.order),
            (tr("Layer"), self.layers),
            (tr("Label"), self.labels),
            (tr("Review"), self.reviews),
            (tr("Disagreement with the compared layer"), self.disagreements),
            (tr("IoU with its partner"), self.iou),
            (tr("Score"), self.score),
            (tr("Size: side of a square of its area, pixels"), self.side),
            (tr("Model or tool"), self.sources),
            (tr("Annotator"), self.authors),
            (tr("Work by hand"), self.handwork),
            (tr("State of the image"), self.states),
            (tr("Attribute"), self.attribute),
        ):
            self._add(name, field)
        self._layout.addWidget(self.value)
        self._layout.addSpacing(8)
        self._layout.addWidget(self.commented)
        self._layout.addSpacing(8)
        self._layout.addWidget(self.clear)
        self._layout.addStretch(1)
        self.setWidget(inside)
        self._connect()

    def _add(self, name: str, field: QWidget) -> None:
        field.setAccessibleName(name)
        self._layout.addWidget(quiet_label(name, self))
        self._layout.addWidget(field)
        self._layout.addSpacing(4)

    def _choices(self) -> tuple[CheckedChoice, ...]:
        return (
            self.layers,
            self.labels,
            self.reviews,
            self.disagreements,
            self.sources,
            self.authors,
            self.states,
        )

    def _connect(self) -> None:
        for choice in self._choices():
            choice.changed.connect(self.changed)
        for span in (self.score, self.iou, self.side):
            span.changed.connect(self.changed)
        for combo in (self.order, self.handwork, self.attribute):
            combo.activated.connect(lambda _row: self.changed.emit())
        self.value.textChanged.connect(lambda _text: self.changed.emit())
        self.commented.toggled.connect(lambda _on: self.changed.emit())
        self.clear.clicked.connect(lambda _checked=False: self.clear_all())

    def offer(self, state: ProjectState, facets: Facets) -> None:
        """Offer the values that the objects have."""
        sources, authors, names = facets.sources, facets.authors, facets.attributes
        layers = [item for _, item in sorted(state.layers.items())]
        self.layers.set_entries(
            [(item.name, item.id, None) for item in layers if item.role is not LayerRole.PROPOSALS]
        )
        labels = sorted(state.labels.values(), key=lambda label: label.id)
        self.labels.set_entries(
            [(label.name, label.id, color_swatch(label.color)) for label in labels]
        )
        unknown = self.tr("unknown")
        self.sources.set_entries([(item or unknown, item, None) for item in sources])
        self.authors.set_entries([(item or unknown, item, None) for item in authors])
        listed = [self.attribute.itemData(row) for row in range(1, self.attribute.count())]
        if listed != list(names) or not self.attribute.count():
            chosen = self.attribute.currentData()
            self.attribute.clear()
            self.attribute.addItem(self.tr("any or none"), "")
            for name in names:
                self.attribute.addItem(name, name)
            self.attribute.setCurrentIndex(max(self.attribute.findData(chosen), 0))

    def wanted(self) -> ObjectFilter:
        """What was asked for."""
        return ObjectFilter(
            layer_ids=_of(self.layers, int),
            label_ids=_of(self.labels, int),
            sources=_of(self.sources, str),
            authors=_of(self.authors, str),
            reviews=_of(self.reviews, ReviewState),
            image_states=_of(self.states, ImageState),
            disagreements=_of(self.disagreements, Disagreement),
            score=self.score.span,
            side=self.side.span,
            iou=self.iou.span,
            handwork=self.handwork.currentData(),
            attribute=self.attribute.currentData() or "",
            attribute_value=self.value.text().strip(),
            with_comments=self.commented.isChecked(),
        )

    def chosen_order(self) -> Order:
        """How the objects are to be listed."""
        found: Order = self.order.currentData()
        return found

    def clear_all(self) -> None:
        """Ask for everything again."""
        self._quietly(self._reset)
        self.changed.emit()

    def ask_for(self, **choices: frozenset[object]) -> None:
        """Clear all, then tick these values in the fields of these names."""

        def tick() -> None:
            self._reset()
            for name, values in choices.items():
                field = getattr(self, name)
                field.choose(values)

        self._quietly(tick)
        self.changed.emit()

    def _reset(self) -> None:
        for choice in self._choices():
            choice.choose(frozenset())
        for span in (self.score, self.iou, self.side):
            span.clear()
        for combo in (self.handwork, self.attribute):
            combo.setCurrentIndex(0)
        self.value.clear()
        self.commented.setChecked(False)

    def _quietly(self, run: Callable[[], None]) -> None:
        """Change several fields and narrow the list once."""
        self.blockSignals(True)
        run()
        self.blockSignals(False)


def _of(choice: CheckedChoice, kind: type[T]) -> frozenset[T]:
    return frozenset(value for value in choice.chosen if isinstance(value, kind))
