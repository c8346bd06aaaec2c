"""The hash of the weights that a model would be run with, found once for each file."""

from __future__ import annotations

import threading
from pathlib import Path

from core.models.registry import find_model, weights_path
from core.models.weights import file_hash


class WeightsHashes:
    """Hashes of weights files; a file that changed is read again. From any thread.

    A first look reads the whole file: call it off the GUI thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[Path, int, int], str] = {}

    def hash_of(self, model_id: str, named: Path | None = None) -> str:
        """SHA-256 of the file that a model is run with; raises ModelError when there is none."""
        path = weights_path(find_model(model_id), named)
        status = path.stat()
        key = (path, status.st_size, status.st_mtime_ns)
        with self._lock:
            known = self._known.get(key)
        if known is None:
            known = file_hash(path)
            with self._lock:
                self._known[key] = known
        return known
