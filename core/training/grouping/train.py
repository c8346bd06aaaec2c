"""Train the weights of grouping and write them: see resources/weights/grouping.md.

``python -m core.training.grouping.train --coco FILE IMAGES --facade FILE IMAGES --out FILE``
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from core.grouping.perceptron import GroupingWeights, Perceptron, write_weights
from core.training.grouping.fitting import fit
from core.training.grouping.pictures import (
    LabelledPicture,
    bundled_photographs,
    composite,
    cutouts,
    jittered,
    read_pictures,
)
from core.training.grouping.samples import Samples, pair_samples, pixel_samples

COCO_LICENCES = (4, 5, 7)
"""Attribution, attribution and share-alike, no known restrictions."""


def train(
    labelled: list[LabelledPicture], composite_count: int, copies: int, seed: int
) -> GroupingWeights:
    """Edge first, then the merge cost: on mean linkage, then on its own merges."""
    rng = np.random.default_rng(seed)
    grounds = bundled_photographs() + [picture.image for picture in labelled]
    objects = cutouts(labelled)
    made = [composite(rng, grounds, objects) for _ in range(composite_count)]
    copied = [jittered(rng, picture) for picture in labelled for _ in range(copies)]
    pictures = [*labelled, *copied, *made]
    pixels = Samples.joined([pixel_samples(rng, picture, 1500) for picture in pictures])
    pixel = fit(pixels, 16, epochs=20, seed=seed)
    _say(f"edge: {len(pixels.targets)} pixels of {len(pictures)} pictures")
    pair: Perceptron | None = None
    pairs: list[Samples] = []
    for turn in range(2):
        pairs += [pair_samples(rng, picture, pixel, pair, 3000) for picture in pictures]
        pair = fit(Samples.joined(pairs), 32, epochs=12, seed=seed + turn)
        _say(f"merge cost, turn {turn + 1}: {sum(len(part.targets) for part in pairs)} pairs")
    assert pair is not None  # noqa: S101 - there are two turns
    return GroupingWeights(pixel, pair)


def main() -> None:
    """Read the arguments, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coco", nargs=2, type=Path, required=True)
    parser.add_argument("--facade", nargs=2, type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--composites", type=int, default=60)
    parser.add_argument("--copies", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    labelled = read_pictures(arguments.coco[0], arguments.coco[1], COCO_LICENCES)
    labelled += read_pictures(arguments.facade[0], arguments.facade[1])
    weights = train(labelled, arguments.composites, arguments.copies, arguments.seed)
    write_weights(arguments.out, weights)
    _say(f"written: {arguments.out}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
