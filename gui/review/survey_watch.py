"""All objects of the project as rows, made in the background and kept in step with edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from core.document.annotation import LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.history import HistoryEvent
from core.survey.object_rows import Compared, ObjectRow, rows_of, survey
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.review.difference_watch import DifferenceWatch
from gui.session import Session

LIVE_IMAGES = 20
"""A change of more images than this is looked at as a whole."""
SETTLE_MS = 150

Rows = Mapping[int, tuple[ObjectRow, ...]]


class SurveyWatch(QObject):
    """Works only once somebody has asked, and from then on after every edit."""

    changed = Signal()
    progressed = Signal(float)

    def __init__(
        self,
        session: Session,
        tasks: TaskQueue,
        difference: DifferenceWatch,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._difference = difference
        self._rows: dict[int, tuple[ObjectRow, ...]] | None = None
        self._asked = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self.changed.emit)
        session.document_changed.connect(self._on_document_changed)

    @property
    def rows(self) -> Rows:
        """The objects by image; empty until they are known."""
        return self._rows or {}

    @property
    def is_known(self) -> bool:
        """Whether all objects have been looked at."""
        return self._rows is not None

    def look(self) -> None:
        """Look at all objects, unless that was done."""
        if not self._asked:
            self.look_again()

    def look_again(self) -> None:
        """Look at all objects, also when the comparison is with another layer now."""
        self._asked = True
        project, compared, layers = self._session.project, self._compared(), self._layer_ids()

        def run(context: TaskContext) -> dict[int, tuple[ObjectRow, ...]]:
            def report(share: float) -> None:
                context.check_cancelled()
                context.progress(share, "Objects")
                self.progressed.emit(share)

            return survey(project.snapshot(), compared, layers, report)

        self._tasks.submit(
            Task("Objects", Lane.INTERACTIVE, ("survey",), run),
            self._take_all,
            self._session.error_raised.emit,
        )

    def _take_all(self, found: dict[int, tuple[ObjectRow, ...]]) -> None:
        self._rows = found
        self.changed.emit()

    def _compared(self) -> Compared | None:
        theirs = self._difference.theirs
        if theirs is None or theirs.role is LayerRole.PROPOSALS:
            return None
        return Compared(theirs.id, self._session.layer.id)

    def _layer_ids(self) -> frozenset[int]:
        layers = self._session.state.layers.values()
        return frozenset(layer.id for layer in layers if layer.role is not LayerRole.PROPOSALS)

    def _on_document_changed(self, event: HistoryEvent) -> None:
        if not self._asked:
            return
        if self._rows is None or event.change.layers or len(event.documents) > LIVE_IMAGES:
            self.look_again()
            return
        state, compared, layers = self._session.state, self._compared(), self._layer_ids()
        for image_id, document in event.documents.items():
            self._tasks.submit(
                Task(
                    "Objects",
                    Lane.INTERACTIVE,
                    ("survey", image_id),
                    _rows_of_image(document, state, compared, layers),
                ),
                partial(self._take_image, image_id),
                self._session.error_raised.emit,
            )
        if event.change.labels or not event.documents:
            self._timer.start()

    def _take_image(self, image_id: int, found: tuple[ObjectRow, ...]) -> None:
        if self._rows is None:
            return
        if found:
            self._rows[image_id] = found
        else:
            self._rows.pop(image_id, None)
        self._timer.start()


def _rows_of_image(
    document: ImageDocument,
    state: ProjectState,
    compared: Compared | None,
    layer_ids: frozenset[int],
) -> Callable[[TaskContext], tuple[ObjectRow, ...]]:
    return lambda _context: rows_of(document, state, compared, layer_ids)
