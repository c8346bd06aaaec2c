"""Trains by itself as images are approved, when a person has switched that on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from core.document.document import ImageState
from core.document.history import HistoryEvent
from core.training import events
from gui.session import Session
from gui.training.training_runs import TrainingRuns

AUTOMATIC_SETTING = "training/automatic"
SETTLE_MS = 1500


class AutomaticTraining(QObject):
    """Waits a moment after an approval, so that several in a row make one training.

    What is approved while a training runs is learnt by the next one.
    """

    def __init__(
        self,
        session: Session,
        runs: TrainingRuns,
        train: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runs = runs
        self._train = train
        self._is_due = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._begin)
        session.document_changed.connect(self._on_change)
        runs.changed.connect(self._on_run_changed)

    @property
    def is_on(self) -> bool:
        """Whether approving trains."""
        return self._session.project.setting(AUTOMATIC_SETTING) == "yes"

    def switch(self, on: bool) -> None:
        """Train by itself, or no longer."""
        self._session.project.set_setting(AUTOMATIC_SETTING, "yes" if on else "no")
        if not on:
            self._is_due = False
            self._timer.stop()

    def _on_change(self, event: HistoryEvent) -> None:
        approved = any(
            part.state is not None and part.state[1] is ImageState.APPROVED
            for part in event.change.images.values()
        )
        if approved and self.is_on:
            self._is_due = True
            self._timer.start()

    def _on_run_changed(self) -> None:
        progress = self._runs.progress
        ended = progress is not None and isinstance(progress.end, events.Finished)
        if self._is_due and ended and not self._timer.isActive():
            self._timer.start()

    def _begin(self) -> None:
        if self._is_due and not self._runs.is_busy:
            self._is_due = False
            self._train()
