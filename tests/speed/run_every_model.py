"""Runs every model of the registry on a real image at its full input size, through the engine.

python -m tests.speed.run_every_model IMAGE [MODEL …]

Models whose weights are not on this computer get seeded ones whose scores are spread,
as the tests against torchvision's own networks use. Prints a row of a table for each.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from core.headless.proposing import propose_images
from core.models.registry import has_weights, registered_models
from core.models.specification import ModelFamily, ModelSpec
from core.models.zoo.detectors import build_detector
from core.models.zoo.segmenters import build_segmenter
from core.models.zoo.unet import CLASSIC_FILTERS, UNet
from tests.core.models.torchvision_oracle import seeded_state


def seeded_weights(spec: ModelSpec, folder: Path) -> Path:
    """A file of seeded weights for a model that has none here."""
    network = _network(spec)
    path = folder / "weights.pth"
    torch.save(seeded_state(network), path)
    return path


def _network(spec: ModelSpec) -> nn.Module:
    if spec.id == "unet-classic":
        return UNet(filters=CLASSIC_FILTERS)
    is_semantic = spec.family is ModelFamily.SEMANTIC
    return build_segmenter(spec) if is_semantic else build_detector(spec)


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for, or all."""
    image, wanted = Path(arguments[0]), set(arguments[1:])
    print("| model | weights | candidates | seconds |\n| --- | --- | --- | --- |", flush=True)
    for spec in registered_models():
        if wanted and spec.id not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            weights = None if has_weights(spec) else seeded_weights(spec, Path(folder))
            (found,) = propose_images([image], spec.id, weights=weights, device="cpu")
        kind = "own" if weights is None else "seeded"
        row = f"| `{spec.id}` | {kind} | {len(found.items)} | {found.seconds:.2f} |"
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
