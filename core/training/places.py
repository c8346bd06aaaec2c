"""Where the models of a project and its training runs are kept. No torch."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from core.models.trained import TrainedModel, trained_models
from core.project.sql.connection import folder_is_writable
from core.training.run import RunFolder, runs_in

_SUFFIX = ".models"
_RUNS = ".runs"
"""Begins with a dot, so that previews in it are never taken for images of the project."""


@dataclass(frozen=True, slots=True)
class TrainingPlace:
    """The folder of a project's models."""

    models: Path

    @property
    def runs(self) -> Path:
        """Folder of the training runs."""
        return self.models / _RUNS

    def model_file(self, model_id: str) -> Path:
        """The file of a model."""
        return self.models / f"{model_id}.safetensors"

    def run_folder(self, model_id: str) -> RunFolder:
        """The run that makes, or made, a model."""
        return RunFolder(self.runs / model_id)

    def trained(self) -> tuple[tuple[TrainedModel, ...], tuple[str, ...]]:
        """The models, oldest first, and a sentence for each broken file."""
        return trained_models(self.models)

    def unfinished(self) -> tuple[RunFolder, ...]:
        """Runs that can be resumed, oldest first."""
        return tuple(run for run in runs_in(self.runs) if run.can_resume)


def training_place(project: Path, data_folder: Path | None = None) -> TrainingPlace:
    """Beside the project file, or in the user's data folder where that is not writable."""
    beside = project.with_suffix(_SUFFIX)
    if beside.is_dir() or folder_is_writable(project.parent):
        return TrainingPlace(beside)
    folder = data_folder or Path(platformdirs.user_data_dir("maskwright", appauthor=False))
    mark = hashlib.blake2b(os.fsencode(project.resolve()), digest_size=5).hexdigest()
    return TrainingPlace(folder / "models of projects" / f"{project.stem[:80]}-{mark}")
