"""Says so when a label goes that the training under way learns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from core.document.history import HistoryEvent
from core.training.run import RunFolder
from gui.session import Session
from gui.training.training_runs import TrainingRuns


class RemovedLabels(QObject):
    """A run learns from a snapshot: a label that is removed meanwhile is learnt all the same.

    That is said once for each label, in the status line and beside the curves.
    """

    def __init__(self, session: Session, runs: TrainingRuns, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runs = runs
        self._run: RunFolder | None = None
        self._told: set[str] = set()
        session.document_changed.connect(self._on_change)
        runs.changed.connect(self._look)

    def _on_change(self, event: HistoryEvent) -> None:
        if event.change.labels:
            self._look()

    def _look(self) -> None:
        progress = self._runs.progress
        if not self._runs.is_busy or progress is None or progress.prepared is None:
            return
        if self._runs.folder != self._run:
            self._run, self._told = self._runs.folder, set()
        names = {label.name for label in self._session.state.labels.values()}
        # A label that comes back, by undo, may go again.
        self._told -= names
        gone = [
            name
            for name in progress.prepared.categories
            if name not in names and name not in self._told
        ]
        if gone:
            self._told.update(gone)
            self._runs.remark(_sentence(gone))


def _sentence(names: Sequence[str]) -> str:
    words = ", ".join(f"“{name}”" for name in names)
    be, them = ("is no label", "it") if len(names) == 1 else ("are no labels", "them")
    return (
        f"{words} {be} any more, but the training under way still learns {them}; "
        f"stop it and train again to leave {them} out."
    )
