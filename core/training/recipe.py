"""Everything that decides how a model is trained, as data that is written down with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

import msgspec

DEFAULT_LOSSES: Mapping[str, float] = MappingProxyType({"cross_entropy": 1.0, "dice": 1.0})
"""Not weighted towards borders, as it is for the bundled weights: that makes objects too large."""

MORE_REPLAY = 0.67
"""Share of replay once a round shows that the model forgets."""


class Task(Enum):
    """What kind of answer is learnt."""

    INSTANCES = "instances"
    """Objects one by one: background, interior, border, and a watershed."""
    SEMANTIC = "semantic"
    """A class for every pixel."""
    DETECTION = "detection"
    """Boxes, and masks where the network has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train, the seed included: equal recipes on equal data give equal weights.

    ``steps`` bounds the training, and ``cpu_seconds`` too where it is above 0; the
    steps that were taken are recorded, so that a timed run can be repeated by
    its steps. A *round* is ``round_steps`` long; after it the model is validated,
    shown and saved. ``patience`` rounds without a better score end the run.
    ``replay_share`` of every batch are pictures of what the parent knew;
    ``replay_from`` names a project, annotation file or folder whose pictures are
    among them. ``distillation`` weighs the distance from the parent's answers on them.
    ``parent_share`` is how much of the parent is mixed into the final weights.
    """

    task: Task = Task.INSTANCES
    seed: int = 0
    steps: int = 150
    round_steps: int = 15
    cpu_seconds: float = 0.0
    patience: int = 6
    batch: int = 3
    crop_px: int = 192
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    average_decay: float = 0.95
    losses: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_LOSSES))
    replay_share: float = 0.34
    replay_from: str = ""
    distillation: float = 0.0
    parent_share: float = 0.0
    freeze_encoder: bool = False
    freeze_norms: bool = True
    bfloat16: bool = True
    threads: int = 1


def recipe_record(recipe: Recipe) -> dict[str, object]:
    """A recipe as plain values, for JSON."""
    record: dict[str, object] = msgspec.to_builtins(recipe)
    return record


def read_recipe(record: object) -> Recipe:
    """The recipe of a record; raises ValueError, naming the field, when it is none."""
    recipe = msgspec.convert(record, Recipe)
    check_recipe(recipe)
    return recipe


def check_recipe(recipe: Recipe) -> None:
    """Raise ValueError, with a sentence, when a number makes no sense."""
    positive = ("steps", "round_steps", "patience", "batch", "crop_px", "learning_rate", "threads")
    for name in positive:
        if getattr(recipe, name) <= 0:
            raise ValueError(f"{name} must be above 0")
    if not 0 <= recipe.replay_share < 1:
        raise ValueError("replay_share must be at least 0 and below 1")
    if not recipe.losses:
        raise ValueError("at least one loss is needed")
