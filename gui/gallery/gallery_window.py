"""The objects of the whole project by filters, as small pictures; what is found is dealt with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import ReviewState
from core.editing.bulk import delete_all, relabel_all, review_all
from core.survey.object_filter import Facets, facets_of, filtered
from core.survey.object_rows import ObjectRow
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.counting import counted
from gui.gallery.bulk_bar import BulkBar
from gui.gallery.crop_model import CELL_SIZE, SIDE_PX, CropModel
from gui.gallery.filter_panel import FilterPanel
from gui.review.bulk_commands import BulkCommands
from gui.review.survey_watch import SurveyWatch
from gui.session import Session

PANEL_WIDTH_PX = 250
REVIEW_VERBS = {
    ReviewState.APPROVED: "Approve",
    ReviewState.REJECTED: "Reject",
    ReviewState.UNREVIEWED: "Take the review back from",
}


class GalleryWindow(QWidget):
    """Actions are for the marked cells, or for all that are found where none is marked."""

    object_chosen = Signal(object)
    """Carries the ObjectRow that was clicked."""
    narrowed = Signal()
    """The list is what the filters ask for."""

    def __init__(
        self, session: Session, tasks: TaskQueue, survey: SurveyWatch, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Objects of all images"))
        self.resize(1180, 760)
        self._session = session
        self._tasks = tasks
        self._survey = survey
        self.bulk = BulkCommands(session, tasks, self)
        self.filters = FilterPanel(self)
        self.filters.setFixedWidth(PANEL_WIDTH_PX)
        self.model = CropModel(session, tasks, self)
        self.list = self._make_list()
        self.empty = QLabel(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("quiet", True)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(6)
        self.progress.setAccessibleName(self.tr("Objects that have been looked at"))
        self.bar = BulkBar(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.list)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._narrow)
        self._connect()
        self.filters.offer(session.state, Facets())
        self._refresh()
        survey.look()

    def _make_list(self) -> QListView:
        view = QListView(self)
        view.setModel(self.model)
        view.setViewMode(QListView.ViewMode.IconMode)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setMovement(QListView.Movement.Static)
        view.setLayoutMode(QListView.LayoutMode.Batched)
        view.setBatchSize(500)
        view.setUniformItemSizes(True)
        view.setIconSize(QSize(SIDE_PX, SIDE_PX))
        view.setGridSize(CELL_SIZE + QSize(4, 4))
        view.setSpacing(2)
        view.setWordWrap(True)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setAccessibleName(self.tr("Objects that were found"))
        return view

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.progress)
        right.addWidget(self._stack, 1)
        right.addWidget(self.bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        layout.addWidget(self.filters)
        layout.addLayout(right, 1)

    def _connect(self) -> None:
        survey, bar, bulk = self._survey, self.bar, self.bulk
        survey.changed.connect(self._refresh)
        survey.progressed.connect(lambda share: self.progress.setValue(round(share * 1000)))
        self.filters.changed.connect(self._timer.start)
        self.list.clicked.connect(self._on_clicked)
        self.list.activated.connect(self._on_clicked)
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show_count())
        bar.review_requested.connect(self._plan_review)
        bar.relabel_requested.connect(self._plan_relabel)
        bar.delete_requested.connect(self._plan_deletion)
        bar.confirmed.connect(bulk.carry_out)
        bulk.planned.connect(bar.ask)
        self._session.document_changed.connect(lambda _event: bar.show_actions())

    def chosen_rows(self) -> Sequence[ObjectRow]:
        """What actions are for."""
        places = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        rows = self.model.rows
        return [rows[place] for place in places] if places else rows

    def _refresh(self) -> None:
        self.progress.setVisible(not self._survey.is_known)
        self.bar.offer_labels(self._session.state)
        self._narrow()

    def _narrow(self) -> None:
        """Look in the background for what the filters let through."""
        images, state = self._session.images, self._session.state
        by_image = dict(self._survey.rows)
        wanted, order = self.filters.wanted(), self.filters.chosen_order()

        def run(context: TaskContext) -> tuple[Facets, tuple[ObjectRow, ...]]:
            rows = [
                row for number in sorted(by_image, key=images.place_of) for row in by_image[number]
            ]
            context.check_cancelled()
            return facets_of(rows), filtered(rows, wanted, state, order)

        self._tasks.submit(
            Task("Objects", Lane.INTERACTIVE, ("gallery",), run),
            self._show,
            self._session.error_raised.emit,
        )

    def _show(self, found: tuple[Facets, tuple[ObjectRow, ...]]) -> None:
        facets, rows = found
        self.filters.offer(self._session.state, facets)
        if rows != self.model.rows:
            place = self.list.verticalScrollBar().value()
            self.model.show_rows(rows)
            self.list.verticalScrollBar().setValue(place)
        if not rows:
            self.empty.setText(self._why_empty())
        self._stack.setCurrentWidget(self.list if rows else self.empty)
        self._show_count()
        self.narrowed.emit()

    def _why_empty(self) -> str:
        if not self._survey.is_known:
            return self.tr("Looking at all objects…")
        if self._survey.rows:
            return self.tr("No object fits these filters.")
        return self.tr("There is no object yet.")

    def _show_count(self) -> None:
        marked = len(self.list.selectionModel().selectedIndexes())
        total = len(self.model.rows)
        text = counted(total, "object")
        if marked:
            text = self.tr("{marked} of {total} marked").format(marked=marked, total=text)
        self.bar.show_count(text, bool(total))

    def _plan_review(self, state: ReviewState) -> None:
        rows, name = self.chosen_rows(), REVIEW_VERBS[state]
        self.bulk.plan(rows, review_all(state), name, respects_locks=False)

    def _plan_relabel(self, label_id: int) -> None:
        label = self._session.state.labels.get(label_id)
        if label is not None:
            name = f"Give the label “{label.name}” to"
            self.bulk.plan(self.chosen_rows(), relabel_all(label_id), name)

    def _plan_deletion(self) -> None:
        self.bulk.plan(self.chosen_rows(), delete_all(), "Delete")

    def _on_clicked(self, index: QModelIndex) -> None:
        if len(self.list.selectionModel().selectedIndexes()) <= 1:
            self.object_chosen.emit(self.model.rows[index.row()])
