"""Train the objectness of proposals and write it: see resources/weights/grouping_objectness.md.

``python -m core.training.grouping.train_objectness --coco FILE IMAGES --facade FILE IMAGES
--out FILE``
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from core.grouping.objectness import write_objectness
from core.grouping.perceptron import Perceptron
from core.training.grouping.fitting import fit
from core.training.grouping.object_samples import object_samples
from core.training.grouping.pictures import (
    LabelledPicture,
    bundled_photographs,
    composite,
    cutouts,
    jittered,
    read_pictures,
)
from core.training.grouping.samples import Samples
from core.training.grouping.train import COCO_LICENCES


def train_objectness(
    photographs: list[LabelledPicture],
    facades: list[LabelledPicture],
    *,
    composite_count: int,
    copies: int,
    seed: int,
) -> Perceptron:
    """A scorer from candidates of photographs (most), facades and composites."""
    rng = np.random.default_rng(seed)
    labelled = [*photographs, *facades]
    grounds = bundled_photographs() + [picture.image for picture in labelled]
    objects = cutouts(labelled)
    made = [composite(rng, grounds, objects) for _ in range(composite_count)]
    copied = [jittered(rng, picture) for picture in photographs for _ in range(copies)]
    samples = [object_samples(rng, picture, 4000) for picture in [*photographs, *copied]]
    samples += [object_samples(rng, picture, 1500) for picture in [*facades, *made]]
    joined = Samples.joined(samples)
    sys.stdout.write(f"{len(joined.targets)} candidates of {len(samples)} pictures\n")
    return fit(joined, 32, epochs=12, seed=seed)


def main() -> None:
    """Read the arguments, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coco", nargs=2, type=Path, required=True)
    parser.add_argument("--facade", nargs=2, type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--composites", type=int, default=30)
    parser.add_argument("--copies", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    scorer = train_objectness(
        read_pictures(arguments.coco[0], arguments.coco[1], COCO_LICENCES),
        read_pictures(arguments.facade[0], arguments.facade[1]),
        composite_count=arguments.composites,
        copies=arguments.copies,
        seed=arguments.seed,
    )
    write_objectness(arguments.out, scorer)
    sys.stdout.write(f"written: {arguments.out}\n")


if __name__ == "__main__":
    main()
