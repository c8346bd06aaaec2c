"""The last layer of a U-Net for other categories: rows of what was known are kept."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from core.models.specification import ModelSpec
from core.models.zoo.unet import UNet
from core.training.recipe import Task

SEMANTIC_ARCHITECTURE = "unet-semantic"


def output_names(task: Task, categories: tuple[str, ...]) -> tuple[str, ...]:
    """What each output of the network stands for."""
    names = categories or ("object",)
    if task is Task.SEMANTIC:
        return ("background", *names)
    return ("background", names[0], "border", *names[1:])


def fitted_state(
    model: UNet,
    state: Mapping[str, Tensor],
    task: Task,
    spec: ModelSpec,
    parent_spec: ModelSpec,
) -> dict[str, Tensor]:
    """A parent's weights for a network with other outputs.

    An output takes the row of the parent's output of the same name; a new
    category begins as the parent's first one, for that is an object too.
    """
    before = output_names(_task_of(parent_spec), parent_spec.categories)
    after = output_names(task, spec.categories)
    first = 1
    rows = [before.index(name) if name in before else first for name in after]
    if "border" in after and "border" not in before:
        # A parent without borders: a small part of each object becomes one.
        rows[after.index("border")] = 0
    index = torch.tensor(rows)
    return {
        name: value[index] if name.startswith("head.") else value
        for name, value in state.items()
        if name in model.state_dict()
    }


def _task_of(spec: ModelSpec) -> Task:
    return Task.SEMANTIC if spec.architecture == SEMANTIC_ARCHITECTURE else Task.INSTANCES
