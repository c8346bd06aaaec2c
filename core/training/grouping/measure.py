"""Measure the recipes side by side: region covering, the robot annotator, time.

python -m core.training.grouping.measure --bsds FOLDER --iseg FOLDER [--weights FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from core.grouping.build import group_at_work_scale
from core.grouping.color import RgbImage
from core.grouping.leaves import GroupedPixels, by_contrast, by_learning
from core.grouping.perceptron import bundled_weights, read_weights
from core.imaging.reading import read_image
from core.training.grouping.covering import cover, summarise
from core.training.grouping.robot import clicks_to, overlaps_after_clicks

Recipe = Callable[[RgbImage, Callable[[], None]], GroupedPixels]


def recipes(weights_file: Path | None) -> dict[str, Recipe]:
    """The recipes that are compared, by name."""
    weights = bundled_weights() if weights_file is None else read_weights(weights_file)
    return {
        "contrast, no weights": by_contrast,
        "learned": lambda image, between_stages: by_learning(image, weights, between_stages),
    }


def measure_covering(folder: Path, recipe: Recipe, every: int) -> str:
    """A line of covering over a BSDS-style folder (index.json, images, label PNGs)."""
    coverings, seconds = [], []
    for entry in json.loads((folder / "index.json").read_text())[::every]:
        image = read_image(folder / entry["image"])
        start = time.process_time()
        hierarchy = group_at_work_scale(image, recipe)
        seconds.append(time.process_time() - start)
        truths = [
            np.asarray(cv2.imread(str(folder / name), cv2.IMREAD_UNCHANGED))
            for name in entry["labels"]
        ]
        coverings.append(cover(hierarchy, truths))
    score = summarise(coverings)
    return (
        f"ODS {score.ods:.3f} (at {score.ods_threshold:.2f})  OIS {score.ois:.3f}  "
        f"best {score.best:.3f}  {1000 * float(np.median(seconds)):.0f} ms  {len(coverings)} images"
    )


def measure_clicks(folder: Path, recipe: Recipe) -> str:
    """A line of clicks over interactive sets: masks of 255 for the object, 128 for unscored."""
    runs = []
    for image, mask in _objects(folder):
        hierarchy = group_at_work_scale(image, recipe)
        size = hierarchy.leaf_labels.shape[::-1]
        small = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
        runs.append(overlaps_after_clicks(hierarchy, small == 255, small != 128))
    to_85 = np.mean([clicks_to(run, 0.85) for run in runs])
    to_90 = np.mean([clicks_to(run, 0.90) for run in runs])
    after = " / ".join(f"{np.mean([run[n - 1] for run in runs]):.3f}" for n in (1, 2, 3, 5))
    return (
        f"clicks to IoU .85 {to_85:.2f}, .90 {to_90:.2f}  "
        f"IoU after 1/2/3/5 {after}  {len(runs)} objects"
    )


def _objects(folder: Path) -> Iterator[tuple[RgbImage, np.ndarray]]:
    for entry in json.loads((folder / "index.json").read_text()):
        mask = cv2.imread(str(folder / entry["mask"]), cv2.IMREAD_GRAYSCALE)
        yield read_image(folder / entry["image"]), np.asarray(mask)


def main() -> None:
    """Read the arguments and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bsds", type=Path)
    parser.add_argument("--iseg", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every n-th BSDS image")
    arguments = parser.parse_args()
    for name, recipe in recipes(arguments.weights).items():
        if arguments.bsds:
            line = measure_covering(arguments.bsds, recipe, arguments.every)
            sys.stdout.write(f"{name:22} {line}\n")
        if arguments.iseg:
            sys.stdout.write(f"{name:22} {measure_clicks(arguments.iseg, recipe)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
