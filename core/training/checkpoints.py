"""Where a run goes on after a pause, a restart or a kill."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.formats.atomic import write_atomically
from core.training.learner_state import under
from core.training.run import CHECKPOINT, PREVIOUS_CHECKPOINT


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Arrays of a learner, those of the best model so far, and the counters of the run."""

    state: Mapping[str, Tensor]
    best: Mapping[str, Tensor]
    progress: Mapping[str, Any]


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write it in one step; the one before stays until the next. Raises WriteError."""
    arrays = {f"state.{name}": value.contiguous() for name, value in checkpoint.state.items()}
    arrays |= {f"best.{name}": value.contiguous() for name, value in checkpoint.best.items()}
    # Arrays that share memory are refused by safetensors.
    data = save(
        {name: value.clone() for name, value in arrays.items()},
        {"progress": json.dumps(dict(checkpoint.progress))},
    )
    newest = folder / CHECKPOINT
    with contextlib.suppress(OSError):
        newest.replace(folder / PREVIOUS_CHECKPOINT)
    write_atomically(newest, data)


def read_checkpoint(folder: Path) -> tuple[Checkpoint | None, str]:
    """The newest checkpoint that is whole, and a sentence when one was damaged."""
    problem = ""
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        path = folder / name
        if not path.exists():
            continue
        try:
            return _read(path), problem
        except (SafetensorError, OSError, ValueError, KeyError):
            problem = f"{path} is damaged; the training goes on from the state before it."
    if problem:
        problem = f"{folder / CHECKPOINT} is damaged; the training begins anew."
    return None, problem


def _read(path: Path) -> Checkpoint:
    with safe_open(path, framework="pt") as file:
        progress = json.loads((file.metadata() or {})["progress"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    return Checkpoint(under(arrays, "state."), under(arrays, "best."), progress)
