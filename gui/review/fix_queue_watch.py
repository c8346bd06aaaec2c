"""The images in the order in which fixing them moves the score most, re-ranked with every edit."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from core.document.annotation import LayerRole
from core.document.document import ImageState
from core.scoring.fix_queue import FixQueue, ImageSums, by_doubt, fix_queue
from core.scoring.report import DatasetScore
from core.scoring.scores import ImageScore
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.counting import counted
from gui.review.score_watch import ScoreWatch
from gui.session import Session

SETTLE_MS = 120


class FixQueueWatch(QObject):
    """With a reference the queue follows the scores, without one the doubts of predictions."""

    changed = Signal()

    def __init__(
        self, session: Session, scores: ScoreWatch, tasks: TaskQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._scores = scores
        self._tasks = tasks
        self._sums: dict[int, ImageSums] = {}
        self._doubtful: tuple[int, ...] = ()
        self._queue = FixQueue(None, (), ())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._rank)
        scores.dataset_scored.connect(self._take_all)
        scores.image_scored.connect(self._take_one)
        scores.cleared.connect(self._clear)
        session.document_changed.connect(lambda _event: self._timer.start())

    @property
    def queue(self) -> FixQueue:
        """The ranking by score; empty without a reference."""
        return self._queue

    @property
    def image_ids(self) -> tuple[int, ...]:
        """The images that are suggested, the most worthwhile first."""
        if self._sums:
            return self._queue.image_ids
        done = self._done()
        return tuple(number for number in self._doubtful if number not in done)

    @property
    def words(self) -> str:
        """What fixing is still worth; empty where nothing is known."""
        queue = self._queue
        if queue.score is None:
            return ""
        if not queue.image_ids:
            return f"Score {queue.score:.3f}: every image agrees with the reference."
        if not queue.worthwhile:
            return (
                f"Score {queue.score:.3f}: more fixing no longer moves it "
                f"(the next image would add {queue.gains[0]:.5f})."
            )
        return (
            f"Score {queue.score:.3f}; fixing the next image adds {queue.gains[0]:.4f}. "
            f"{counted(queue.worthwhile, 'image')} to go."
        )

    def neighbour(self, image_id: int | None, steps: int) -> int | None:
        """The image after or before one in the queue; from an image outside of it the first."""
        ids = self.image_ids
        if not ids:
            return None
        if image_id not in ids:
            return ids[0]
        place = ids.index(image_id) + steps
        return ids[place] if 0 <= place < len(ids) else None

    def look_for_doubts(self) -> None:
        """Rank by the scores of predictions, for a project without a reference."""
        layers = list(self._session.state.layers_of(LayerRole.PREDICTIONS))
        if self._scores.truth_layer_id is not None or not layers:
            return
        project, layer_ids = self._session.project, [layer.id for layer in layers]

        def run(context: TaskContext) -> tuple[int, ...]:
            dataset = project.snapshot()
            found: dict[int, list[float]] = {}
            for record, document in dataset.documents():
                context.check_cancelled()
                found[record.id] = [
                    item.provenance.score
                    for layer_id in layer_ids
                    for item in document.in_layer(layer_id)
                    if item.provenance.score is not None
                ]
            return by_doubt(found)

        self._tasks.submit(Task("Suggestions", Lane.BATCH, ("doubts",), run), self._take_doubts)

    def _take_doubts(self, found: tuple[int, ...]) -> None:
        self._doubtful = found
        self.changed.emit()

    def _take_all(self, found: DatasetScore) -> None:
        self._sums = {score.image_id: ImageSums.of(score) for score in found.images}
        self._rank()

    def _take_one(self, score: ImageScore) -> None:
        if self._sums:
            self._sums[score.image_id] = ImageSums.of(score)
            self._timer.start()

    def _clear(self) -> None:
        self._sums = {}
        self._rank()

    def _rank(self) -> None:
        sums, done = list(self._sums.values()), self._done()
        self._tasks.submit(
            Task("Scores", Lane.INTERACTIVE, ("queue",), lambda _context: fix_queue(sums, done)),
            self._take_queue,
        )

    def _take_queue(self, found: FixQueue) -> None:
        if found != self._queue or found.score is None:
            self._queue = found
            self.changed.emit()

    def _done(self) -> set[int]:
        """Images that somebody has decided on."""
        decided = (ImageState.APPROVED, ImageState.REJECTED)
        return {key for key, state in self._session.state.states.items() if state in decided}
