"""What this machine knows of models from earlier runs: their speed, the device, chosen files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings

from core.models.proposal import ProposalSet
from core.models.region_of_interest import REGION_KEYS
from core.models.rpn_inspection import INSPECT
from gui.proposals.model_runs import ModelRun, ModelRuns

SPEED = "models/speed/"
WEIGHTS = "models/weights/"
DEVICE = "models/device"


class ModelMemory(QObject):
    """Kept in the settings of the program; without ``settings`` while it runs."""

    def __init__(
        self, runs: ModelRuns, settings: QSettings | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._values: dict[str, str] = {}
        runs.ended.connect(self._note)

    @property
    def device(self) -> str:
        """The device that models ran on last: "cpu", "cuda" or "mps"."""
        return self._read(DEVICE) or "cpu"

    def speed_text(self, model_id: str) -> str:
        """How long the model took here last, and on how large a picture; empty before that."""
        return self._read(SPEED + model_id)

    def weights(self, model_id: str) -> Path | None:
        """The file that was chosen for a model, if it is still there."""
        text = self._read(WEIGHTS + model_id)
        path = Path(text) if text else None
        return path if path is not None and path.is_file() else None

    def keep_weights(self, model_id: str, path: Path) -> None:
        """Remember the file that was chosen for a model."""
        self._write(WEIGHTS + model_id, str(path.absolute()))

    def _note(self, run: ModelRun, outcome: object) -> None:
        if not isinstance(outcome, ProposalSet) or not outcome.seconds:
            return
        self._write(DEVICE, outcome.device.partition(":")[0])
        if not any(key in outcome.key.parameters for key in (*REGION_KEYS, INSPECT)):
            size = outcome.image_size
            seconds = f"{outcome.seconds:.2f}" if outcome.seconds < 10 else f"{outcome.seconds:.0f}"
            text = f"{seconds} s · {size.width} × {size.height} · {outcome.device}"
            self._write(SPEED + run.model_id, text)

    def _read(self, key: str) -> str:
        if self._settings is None:
            return self._values.get(key, "")
        found = self._settings.value(key)
        return "" if found is None else str(found)

    def _write(self, key: str, value: str) -> None:
        if self._settings is None:
            self._values[key] = value
        else:
            self._settings.setValue(key, value)
