"""The view of the image list: one column whose rows all have the same height.

A QListView asks its model for every row whenever rows come or go: at 100,000 images
that takes a quarter of a second. A table with fixed rows asks for those that are seen.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QTableView, QWidget

from gui.panels.image_delegate import ImageDelegate
from gui.pictures.thumbnail_store import HEIGHT_PX, WIDTH_PX

SMALLEST = QSize(200, 64)


class ImageView(QTableView):
    """Behaves as a list: whole rows are chosen, Home and End go to the first and the last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(SMALLEST)
        self.setIconSize(QSize(WIDTH_PX, HEIGHT_PX))
        self.setItemDelegate(ImageDelegate(self))
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setMinimumSectionSize(1)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit_rows()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Rows are as high as the font asks for."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_rows()

    def moveCursor(  # noqa: N802 - Qt's name
        self, action: QTableView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the ends of the list, where a table goes to the ends of a row."""
        model, ends = self.model(), QTableView.CursorAction
        if action not in (ends.MoveHome, ends.MoveEnd) or not model.rowCount():
            return super().moveCursor(action, modifiers)
        return model.index(0 if action is ends.MoveHome else model.rowCount() - 1, 0)

    def _fit_rows(self) -> None:
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        height = self.itemDelegate().sizeHint(option, QModelIndex()).height()
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
