"""The images of the project: thumbnail, name, how far each is, score; filter and order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.document.document import ImageState
from core.document.history import HistoryEvent
from core.scoring.overlap import ImageScore
from core.scoring.report import DatasetScore
from gui.counting import counted
from gui.panels.image_list_model import ImageListModel
from gui.panels.image_rows import ImageOrder
from gui.panels.image_view import ImageView
from gui.plain_text import plain_tool_tip
from gui.review.image_states import STATE_LOOKS, ImageFilter
from gui.session import Session


class ImagesPanel(QWidget):
    """A list that scrolls smoothly at 100,000 images; a click shows the image."""

    image_chosen = Signal(object)
    states_chosen = Signal(object, object)
    """Ids of images, and the ImageState that they are in from now on."""
    suggestions_wanted = Signal()
    """The list is to be in the suggested order."""

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
        self.hint = QLabel(self)
        self.hint.setWordWrap(True)
        self.hint.setProperty("quiet", True)
        self.hint.hide()
        self.empty = QLabel(self)
        self.empty.setWordWrap(True)
        self.empty.setProperty("quiet", True)
        self.list = self._make_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        for widget in (self.search, self.filter, self.order, self.narrowed, self.hint, self.empty):
            layout.addWidget(widget)
        layout.addWidget(self.list, 1)
        model.modelReset.connect(self._show_empty)
        self._show_empty()
        self.search.textChanged.connect(self._apply_filter)
        self.filter.currentIndexChanged.connect(self._apply_filter)
        self.order.currentIndexChanged.connect(self._on_order)
        session.image_changed.connect(self._show_current)
        session.document_changed.connect(self._on_document_changed)

    def _make_list(self) -> ImageView:
        view = ImageView(self)
        view.setModel(self.model)
        view.customContextMenuRequested.connect(self._show_menu)
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

    def show_queue(self, image_ids: Sequence[int], words: str) -> None:
        """Take the suggested order, and what fixing is still worth."""
        self.model.set_ranking(image_ids)
        self.hint.setText(words)
        if self._is_suggested():
            self._apply_filter()
        self._show_hint()

    def chosen_ids(self) -> tuple[int, ...]:
        """Ids of the images that are marked in the list."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return tuple(self.model.image_at(row).id for row in rows)

    def _is_suggested(self) -> bool:
        return list(ImageOrder)[self.order.currentIndex()] is ImageOrder.SUGGESTED

    def _on_order(self) -> None:
        if self._is_suggested():
            self.suggestions_wanted.emit()
        self._apply_filter()
        self._show_hint()

    def _show_hint(self) -> None:
        self.hint.setVisible(self._is_suggested() and bool(self.hint.text()))

    def _show_empty(self) -> None:
        """Say why nothing is listed."""
        if self._session.images:
            text = self.tr("No image is listed. Take another name or other images above.")
        else:
            text = self.tr(
                "This project has no images yet. Put some into its folder and press F5, "
                "or open another folder with Ctrl+O."
            )
        self.empty.setText(text)
        self.empty.setVisible(not self.model.rowCount())

    def _show_menu(self, place: QPoint) -> None:
        ids = self.chosen_ids()
        if not ids:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for state, look in STATE_LOOKS.items():
            action = menu.addAction(self.tr(look.action))
            action.triggered.connect(partial(self._on_state, ids, state))
        menu.popup(self.list.viewport().mapToGlobal(place))

    def _on_state(self, ids: tuple[int, ...], state: ImageState, _checked: bool = False) -> None:
        self.states_chosen.emit(ids, state)

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

    def show_open(self, image_id: int, count: int) -> None:
        """Write how many proposals of an image are still to be decided on."""
        self.model.set_proposed(image_id, count)

    def show_waiting(self, counts: Mapping[int, int]) -> None:
        """Write how many proposals wait on images; the one on the screen tells by itself."""
        image = self._session.image
        for image_id, count in counts.items():
            if image is None or image.id != image_id:
                self.model.set_proposed(image_id, count)

    def listed(self) -> tuple[int, ...]:
        """Ids of the images as they are listed."""
        return tuple(self.model.ids())

    def neighbour(self, steps: int) -> int | None:
        """Image id so many rows after the current one in the list as it is filtered."""
        return self.model.neighbour(self._session.image, steps)

    def _apply_filter(self) -> None:
        wanted = list(ImageFilter)[self.filter.currentIndex()]
        order = list(ImageOrder)[self.order.currentIndex()]
        self.model.arrange(self.search.text(), wanted, order, self._only)
        self._show_current(self._session.image)

    def _on_document_changed(self, event: HistoryEvent) -> None:
        self.model.refresh(event.documents.keys())

    def _on_chosen(self, index: QModelIndex) -> None:
        if len(self.list.selectionModel().selectedIndexes()) > 1:
            # Several are being marked; the picture on the screen stays.
            return
        self.image_chosen.emit(self.model.image_at(index.row()).id)

    def _show_current(self, _image: object) -> None:
        row = self.model.row_of(self._session.image)
        if row is not None:
            index = self.model.index(row)
            self.list.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            self.list.scrollTo(index)
