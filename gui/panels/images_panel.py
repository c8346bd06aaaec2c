"""The images of the project: thumbnail, name, how far each is, score; filter and order."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.document.history import HistoryEvent
from core.scoring.overlap import ImageScore
from core.scoring.report import DatasetScore
from gui.counting import counted
from gui.panels.image_delegate import ImageDelegate
from gui.panels.image_list_model import ImageListModel, ImageOrder
from gui.plain_text import plain_tool_tip
from gui.session import Session


class ImageFilter(Enum):
    """Which images are listed, as the combo box names it."""

    ALL = "All images"
    UNLABELLED = "Unlabelled"
    IN_PROGRESS = "In progress"
    DONE = "Done"


class ImagesPanel(QWidget):
    """A list that scrolls smoothly at 100,000 images; a click shows the image."""

    image_chosen = Signal(object)

    def __init__(
        self, session: Session, model: ImageListModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.model = model
        self._only: frozenset[int] | None = None
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Find by name"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(self.tr("Find images by name"))
        self.filter = QComboBox(self)
        self.filter.addItems([self.tr(item.value) for item in ImageFilter])
        self.filter.setAccessibleName(self.tr("Which images are listed"))
        self.order = QComboBox(self)
        self.order.addItems([self.tr(item.value) for item in ImageOrder])
        self.order.setAccessibleName(self.tr("Order of the images"))
        self.narrowed = QPushButton(self)
        self.narrowed.setAccessibleName(self.tr("List all images again"))
        self.narrowed.clicked.connect(self.show_all)
        self.narrowed.hide()
        self.list = self._make_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        for widget in (self.search, self.filter, self.order, self.narrowed, self.list):
            layout.addWidget(widget)
        self.search.textChanged.connect(self._apply_filter)
        self.filter.currentIndexChanged.connect(self._apply_filter)
        self.order.currentIndexChanged.connect(self._apply_filter)
        session.image_changed.connect(self._show_current)
        session.document_changed.connect(self._on_document_changed)

    def _make_list(self) -> QListView:
        view = QListView(self)
        view.setModel(self.model)
        view.setUniformItemSizes(True)
        view.setItemDelegate(ImageDelegate(view))
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setMinimumSize(200, 64)
        view.setIconSize(QSize(56, 42))
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.setAccessibleName(self.tr("Images"))
        view.clicked.connect(self._on_chosen)
        view.activated.connect(self._on_chosen)
        return view

    def refresh(self) -> None:
        """List the images anew, after some were added."""
        self._apply_filter()

    def show_only(self, image_ids: Iterable[int], title: str) -> None:
        """List these images alone, such as those behind a bar of a chart, and show the first."""
        self._only = frozenset(image_ids)
        count = counted(len(self._only), "image")
        self.narrowed.setText(self.tr("✕  {count}: {title}").format(count=count, title=title))
        self.narrowed.setToolTip(plain_tool_tip(self.tr("List all images again")))
        self.narrowed.show()
        self._apply_filter()
        image = self._session.image
        if self.model.rowCount() and self.model.row_of(image) is None:
            self.image_chosen.emit(self.model.image_at(0).id)

    def show_all(self) -> None:
        """List all images again that the filter lets through."""
        self._only = None
        self.narrowed.hide()
        self._apply_filter()

    def show_scores(self, scores: DatasetScore) -> None:
        """Write the score of each image beside its name."""
        self.model.set_scores({score.image_id: score.mean_iou for score in scores.images})

    def show_score(self, score: ImageScore) -> None:
        """Write the score of one image."""
        self.model.set_score(score.image_id, score.mean_iou)

    def neighbour(self, steps: int) -> int | None:
        """Image id so many rows after the current one in the list as it is filtered."""
        return self.model.neighbour(self._session.image, steps)

    def _apply_filter(self) -> None:
        wanted = list(ImageFilter)[self.filter.currentIndex()]
        state = None if wanted is ImageFilter.ALL else wanted.name
        order = list(ImageOrder)[self.order.currentIndex()]
        self.model.arrange(self.search.text(), state, order, self._only)
        self._show_current(self._session.image)

    def _on_document_changed(self, event: HistoryEvent) -> None:
        self.model.refresh(event.documents.keys())

    def _on_chosen(self, index: QModelIndex) -> None:
        self.image_chosen.emit(self.model.image_at(index.row()).id)

    def _show_current(self, _image: object) -> None:
        row = self.model.row_of(self._session.image)
        if row is not None:
            index = self.model.index(row)
            self.list.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            self.list.scrollTo(index)
