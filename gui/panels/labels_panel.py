"""The labels: colour, key and number of objects; make, rename, recolour, delete, import."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import Label
from gui.icons import IconButton, color_swatch
from gui.session import Session

NAME, KEY, COUNT = range(3)
LABEL_ID = attrgetter("label_id")


class LabelsPanel(QWidget):
    """A click makes a label the active one; the buttons change the set of labels."""

    add_requested = Signal()
    label_chosen = Signal(object)
    rename_requested = Signal(object)
    recolor_requested = Signal(object)
    delete_requested = Signal(object)
    relabel_requested = Signal(object)
    keypoints_requested = Signal(object)
    import_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: list[tuple[Label, int]] = []
        self.list = self._make_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.list)
        layout.addLayout(self._make_buttons())
        session.document_changed.connect(lambda _event: self.refresh())
        session.image_changed.connect(lambda _image: self.refresh())
        session.label_changed.connect(self.refresh)
        self.refresh()

    def _make_list(self) -> QTreeWidget:
        tree = QTreeWidget(self)
        tree.setHeaderLabels([self.tr("Label"), self.tr("Key"), self.tr("Here")])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setIconSize(QSize(14, 14))
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.setAccessibleName(self.tr("Labels"))
        tree.setMinimumHeight(64)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(KEY, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(COUNT, QHeaderView.ResizeMode.ResizeToContents)
        tree.itemClicked.connect(self._on_clicked)
        for key, slot in (
            (Qt.Key.Key_Return, lambda: self._ask(self.label_chosen)),
            (Qt.Key.Key_F2, lambda: self._ask(self.rename_requested)),
        ):
            shortcut = QShortcut(key, tree)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)
        tree.itemDoubleClicked.connect(lambda *_: self._ask(self.rename_requested))
        return tree

    def refresh(self) -> None:
        """Show the labels as they are now."""
        document = self._session.document
        counts: Counter[int] = Counter()
        if document is not None:
            counts.update(map(LABEL_ID, document.in_layer(self._session.layer.id)))
        labels = [label for _, label in sorted(self._session.state.labels.items())]
        rows = [(label, counts[label.id]) for label in labels]
        # The list keeps its place while nothing in it differs, and an edit costs nothing here.
        if rows != self._shown:
            self._shown = rows
            self.list.clear()
            self.list.addTopLevelItems([self._row(label, count) for label, count in rows])
        places = [label.id for label in labels]
        current: QModelIndex = self.list.model().index(places.index(self._session.label.id), 0)
        self.list.setCurrentIndex(current)

    def _row(self, label: Label, count: int) -> QTreeWidgetItem:
        item = QTreeWidgetItem([label.name, label.shortcut, str(count) if count else ""])
        item.setIcon(NAME, color_swatch(label.color))
        item.setData(NAME, Qt.ItemDataRole.UserRole, label.id)
        for column in (KEY, COUNT):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        return item

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for name, text, slot in (
            ("plus", self.tr("New label"), self.add_requested.emit),
            ("pencil", self.tr("Rename"), lambda: self._ask(self.rename_requested)),
            ("palette", self.tr("Colour"), lambda: self._ask(self.recolor_requested)),
            (
                "call-merge",
                self.tr("Relabel or merge"),
                lambda: self._ask(self.relabel_requested),
            ),
            ("human", self.tr("Keypoints"), lambda: self._ask(self.keypoints_requested)),
            ("delete-outline", self.tr("Delete"), lambda: self._ask(self.delete_requested)),
            ("file-import-outline", self.tr("Import names"), self.import_requested.emit),
        ):
            button = IconButton(name, text, self)
            button.clicked.connect(lambda _checked=False, run=slot: run())
            row.addWidget(button)
        row.addStretch()
        return row

    def _ask(self, signal: SignalInstance) -> None:
        item = self.list.currentItem()
        if item is not None:
            signal.emit(item.data(NAME, Qt.ItemDataRole.UserRole))

    def _on_clicked(self, item: QTreeWidgetItem, _column: int) -> None:
        self.label_chosen.emit(item.data(NAME, Qt.ItemDataRole.UserRole))
