"""The objects that are found as cells with small pictures, made when a cell is first painted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap

from core.document.annotation import ReviewState
from core.document.geometry import Size
from core.editing.skeletons import edges_of
from core.imaging.reading import read_preview
from core.survey.crops import CropWish, crops_of
from core.survey.object_rows import ObjectRow
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.plain_text import plain_tool_tip
from gui.review.provenance_words import provenance_lines
from gui.session import Session

SIDE_PX = 112
PICTURES_KEPT = 3000
CELL_SIZE = QSize(SIDE_PX + 12, SIDE_PX + 46)
Index = QModelIndex | QPersistentModelIndex
Key = tuple[int, int]
"""Image and object."""

MARKS = {ReviewState.UNREVIEWED: "", ReviewState.APPROVED: "✓ ", ReviewState.REJECTED: "✗ "}


class CropModel(QAbstractListModel):
    """Rows of a survey; the picture of a cell is dropped when its object changes."""

    def __init__(self, session: Session, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._rows: tuple[ObjectRow, ...] = ()
        self._icons: OrderedDict[Key, tuple[ObjectRow, QIcon]] = OrderedDict()
        self._asked: dict[Key, ObjectRow] = {}
        self._wishes: dict[int, list[ObjectRow]] = {}
        self._batch = 0
        self._blank = _blank()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._submit_wishes)

    def show_rows(self, rows: Sequence[ObjectRow]) -> None:
        """List these objects."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    @property
    def rows(self) -> tuple[ObjectRow, ...]:
        """The objects that are listed."""
        return self._rows

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name
        """Number of objects."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows."""
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row)
        if role == Qt.ItemDataRole.SizeHintRole:
            return CELL_SIZE
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        return None

    def has_picture(self, place: int) -> bool:
        """Whether the picture of a cell is there."""
        held = self._icons.get(_key(self._rows[place]))
        return held is not None and held[0] == self._rows[place]

    def _text(self, row: ObjectRow) -> str:
        label = self._session.state.labels.get(row.label_id)
        numbers = []
        if row.score is not None:
            numbers.append(f"{row.score:.2f}")
        if row.iou is not None:
            numbers.append(f"IoU {row.iou:.2f}")
        name = label.name if label is not None else "?"
        return f"{MARKS[row.review]}{name}\n{' · '.join(numbers)}"

    def _tip(self, row: ObjectRow) -> str:
        image = self._session.images.by_id(row.image_id)
        layer = self._session.state.layers.get(row.layer_id)
        lines = [image.path, f"Layer {layer.name}" if layer is not None else ""]
        document = self._session.project.history.document(row.image_id)
        item = document.annotations.get(row.annotation_id)
        if item is not None:
            lines += provenance_lines(item)
        if row.disagreement is not None:
            lines.append(f"Compared: {row.disagreement.value}")
        lines += [f"{name}: {value}" for name, value in sorted(row.attributes.items())]
        return plain_tool_tip("\n".join(filter(None, lines))).replace("\n", "<br>")

    def _icon(self, row: ObjectRow) -> QIcon:
        key = _key(row)
        held = self._icons.get(key)
        if held is not None and held[0] == row:
            self._icons.move_to_end(key)
            return held[1]
        if self._asked.get(key) != row:
            self._asked[key] = row
            self._wishes.setdefault(row.image_id, []).append(row)
            self._timer.start()
        return self._blank if held is None else held[1]

    def _submit_wishes(self) -> None:
        wishes, self._wishes = self._wishes, {}
        for image_id, rows in wishes.items():
            self._ask(image_id, rows)

    def _ask(self, image_id: int, rows: list[ObjectRow]) -> None:
        project, state = self._session.project, self._session.state
        path = project.image_path(self._session.images.by_id(image_id))
        document = project.history.document(image_id)
        wishes = []
        for row in rows:
            item, label = (
                document.annotations.get(row.annotation_id),
                state.labels.get(row.label_id),
            )
            if item is not None:
                color = QColor(label.color if label is not None else "#ffffff")
                rgb = color.red(), color.green(), color.blue()
                edges = edges_of(label) if label is not None else ()
                wishes.append(CropWish(item.id, item.geometry, rgb, item.keypoints, edges))
        self._batch += 1

        def run(context: TaskContext) -> dict[int, npt.NDArray[np.uint8]]:
            context.check_cancelled()
            picture, size = read_preview(path)
            return crops_of(picture, Size(size.width, size.height), wishes, SIDE_PX)

        self._tasks.submit(
            Task("Thumbnail", Lane.VISIBLE, ("crops", self._batch), run),
            partial(self._take, rows),
            lambda _error: self._take(rows, {}),
        )

    def _take(self, rows: list[ObjectRow], crops: dict[int, npt.NDArray[np.uint8]]) -> None:
        for row in rows:
            crop = crops.get(row.annotation_id)
            icon = self._blank if crop is None else _icon_of(crop)
            key = _key(row)
            self._icons[key] = (row, icon)
            self._icons.move_to_end(key)
            self._asked.pop(key, None)
        while len(self._icons) > PICTURES_KEPT:
            self._icons.popitem(last=False)
        if self._rows:
            first, last = self.index(0), self.index(len(self._rows) - 1)
            self.dataChanged.emit(first, last, [Qt.ItemDataRole.DecorationRole])


def _key(row: ObjectRow) -> Key:
    return row.image_id, row.annotation_id


def _icon_of(rgb: npt.NDArray[np.uint8]) -> QIcon:
    height, width = rgb.shape[:2]
    image = QImage(rgb.data, width, height, width * 3, QImage.Format.Format_RGB888)
    pixmap = QPixmap.fromImage(image.copy())
    # The same picture when its cell is selected: an object's colours are never tinted.
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def _blank() -> QIcon:
    pixmap = QPixmap(SIDE_PX, SIDE_PX)
    pixmap.fill(QColor("#3a3a3a"))
    return QIcon(pixmap)
