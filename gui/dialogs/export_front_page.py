"""Which labels lie in front where objects overlap, with a picture of what will be written."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from core.document.document import ProjectState
from core.formats.export_preview import VOID, LabelPicture
from gui.dialogs.export_pages import label_item

PREVIEW_PX = 240
_VOID_COLOR = "#e0e0c0"
_ROLE = Qt.ItemDataRole.UserRole


class FrontPage(QWidget):
    """Labels to be dragged into their order; those with a tick lie in front, the first foremost."""

    changed = Signal()

    def __init__(self, state: ProjectState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = {label.id: label.color for label in state.labels.values()}
        self.labels = QListWidget(self)
        self.labels.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.labels.setAccessibleName(self.tr("Labels from the front"))
        self.labels.setMaximumHeight(PREVIEW_PX - 40)
        for label in state.labels.values():
            self.labels.addItem(label_item(label, Qt.CheckState.Unchecked))
        note = QLabel(
            self.tr(
                "Tick the labels that cover all others, and drag them into order: the first is "
                "foremost. The others keep the order in which they were drawn."
            ),
            self,
        )
        note.setWordWrap(True)
        note.setProperty("quiet", True)
        self.preview = QLabel(self)
        self.preview.setFixedSize(PREVIEW_PX, PREVIEW_PX)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.preview.setAccessibleName(self.tr("What will be written of the image on the screen"))
        left = QVBoxLayout()
        left.addWidget(self.labels)
        left.addWidget(note)
        left.addStretch()
        layout = QHBoxLayout(self)
        layout.addLayout(left, 1)
        layout.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)
        self.labels.itemChanged.connect(lambda _: self.changed.emit())
        self.labels.model().rowsMoved.connect(lambda *_: self.changed.emit())

    def chosen(self) -> tuple[int, ...]:
        """Ids of the ticked labels from the front."""
        items = (self.labels.item(row) for row in range(self.labels.count()))
        return tuple(
            int(item.data(_ROLE)) for item in items if item.checkState() is Qt.CheckState.Checked
        )

    def show_picture(self, picture: LabelPicture) -> None:
        """Show label ids in the colours of the labels."""
        image = colored(picture, self._colors)
        height, width = image.shape[:2]
        found = QImage(image.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        self.preview.setPixmap(
            QPixmap.fromImage(found).scaled(self.preview.size(), Qt.AspectRatioMode.KeepAspectRatio)
        )

    def show_words(self, text: str) -> None:
        """Say why there is no picture."""
        self.preview.setText(text)


def colored(picture: LabelPicture, colors: dict[int, str]) -> np.ndarray:
    """Label ids as RGB, uint8 (height, width, 3); black where no object is."""
    image = np.zeros((*picture.shape, 3), np.uint8)
    for value in np.unique(picture).tolist():
        if value:
            color = QColor(_VOID_COLOR if value == VOID else colors.get(value, "#808080"))
            image[picture == value] = (color.red(), color.green(), color.blue())
    return image
