"""What models proposed before, read and kept beside the window's work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from core.errors import MaskwrightError
from core.models.proposal import ProposalKey, ProposalSet
from core.models.weights_hashes import WeightsHashes
from core.project.project import Project
from core.project.proposal_cache import ProposalCache
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.proposals.model_runs import Parameters


class ResultCache(QObject):
    """Results kept in the project file; nothing here holds the window up."""

    def __init__(
        self,
        project: Project,
        tasks: TaskQueue,
        named_weights: Callable[[str], Path | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._cache = ProposalCache(project)
        self._tasks = tasks
        self._named_weights = named_weights
        self._hashes = WeightsHashes()

    def keep(self, found: ProposalSet) -> None:
        """Keep the result of a run."""
        task = Task("Keep proposals", Lane.BATCH, None, lambda _context: self._cache.keep(found))
        self._tasks.submit(task, _ignore)

    def look(
        self,
        model_id: str,
        digest: str,
        parameters: Parameters,
        on_found: Callable[[ProposalSet | None], None],
        on_failed: Callable[[MaskwrightError], None],
    ) -> None:
        """Whether this was run before; a result for which memory was short does not count."""
        named = self._named_weights(model_id)

        def run(_context: TaskContext) -> ProposalSet | None:
            return self.find(model_id, named, digest, parameters)

        task = Task("Look for earlier proposals", Lane.INTERACTIVE, None, run)
        self._tasks.submit(task, on_found, on_failed)

    def find(
        self, model_id: str, named: Path | None, digest: str, parameters: Parameters
    ) -> ProposalSet | None:
        """The same, at once; from any thread but the window's. Raises ModelError."""
        weights_hash = self._hashes.hash_of(model_id, named)
        found = self._cache.find(ProposalKey(digest, model_id, weights_hash, parameters))
        return None if found is None or found.degraded else found

    def all_of(self, digest: str) -> tuple[ProposalSet, ...]:
        """All results for an image with this content; from any thread but the window's."""
        return self._cache.all_of(digest)

    def is_empty(self) -> bool:
        """Whether nothing is kept for any image; from any thread but the window's."""
        return self._cache.is_empty()

    def load(self, digest: str, on_loaded: Callable[[tuple[ProposalSet, ...]], None]) -> None:
        """Bring back all results for an image with this content."""
        task = Task(
            "Earlier proposals",
            Lane.INTERACTIVE,
            ("earlier proposals",),
            lambda _context: self._cache.all_of(digest),
        )
        self._tasks.submit(task, on_loaded)


def _ignore(_nothing: None) -> None:
    return
