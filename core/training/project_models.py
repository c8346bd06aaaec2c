"""What training has left beside a project: models, a run to go on with, what to label next.

No torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.models.trained import TrainedModel, enlist
from core.training.places import TrainingPlace
from core.training.progress import fold
from core.training.ranking import Suggestion
from core.training.run import RunFolder


@dataclass(frozen=True, slots=True)
class ProjectModels:
    """``models`` are the oldest first; ``unfinished`` is the newest run without an end."""

    models: tuple[TrainedModel, ...]
    unfinished: RunFolder | None
    suggestions: tuple[Suggestion, ...]


def find_project_models(place: TrainingPlace) -> ProjectModels:
    """Look, and note the models so that every process finds them; raises WriteError."""
    models, _ = place.trained()
    for model in models:
        enlist(model)
    unfinished = place.unfinished()
    return ProjectModels(
        models, unfinished[-1] if unfinished else None, _last_suggestions(place, models)
    )


def _last_suggestions(
    place: TrainingPlace, models: Sequence[TrainedModel]
) -> tuple[Suggestion, ...]:
    """By the newest run that has got as far as that."""
    for model in reversed(models):
        found = fold(place.run_folder(model.spec.id).events()).suggestions
        if found:
            return found
    return ()
