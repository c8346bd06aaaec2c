"""Keeps the scores of all images against a reference, live for the one on the screen."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, QTimer, Signal

from core.document.annotation import LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size
from core.document.history import HistoryEvent
from core.errors import MaskwrightError
from core.scoring.cache import ScoreCache
from core.scoring.live import ImageNumbers, image_numbers
from core.scoring.report import DatasetScore, score_dataset
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.session import Session

SETTLE_MS = 60
LIVE_IMAGES = 20
"""A change of more images than this is scored as a whole."""


class ScoreWatch(QObject):
    """Scores are computed in the background and dropped when an edit overtakes them."""

    image_scored = Signal(object)
    """Carries the ImageScore of one image."""
    image_measured = Signal(object)
    """Carries the ImageNumbers of one image, just before ``image_scored``."""
    dataset_scored = Signal(object)
    """Carries the DatasetScore of all images."""
    cleared = Signal()
    """There is nothing to compare any more."""
    failed = Signal(object)

    def __init__(self, session: Session, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._stale: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._score_stale)
        self._prediction_layer_id = session.layer.id
        self._truth_layer_id: int | None = None
        self._kept = KeptScores()
        session.document_changed.connect(self._on_document_changed)
        session.image_changed.connect(self._on_image_changed)

    @property
    def truth_layer_id(self) -> int | None:
        """The layer that was chosen, else the oldest reference; None when there is none."""
        layers = self._session.state.layers
        if self._truth_layer_id in layers and self._truth_layer_id != self.prediction_layer_id:
            return self._truth_layer_id
        layer = self._session.state.layer_of(LayerRole.REFERENCE)
        return None if layer is None or layer.id == self.prediction_layer_id else layer.id

    @property
    def prediction_layer_id(self) -> int:
        """The layer that is compared with the reference; mine when the chosen one is gone."""
        layers = self._session.state.layers
        if self._prediction_layer_id not in layers:
            self._prediction_layer_id = self._session.layer.id
        return self._prediction_layer_id

    def compare(self, layer_id: int) -> None:
        """Score another layer from now on, all images anew."""
        self._prediction_layer_id = layer_id
        self.score_all()

    def judge_by(self, layer_id: int) -> None:
        """Take another layer as true from now on, all images anew."""
        self._truth_layer_id = layer_id
        self.score_all()

    def score_all(self) -> None:
        """Score every image in the background."""
        truth = self.truth_layer_id
        if truth is None:
            self.cleared.emit()
            return
        predictions = self.prediction_layer_id
        project = self._session.project

        def run(context: TaskContext) -> DatasetScore:
            def report(share: float) -> None:
                context.check_cancelled()
                context.progress(share, "Scores")

            return score_dataset(project.snapshot(), truth, predictions, report)

        self._tasks.submit(
            Task("Scores", Lane.BATCH, ("scores of all",), run),
            self.dataset_scored.emit,
            self._on_failed,
        )

    def _on_document_changed(self, event: HistoryEvent) -> None:
        if event.change.layers:
            self.score_all()
            return
        self._stale.update(event.documents)
        self._timer.start()

    def _on_image_changed(self, _image: object) -> None:
        document = self._session.document
        if document is not None:
            self._stale.add(document.image_id)
            self._timer.start()

    def _score_stale(self) -> None:
        truth = self.truth_layer_id
        stale, self._stale = self._stale, set()
        if truth is None:
            return
        if len(stale) > LIVE_IMAGES:
            self.score_all()
            return
        for image_id in stale:
            self._score_one(image_id, truth)

    def _score_one(self, image_id: int, truth: int) -> None:
        document = self._session.project.history.document(image_id)
        state = self._session.state
        predictions = self.prediction_layer_id

        kept = self._kept

        def run(_context: TaskContext) -> ImageNumbers:
            return kept.numbers(document, state, truth, predictions)

        self._tasks.submit(
            Task("Scores", Lane.INTERACTIVE, ("score", image_id), run),
            self._take_image,
            self._on_failed,
        )

    def _take_image(self, found: ImageNumbers) -> None:
        self.image_measured.emit(found)
        self.image_scored.emit(found.score)

    def _on_failed(self, error: MaskwrightError) -> None:
        self.failed.emit(error)


class KeptScores:
    """What the last scoring of the image on the screen leaves for the next, guarded for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[int, Size, int, int] | None = None
        self._cache: ScoreCache | None = None

    def numbers(
        self, document: ImageDocument, state: ProjectState, truth: int, predictions: int
    ) -> ImageNumbers:
        """Compare two layers of an image; raises MaskwrightError when a shape cannot be drawn."""
        with self._lock:
            key = document.image_id, document.size, truth, predictions
            if key != self._key or self._cache is None:
                self._key, self._cache = key, ScoreCache(document.size)
            try:
                return image_numbers(document, state, truth, predictions, cache=self._cache)
            except ValueError as error:
                raise MaskwrightError(
                    f"This image could not be scored: {error}.", "Look at its outlines."
                ) from error
