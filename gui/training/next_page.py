"""Which image to label next and why, and how the effort falls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.training.effort import Effort
from core.training.ranking import Suggestion
from gui.plain_text import plain_tool_tip

if TYPE_CHECKING:
    from gui.training.live_curves import LiveCurves

_ID = Qt.ItemDataRole.UserRole
_MARGIN_PX = 4
_FEWEST_SHOWN = 5


class _Wrapped(QStyledItemDelegate):
    """Rows that are as high as their text needs at the width of its column."""

    def __init__(self, tree: QTreeWidget) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """As high as the wrapped words."""
        hint = super().sizeHint(option, index)
        width = max(self._tree.columnWidth(index.column()) - 2 * _MARGIN_PX, 1)
        area = QRect(0, 0, width, 10_000)
        words = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        needed = option.fontMetrics.boundingRect(area, int(flags), words)
        return QSize(hint.width(), max(hint.height(), needed.height()) + _MARGIN_PX)


class NextPage(QWidget):
    """A list that one walks down, and a curve of the pixels edited by hand."""

    image_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QTreeWidget(self)
        self.list.setHeaderLabels([self.tr("Image"), self.tr("Why")])
        self.list.setRootIsDecorated(False)
        self.list.setWordWrap(True)
        self.list.setAccessibleName(self.tr("Images to label next"))
        header = self.list.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, 120)
        header.setStretchLastSection(True)
        self.list.setUniformRowHeights(False)
        self.list.setItemDelegate(_Wrapped(self.list))
        header.sectionResized.connect(lambda *_: self.list.scheduleDelayedItemsLayout())
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self.empty = QLabel(
            self.tr("After a training the images from which most can be learnt stand here."), self
        )
        self.empty.setWordWrap(True)
        self.empty.setProperty("quiet", True)
        self.effort_note = QLabel(self)
        self.effort_note.setWordWrap(True)
        self.effort_note.setProperty("quiet", True)
        self.effort: LiveCurves | None = None
        self._efforts: tuple[Effort, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 0, 0)
        self._layout.setSpacing(8)
        self._layout.addWidget(self.empty)
        self._layout.addWidget(self.list, 1)
        self._layout.addWidget(self.effort_note)
        self.show_suggestions((), str)
        self.show_efforts(())

    def show_suggestions(
        self, suggestions: Sequence[Suggestion], name: Callable[[int], str]
    ) -> None:
        """List images; ``name`` gives what an image is called."""
        self.list.clear()
        for item in suggestions:
            row = QTreeWidgetItem([name(item.image_id), item.reason])
            row.setData(0, _ID, item.image_id)
            row.setToolTip(0, plain_tool_tip(name(item.image_id)))
            row.setToolTip(1, plain_tool_tip(item.reason))
            self.list.addTopLevelItem(row)
        self.empty.setVisible(not suggestions)
        self.list.setVisible(bool(suggestions))

    def show_efforts(self, efforts: Sequence[Effort]) -> None:
        """Draw the share of pixels that was edited by hand, image by image."""
        self._efforts = tuple(item for item in efforts if item.object_px)
        if self._efforts:
            last = self._efforts[-5:]
            mean = sum(item.share for item in last) / len(last)
            which = (
                self.tr("the last approved image")
                if len(last) == 1
                else self.tr("the last {} approved images").format(len(last))
            )
            self.effort_note.setText(
                self.tr("Of {which} {share:.0%} of the object pixels were edited by hand.").format(
                    which=which, share=mean
                )
            )
        else:
            self.effort_note.setText(
                self.tr("Approve images to see how many pixels are still edited by hand.")
            )
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """The curve is made when it is first seen."""
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        if not self.isVisible() or not self._efforts:
            return
        if self.effort is None:
            from gui.training.live_curves import LiveCurves

            self.effort = LiveCurves(self.tr("Edited by hand"), is_share=True, parent=self)
            self._layout.insertWidget(2, self.effort)
        curve = tuple((float(n), item.share) for n, item in enumerate(self._efforts, start=1))
        self.effort.plot.setXRange(1, max(len(curve), _FEWEST_SHOWN))
        self.effort.show_curves({self.tr("share of object pixels, by approved image"): curve})

    def _choose(self, item: QTreeWidgetItem) -> None:
        self.image_chosen.emit(int(item.data(0, _ID)))
