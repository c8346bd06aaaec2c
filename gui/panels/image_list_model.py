"""What the rows of the image list say and show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from core.document.images import ImageRecord
from core.tasks.queue import TaskQueue
from gui.panels.image_rows import ImageOrder, ImageRows
from gui.pictures.thumbnail_store import ThumbnailStore
from gui.plain_text import plain_tool_tip
from gui.review.image_states import STATE_LOOKS, ImageFilter
from gui.session import Session

Index = QModelIndex | QPersistentModelIndex


STATE_COLOR_ROLE = Qt.ItemDataRole.UserRole + 1


MANY_ROWS = 64
"""From so many changed images on the whole list is painted anew at once."""


class ImageListModel(QAbstractListModel):
    """Images with their state and score; thumbnails are read when a row is first painted."""

    count_wanted = Signal(int)
    """A row is painted, and nobody has said how many proposals wait on this image."""

    def __init__(self, session: Session, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.thumbnails = ThumbnailStore(session, tasks, self)
        self.thumbnails.ready.connect(lambda image_id: self.refresh((image_id,)))
        self._rows = ImageRows(session.images)
        self._proposed: dict[int, int] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name
        """Number of images that are listed."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a row shows."""
        image = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(image)
        if role == Qt.ItemDataRole.DecorationRole:
            if image.id not in self._proposed:
                self.count_wanted.emit(image.id)
            return self.thumbnails.icon(image)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tool_tip(image.path)
        if role == STATE_COLOR_ROLE:
            return STATE_LOOKS[self._session.state.state_of(image.id)].color
        return None

    def ids(self) -> Sequence[int]:
        """Ids of the images that are listed, in order."""
        return self._rows.ids()

    def image_at(self, row: int) -> ImageRecord:
        """The image of a row."""
        return self._rows[row]

    def row_of(self, image: ImageRecord | None) -> int | None:
        """Where an image is listed, None when the filter hides it."""
        return None if image is None else self._rows.row_of(image.id)

    def neighbour(self, image: ImageRecord | None, steps: int) -> int | None:
        """Image id so many rows further; from a hidden image the first row."""
        if not self._rows:
            return None
        row = self.row_of(image)
        if row is None:
            return self._rows[0].id
        wanted = row + steps
        return self._rows[wanted].id if 0 <= wanted < len(self._rows) else None

    def arrange(
        self,
        text: str,
        wanted: ImageFilter,
        order: ImageOrder,
        only: frozenset[int] | None = None,
    ) -> None:
        """List the images whose name contains a text and that a filter lets through.

        ``only`` leaves out all others.
        """
        if wanted is ImageFilter.COMMENTED:
            commented = frozenset(self._session.project.images_with_comments())
            only = commented if only is None else only & commented
        self.beginResetModel()
        self._rows.arrange(text, wanted, self._session.state.states, order, only)
        self.endResetModel()

    def set_ranking(self, image_ids: Sequence[int]) -> None:
        """Take the order in which images are suggested; others follow in the project's order."""
        self._rows.set_ranking(image_ids)

    def refresh(self, image_ids: Collection[int]) -> None:
        """Paint the rows of these images anew."""
        if len(image_ids) >= MANY_ROWS and self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))
            return
        for image_id in image_ids:
            row = self._rows.row_of(image_id)
            if row is not None:
                index = self.index(row)
                self.dataChanged.emit(index, index)

    def set_scores(self, scores: Mapping[int, float | None]) -> None:
        """Take the scores of all images."""
        self._rows.set_scores(scores)
        self.refresh(scores)

    def set_score(self, image_id: int, score: float | None) -> None:
        """Take the score of one image."""
        self._rows.set_score(image_id, score)
        self.refresh((image_id,))

    def set_proposed(self, image_id: int, count: int) -> None:
        """Take how many proposals wait on an image."""
        before = self._proposed.get(image_id, 0)
        self._proposed[image_id] = count
        if before != count:
            self.refresh((image_id,))

    def _text(self, image: ImageRecord) -> str:
        marks = [STATE_LOOKS[self._session.state.state_of(image.id)].mark]
        score = self._rows.score(image.id)
        if score is not None:
            marks.append(f"IoU {score:.2f}")
        second = " · ".join(mark for mark in marks if mark)
        proposed = self._proposed.get(image.id, 0)
        waiting = f"{proposed} proposed" if proposed else ""
        return "\n".join((image.name, *(line for line in (second, waiting) if line)))
