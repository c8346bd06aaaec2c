"""The file of a model that was trained here, and the specification of what comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from safetensors.torch import save
from torch import Tensor

from core.formats.atomic import make_folder, write_atomically
from core.models.specification import ModelFamily, ModelSpec, SettingValue, WeightsSpec
from core.models.trained import builder_of, kind_of
from core.training.checkpoint import stored
from core.training.recipe import Task
from core.training.unet_head import SEMANTIC_ARCHITECTURE

_UNET_KINDS = frozenset({"unet", "unet-semantic"})


def trained_spec(
    model_id: str, name: str, parent: ModelSpec, task: Task, categories: tuple[str, ...]
) -> ModelSpec:
    """What comes out of a training; raises ModelError when the parent cannot do the task."""
    kind = kind_of(parent)
    family, architecture = parent.family, parent.architecture
    if kind in _UNET_KINDS:
        kind = "unet-semantic" if task is Task.SEMANTIC else "unet"
        architecture = SEMANTIC_ARCHITECTURE if task is Task.SEMANTIC else ""
        family = ModelFamily.SEMANTIC
    preprocessing: Mapping[str, SettingValue] = MappingProxyType(dict(parent.preprocessing))
    return ModelSpec(
        id=model_id,
        name=name,
        family=family,
        builder=builder_of(kind),
        weights=WeightsSpec(licence=parent.weights.licence),
        categories=categories,
        preprocessing=preprocessing,
        architecture=architecture,
        trainable=True,
        description=f"Trained here, starting from {parent.name}.",
    )


def task_of(parent: ModelSpec, wanted: Task) -> Task:
    """The task that a parent can be trained for: detectors detect, U-Nets do the others."""
    if kind_of(parent) not in _UNET_KINDS:
        return Task.DETECTION
    return Task.INSTANCES if wanted is Task.DETECTION else wanted


def write_model(
    path: Path,
    weights: Mapping[str, Tensor],
    spec: ModelSpec,
    parent: ModelSpec,
    record: Mapping[str, Any],
) -> None:
    """Write a model in 16 bits with all that is known of it; raises WriteError."""
    about = {
        "id": spec.id,
        "name": spec.name,
        "kind": kind_of(spec),
        "family": spec.family.value,
        "categories": list(spec.categories),
        "architecture": spec.architecture,
        "description": spec.description,
        "parent": parent.id,
    }
    metadata = {
        "model": json.dumps(about),
        "preprocessing": json.dumps(dict(spec.preprocessing)),
        "categories": json.dumps(list(spec.categories)),
        "training": json.dumps(dict(record)),
        "licence": spec.weights.licence,
    }
    tensors = {name: stored(name, value, half=True) for name, value in weights.items()}
    make_folder(path.parent)
    write_atomically(path, save(tensors, metadata))
