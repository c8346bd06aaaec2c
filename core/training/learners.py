"""The learner for each kind of network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.models.specification import ModelSpec
from core.training.data import LabelledImage
from core.training.learner import Learner
from core.training.recipe import Recipe, Task
from core.training.unet_learner import UNetLearner


def build_learner(
    spec: ModelSpec,
    recipe: Recipe,
    images: Sequence[LabelledImage],
    replay: Sequence[LabelledImage],
    parent_spec: ModelSpec,
    parent: Path,
    device: str,
) -> Learner:
    """What trains a model of this specification; raises ModelError."""
    if recipe.task is Task.DETECTION:
        from core.training.detector_learner import DetectorLearner

        return DetectorLearner(
            spec, recipe, images, replay, parent=parent, parent_spec=parent_spec, device=device
        )
    return UNetLearner(
        spec, recipe, images, replay, parent=parent, parent_spec=parent_spec, device=device
    )
