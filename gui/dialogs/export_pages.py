"""The pages of the export dialog: which objects, which parts, which pictures and shapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QWidget,
)

from core.document.annotation import Label, ReviewState
from core.document.document import ImageState, ProjectState
from core.formats.export_options import Pictures, Split
from gui.icons import color_swatch

_ROLE = Qt.ItemDataRole.UserRole
_REVIEWS: tuple[tuple[str, frozenset[ReviewState]], ...] = (
    ("All objects", frozenset()),
    ("All but rejected ones", frozenset({ReviewState.UNREVIEWED, ReviewState.APPROVED})),
    ("Approved ones only", frozenset({ReviewState.APPROVED})),
)
_GROUPS = (
    ("Each image by itself", "image"),
    ("Images of a folder stay together", "folder"),
    ("Names that begin alike stay together", "prefix"),
)
_PICTURES = (
    ("Leave them where they are", Pictures.LEAVE),
    ("Copy them beside the annotations", Pictures.COPY),
    ("Link to them beside the annotations", Pictures.LINK),
)
_PARTS = (("train", 70), ("val", 15), ("test", 15))


class ObjectsPage(QWidget):
    """Labels, states of images, and what review has said; all of it at first."""

    changed = Signal()

    def __init__(self, state: ProjectState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels = _tick_list(self, self.tr("Labels"))
        for label in state.labels.values():
            self.labels.addItem(label_item(label, Qt.CheckState.Checked))
        self.states = _tick_list(self, self.tr("Images that are"))
        for image_state in ImageState:
            item = QListWidgetItem(self.tr(image_state.value))
            item.setData(_ROLE, image_state)
            item.setCheckState(Qt.CheckState.Checked)
            self.states.addItem(item)
        self.reviews = QComboBox(self)
        for text, chosen in _REVIEWS:
            self.reviews.addItem(self.tr(text), chosen)
        self.with_reviews = QCheckBox(self.tr("Write what review has said (COCO)"), self)
        self.with_reviews.setToolTip(
            self.tr("Without, an object that was only looked at goes out as it came in.")
        )
        layout = QGridLayout(self)
        layout.addWidget(QLabel(self.tr("Labels"), self), 0, 0)
        layout.addWidget(QLabel(self.tr("Images that are"), self), 0, 1)
        layout.addWidget(self.labels, 1, 0, 3, 1)
        layout.addWidget(self.states, 1, 1)
        layout.addWidget(self.reviews, 2, 1)
        layout.addWidget(self.with_reviews, 3, 1)
        for ticks in (self.labels, self.states):
            ticks.itemChanged.connect(lambda _: self.changed.emit())
        self.reviews.currentIndexChanged.connect(lambda _: self.changed.emit())

    def chosen_labels(self) -> frozenset[int] | None:
        """Ids of the labels; empty for all, None when none is ticked."""
        ticked = _ticked(self.labels)
        if not ticked:
            return None
        return frozenset() if len(ticked) == self.labels.count() else frozenset(ticked)

    def chosen_states(self) -> frozenset[ImageState] | None:
        """The states; empty for all, None when none is ticked."""
        ticked = _ticked(self.states)
        if not ticked:
            return None
        return frozenset() if len(ticked) == self.states.count() else frozenset(ticked)

    def chosen_reviews(self) -> frozenset[ReviewState]:
        """What review has to have said; empty for all."""
        found: frozenset[ReviewState] = self.reviews.currentData()
        return found


class PartsPage(QWidget):
    """Whether the set is split, by which shares, and what stays together."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.split = QCheckBox(self.tr("Split the images into parts"), self)
        self.shares = {name: _percent(self, value) for name, value in _PARTS}
        self.seed = QSpinBox(self)
        self.seed.setMaximum(2**31 - 1)
        self.group = QComboBox(self)
        for text, key in _GROUPS:
            self.group.addItem(self.tr(text), key)
        form = QFormLayout(self)
        form.addRow(self.split)
        row = QHBoxLayout()
        for name, box in self.shares.items():
            row.addWidget(QLabel(name, self))
            row.addWidget(box)
        row.addStretch()
        form.addRow(self.tr("Shares"), row)
        form.addRow(self.tr("Together"), self.group)
        form.addRow(self.tr("Seed"), self.seed)
        note = _note(
            self,
            self.tr(
                "The same seed gives the same parts. The same picture twice is always in one part. "
                "COCO gets a file for each part, other formats the folders or lists that they know."
            ),
        )
        form.addRow(note)
        self.split.toggled.connect(self._on_changed)
        for box in (*self.shares.values(), self.seed):
            box.valueChanged.connect(self._on_changed)
        self.group.currentIndexChanged.connect(self._on_changed)
        self._on_changed()

    def chosen(self) -> Split | None:
        """The split; None for none."""
        shares = tuple((name, float(box.value())) for name, box in self.shares.items())
        if not self.split.isChecked() or not self.is_possible():
            return None
        return Split(shares, self.seed.value(), self.group.currentData())

    def is_possible(self) -> bool:
        """Whether the shares come to more than nothing, or no split is wanted."""
        total = sum(box.value() for box in self.shares.values())
        return total > 0 or not self.split.isChecked()

    def _on_changed(self) -> None:
        for widget in (*self.shares.values(), self.seed, self.group):
            widget.setEnabled(self.split.isChecked())
        self.changed.emit()


class ShapesPage(QWidget):
    """What happens to the pictures, and how exact outlines are."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures = QComboBox(self)
        for text, pictures in _PICTURES:
            self.pictures.addItem(self.tr(text), pictures)
        self.simplify = QDoubleSpinBox(self)
        self.simplify.setRange(0, 50)
        self.simplify.setSingleStep(0.5)
        self.simplify.setDecimals(1)
        self.simplify.setSuffix(" px")
        self.simplify.setSpecialValueText(self.tr("exact"))
        form = QFormLayout(self)
        form.addRow(self.tr("Pictures"), self.pictures)
        form.addRow(self.tr("Outlines may move by"), self.simplify)
        form.addRow(
            _note(
                self,
                self.tr(
                    "Exact keeps every pixel. More makes outlines of masks, with fewer corners; "
                    "the report lists what each object loses in IoU."
                ),
            )
        )
        self.pictures.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.simplify.valueChanged.connect(lambda _: self.changed.emit())

    def chosen_pictures(self) -> Pictures:
        """What happens to the pictures."""
        found: Pictures = self.pictures.currentData()
        return found


def label_item(label: Label, state: Qt.CheckState) -> QListWidgetItem:
    """A row with the colour and the name of a label, and a tick."""
    item = QListWidgetItem(color_swatch(label.color), label.name)
    item.setData(_ROLE, label.id)
    item.setCheckState(state)
    return item


def _tick_list(parent: QWidget, name: str) -> QListWidget:
    found = QListWidget(parent)
    found.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    found.setAccessibleName(name)
    return found


def _ticked(ticks: QListWidget) -> list[Any]:
    items: Iterable[QListWidgetItem] = (ticks.item(row) for row in range(ticks.count()))
    return [item.data(_ROLE) for item in items if item.checkState() is Qt.CheckState.Checked]


def _percent(parent: QWidget, value: int) -> QSpinBox:
    box = QSpinBox(parent)
    box.setMaximum(100)
    box.setSuffix(" %")
    box.setValue(value)
    return box


def _note(parent: QWidget, text: str) -> QLabel:
    note = QLabel(text, parent)
    note.setWordWrap(True)
    note.setProperty("quiet", True)
    return note
