"""The objects of this image: select, walk through with the view following, see what each is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QPalette, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import Annotation, Label
from core.document.geometry import Box, Keypoints, Polygon, RotatedBox, Scribble
from core.document.mask import Mask
from gui.icons import color_swatch, icon
from gui.plain_text import plain_tool_tip
from gui.review.provenance_words import REVIEW_MARKS, origin, provenance_lines
from gui.session import Session

KIND_NAMES = {
    Box: "rectangle",
    RotatedBox: "rotated rectangle",
    Polygon: "polygon",
    Mask: "mask",
    Keypoints: "keypoints",
    Scribble: "scribble",
}
LABEL, SHAPE, ORIGIN, MARK, EYE = range(5)
EYE_WIDTH_PX = 32
_ID = Qt.ItemDataRole.UserRole


class ObjectsPanel(QWidget):
    """A list of the edited layer's objects, front to back."""

    zoom_requested = Signal(object)
    """Carries the Box of an object to look at."""
    hiding_requested = Signal(object, bool)
    """Carries the id of an object, and whether it shall be hidden."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filling = False
        self._is_stale = False
        self._icons: dict[str, QIcon] = {}
        self._items: tuple[Annotation, ...] = ()
        self._labels: Mapping[int, Label] | None = None
        self._rows: dict[int, QTreeWidgetItem] = {}
        self.tree = QTreeWidget(self)
        titles = (self.tr("Label"), self.tr("Shape"), self.tr("From"), "✓✗", "")
        self.tree.setHeaderLabels(titles)
        header = self.tree.header()
        header.setStretchLastSection(False)
        # Only the rows that can be seen: a thousand are measured otherwise, with every edit.
        header.setResizeContentsPrecision(0)
        for column in (LABEL, ORIGIN):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        for column in (SHAPE, MARK):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(EYE, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(EYE, EYE_WIDTH_PX)
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setAccessibleName(self.tr("Objects of this image"))
        look = QShortcut(Qt.Key.Key_Return, self.tree)
        look.setContext(Qt.ShortcutContext.WidgetShortcut)
        look.activated.connect(self._zoom)
        self.tree.itemClicked.connect(self._on_clicked)
        self.empty = QLabel(
            self.tr("No object yet. Press G and click a region, B to paint, or P for a polygon."),
            self,
        )
        self.empty.setWordWrap(True)
        self.empty.setProperty("quiet", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.empty)
        layout.addWidget(self.tree)
        self.tree.itemSelectionChanged.connect(self._on_selected)
        self.tree.itemDoubleClicked.connect(self._on_double_clicked)
        session.document_changed.connect(lambda _event: self.refresh())
        session.image_changed.connect(self._on_image_changed)
        session.selection_changed.connect(self._show_selection)
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """List the image on the screen, if it has come while this was behind another pane."""
        self._refresh_if_stale()
        super().showEvent(event)

    def _on_image_changed(self, _image: object) -> None:
        """The picture is painted first; behind another pane nothing is listed at all."""
        self._is_stale = True
        if self.isVisible():
            QTimer.singleShot(0, self, self._refresh_if_stale)

    def _refresh_if_stale(self) -> None:
        if self._is_stale:
            self.refresh()

    def refresh(self) -> None:
        """Show the objects as they are now."""
        self._is_stale = False
        document = self._session.document
        items = () if document is None else tuple(reversed(document.in_layer(self._layer_id())))
        labels = self._session.state.labels
        same_labels = labels == self._labels
        first, last = _common_ends(self._items, items) if same_labels else (0, 0)
        if same_labels and first == len(items) == len(self._items):
            return
        self._filling = True
        # With thousands of objects only the rows that differ are made anew.
        old, new = self._items[first : len(self._items) - last], items[first : len(items) - last]
        if [item.id for item in old] == [item.id for item in new]:
            for item in new:
                self._fill(self._rows[item.id], item)
        else:
            self._replace_rows(first, old, new)
        self._items, self._labels = items, labels
        self._filling = False
        self.empty.setVisible(not items)
        self.tree.setVisible(bool(items))
        self._show_selection()

    def _layer_id(self) -> int:
        return self._session.layer.id

    def _replace_rows(
        self, first: int, old: Sequence[Annotation], new: Sequence[Annotation]
    ) -> None:
        for item in old:
            self.tree.takeTopLevelItem(first)
            self._rows.pop(item.id, None)
        fresh = {item.id: QTreeWidgetItem() for item in new}
        for item in new:
            self._fill(fresh[item.id], item)
        self.tree.insertTopLevelItems(first, list(fresh.values()))
        self._rows.update(fresh)

    def _fill(self, row: QTreeWidgetItem, annotation: Annotation) -> None:
        """Say in a row what an object is; what it said before is gone."""
        label = self._session.state.labels[annotation.label_id]
        kind, mark = KIND_NAMES[type(annotation.geometry)], REVIEW_MARKS[annotation.review]
        if annotation.keypoints is not None:
            kind += " + keypoints"
        shape = kind if annotation.group_id is None else f"{kind} ⧉{annotation.group_id}"
        texts = (label.name, shape, origin(annotation.provenance), mark, "")
        for column, text in enumerate(texts):
            row.setText(column, text)
        tip = plain_tool_tip("\n".join(provenance_lines(annotation))).replace("\n", "<br>")
        for column in range(row.columnCount()):
            row.setToolTip(column, tip)
        row.setTextAlignment(MARK, Qt.AlignmentFlag.AlignCenter)
        row.setIcon(LABEL, self._swatch(label.color))
        row.setData(LABEL, _ID, annotation.id)
        row.setIcon(SHAPE, self._icon("lock-outline") if annotation.locked else QIcon())
        if annotation.locked:
            row.setToolTip(SHAPE, self.tr("Locked: L unlocks it"))
        eye = "eye-off-outline" if annotation.hidden else "eye-outline"
        row.setIcon(EYE, self._icon(eye))
        row.setToolTip(EYE, self.tr("Show") if annotation.hidden else self.tr("Hide"))
        quiet = self.palette().brush(QPalette.ColorRole.PlaceholderText)
        for column in (LABEL, SHAPE, ORIGIN):
            row.setData(
                column, Qt.ItemDataRole.ForegroundRole, quiet if annotation.hidden else None
            )

    def _icon(self, name: str) -> QIcon:
        """Made once for all rows: with thousands of them making each anew would be felt."""
        if name not in self._icons:
            self._icons[name] = icon(name, self.palette())
        return self._icons[name]

    def _swatch(self, color: str) -> QIcon:
        if color not in self._icons:
            self._icons[color] = color_swatch(color)
        return self._icons[color]

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Give the icons the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "tree"):
            self._icons.clear()
            self._labels = None
            self.refresh()

    def _on_clicked(self, row: QTreeWidgetItem, column: int) -> None:
        document = self._session.document
        annotation_id = row.data(LABEL, _ID)
        if column == EYE and document is not None and annotation_id in document.annotations:
            hidden = document.annotations[annotation_id].hidden
            self.hiding_requested.emit(annotation_id, not hidden)

    def _on_selected(self) -> None:
        if not self._filling and not self._is_stale:
            ids = (row.data(0, _ID) for row in self.tree.selectedItems())
            self._session.select(frozenset(ids))

    def _zoom(self) -> None:
        row = self.tree.currentItem()
        if row is not None:
            self._on_double_clicked(row)

    def _on_double_clicked(self, row: QTreeWidgetItem) -> None:
        document = self._session.document
        annotation_id = row.data(0, _ID)
        if document is not None and annotation_id in document.annotations:
            self.zoom_requested.emit(document.annotations[annotation_id].bounds)

    def _show_selection(self) -> None:
        self._filling = True
        model = self.tree.selectionModel()
        model.clearSelection()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for annotation_id in self._session.selection:
            row = self._rows.get(annotation_id)
            if row is not None:
                model.select(self.tree.indexFromItem(row), flags)
        self._filling = False


def _common_ends(before: Sequence[Annotation], after: Sequence[Annotation]) -> tuple[int, int]:
    """How many objects at the start, and how many at the end, are the very same."""
    shorter = min(len(before), len(after))
    first = 0
    while first < shorter and before[first] is after[first]:
        first += 1
    last = 0
    while last < shorter - first and before[-1 - last] is after[-1 - last]:
        last += 1
    return first, last
