"""The objects of this image: select, walk through with the view following, see what each is."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QPalette, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import Annotation
from core.document.geometry import Box, Keypoints, Polygon, RotatedBox, Scribble
from core.document.mask import Mask
from gui.icons import color_swatch, icon
from gui.plain_text import plain_tool_tip
from gui.provenance_words import REVIEW_MARKS, origin, provenance_lines
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
        self._shown: tuple[object, ...] | None = None
        self.tree = QTreeWidget(self)
        titles = (self.tr("Label"), self.tr("Shape"), self.tr("From"), "✓✗", "")
        self.tree.setHeaderLabels(titles)
        header = self.tree.header()
        header.setStretchLastSection(False)
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
        session.image_changed.connect(lambda _image: self.refresh())
        session.selection_changed.connect(self._show_selection)
        self.refresh()

    def refresh(self) -> None:
        """Show the objects as they are now."""
        document = self._session.document
        items = () if document is None else tuple(reversed(document.in_layer(self._layer_id())))
        shown = (items, self._session.state.labels)
        if shown == self._shown:
            return
        self._shown = shown
        self._filling = True
        self.tree.clear()
        self.tree.addTopLevelItems([self._row(item) for item in items])
        self._filling = False
        self.empty.setVisible(not items)
        self.tree.setVisible(bool(items))
        self._show_selection()

    def _layer_id(self) -> int:
        return self._session.layer.id

    def _row(self, annotation: Annotation) -> QTreeWidgetItem:
        label = self._session.state.labels[annotation.label_id]
        kind, mark = KIND_NAMES[type(annotation.geometry)], REVIEW_MARKS[annotation.review]
        shape = kind if annotation.group_id is None else f"{kind} ⧉{annotation.group_id}"
        row = QTreeWidgetItem([label.name, shape, origin(annotation.provenance), mark, ""])
        tip = plain_tool_tip("\n".join(provenance_lines(annotation))).replace("\n", "<br>")
        for column in range(row.columnCount()):
            row.setToolTip(column, tip)
        row.setTextAlignment(MARK, Qt.AlignmentFlag.AlignCenter)
        row.setIcon(LABEL, color_swatch(label.color))
        row.setData(LABEL, Qt.ItemDataRole.UserRole, annotation.id)
        if annotation.locked:
            row.setIcon(SHAPE, icon("mdi6.lock-outline", self.palette()))
            row.setToolTip(SHAPE, self.tr("Locked: L unlocks it"))
        eye = "mdi6.eye-off-outline" if annotation.hidden else "mdi6.eye-outline"
        row.setIcon(EYE, icon(eye, self.palette()))
        row.setToolTip(EYE, self.tr("Show") if annotation.hidden else self.tr("Hide"))
        if annotation.hidden:
            quiet = self.palette().brush(QPalette.ColorRole.PlaceholderText)
            for column in (LABEL, SHAPE, ORIGIN):
                row.setForeground(column, quiet)
        return row

    def _on_clicked(self, row: QTreeWidgetItem, column: int) -> None:
        document = self._session.document
        annotation_id = row.data(LABEL, Qt.ItemDataRole.UserRole)
        if column == EYE and document is not None and annotation_id in document.annotations:
            hidden = document.annotations[annotation_id].hidden
            self.hiding_requested.emit(annotation_id, not hidden)

    def _on_selected(self) -> None:
        if not self._filling:
            ids = (row.data(0, Qt.ItemDataRole.UserRole) for row in self.tree.selectedItems())
            self._session.select(frozenset(ids))

    def _zoom(self) -> None:
        row = self.tree.currentItem()
        if row is not None:
            self._on_double_clicked(row)

    def _on_double_clicked(self, row: QTreeWidgetItem) -> None:
        document = self._session.document
        annotation_id = row.data(0, Qt.ItemDataRole.UserRole)
        if document is not None and annotation_id in document.annotations:
            self.zoom_requested.emit(document.annotations[annotation_id].bounds)

    def _show_selection(self) -> None:
        self._filling = True
        model = self.tree.selectionModel()
        model.clearSelection()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for place in range(self.tree.topLevelItemCount()):
            row = self.tree.topLevelItem(place)
            if row is not None and row.data(0, Qt.ItemDataRole.UserRole) in self._session.selection:
                model.select(self.tree.indexFromItem(row), flags)
        self._filling = False
