"""Measure grouping beside other methods in one run; prints Markdown tables.

python -m core.training.grouping.measure [--bsds FOLDER] [--masks FOLDER]
    [--coco FILE IMAGES] [--trained-licences 4 5 7] [--every N] [--weights FILE] [--out FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.build import build_hierarchy, group_at_work_scale
from core.grouping.color import RgbImage
from core.grouping.hierarchy import Hierarchy
from core.grouping.leaves import by_contrast, by_learning, by_similarity, by_ward
from core.grouping.perceptron import bundled_weights, read_weights
from core.grouping.superpixel_methods import SuperpixelMethod, superpixels
from core.imaging.reading import read_image
from core.training.grouping.boundaries import (
    best_boundary_f,
    boundary_counts,
    score_superpixels,
)
from core.training.grouping.covering import Covering, cover, cover_scales, summarise
from core.training.grouping.grabcut_robot import grabcut_overlaps
from core.training.grouping.proposal_recall import measure_proposals
from core.training.grouping.references import felzenszwalb_scales, higra_watershed
from core.training.grouping.robot import clicks_to, overlaps_after_clicks

Group = Callable[[RgbImage], Hierarchy]
Rows = list[list[str]]

SUPERPIXEL_COUNT = 500
GRABCUT_ACTIONS = 10
_METHODS: tuple[SuperpixelMethod, ...] = ("hierarchy", "slic", "watershed", "felzenszwalb")


def groupings(weights_file: Path | None) -> dict[str, Group]:
    """Methods that give a tree, by name; higra's where it is installed."""
    weights = bundled_weights() if weights_file is None else read_weights(weights_file)
    found: dict[str, Group] = {
        "learned": lambda image: group_at_work_scale(
            image, lambda pixels, between: by_learning(pixels, weights, between)
        ),
        "contrast": lambda image: group_at_work_scale(image, by_contrast),
        "ward": lambda image: group_at_work_scale(image, by_ward),
        "selective-search similarities": lambda image: group_at_work_scale(image, by_similarity),
    }
    try:
        import higra  # noqa: F401
    except ImportError:
        return found
    for attribute in ("area", "dynamics", "volume"):
        found[f"higra watershed by {attribute}"] = partial(higra_watershed, attribute=attribute)
    return found


def covering_table(folder: Path, weights: Path | None, every: int) -> Rows:
    """Method, ODS, OIS, best, boundary F and milliseconds over a BSDS-style folder."""
    rows = []
    for name, group in groupings(weights).items():
        coverings: list[Covering] = []
        counts, seconds = [], []
        for image, truths in segmented(folder, every):
            start = time.process_time()
            tree = group(image)
            seconds.append(time.process_time() - start)
            coverings.append(cover(tree, truths))
            counts.append(boundary_counts(tree, truths))
        rows.append(_covering_row(name, coverings, f"{best_boundary_f(counts):.3f}", seconds))
    coverings, seconds = [], []
    for image, truths in segmented(folder, every):
        start = time.process_time()
        scales = felzenszwalb_scales(image)
        seconds.append(time.process_time() - start)
        coverings.append(cover_scales(scales, truths))
    rows.append(_covering_row("scikit-image Felzenszwalb, 12 scales", coverings, "–", seconds))
    return rows


def _covering_row(
    name: str, coverings: list[Covering], boundary: str, seconds: list[float]
) -> list[str]:
    score = summarise(coverings)
    scores = [f"{value:.3f}" for value in (score.ods, score.ois, score.best)]
    return [name, *scores, boundary, _milliseconds(seconds)]


def superpixel_table(folder: Path, every: int) -> Rows:
    """Method, boundary recall, under-segmentation, ASA and milliseconds at about 500."""
    rows = []
    for method in _METHODS:
        scores, seconds = [], []
        for image, truths in segmented(folder, every):
            start = time.process_time()
            labels = superpixels(image, SUPERPIXEL_COUNT, method=method)
            seconds.append(time.process_time() - start)
            scores.append(score_superpixels(labels, truths))
        means = [
            f"{np.mean([getattr(score, part) for score in scores]):.3f}"
            for part in ("recall", "undersegmentation", "asa")
        ]
        rows.append([method, *means, _milliseconds(seconds)])
    return rows


def click_table(folder: Path, weights: Path | None, every: int) -> Rows:
    """Method, clicks to .85 and .90, overlap after 1, 2, 3 and 5, milliseconds per click."""
    rows = []
    for name, group in groupings(weights).items():
        if not name.startswith("higra"):
            rows.append(_robot_row(name, folder, every, group))
    runs, seconds = [], []
    for image, truth, scored in masked(folder, every):
        start = time.process_time()
        runs.append(grabcut_overlaps(image, truth, scored, GRABCUT_ACTIONS))
        seconds.append((time.process_time() - start) / GRABCUT_ACTIONS)
    name = f"GrabCut, tight box and strokes, at most {GRABCUT_ACTIONS}"
    rows.append(_click_row(name, runs, seconds))
    return rows


def _robot_row(name: str, folder: Path, every: int, group: Group) -> list[str]:
    runs, seconds = [], []
    for image, truth, scored in masked(folder, every):
        tree = group(image)
        size = tree.leaf_labels.shape[::-1]
        small, counted = (
            cv2.resize(part.view(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(np.bool_)
            for part in (truth, scored)
        )
        start = time.process_time()
        runs.append(overlaps_after_clicks(tree, small, counted))
        seconds.append((time.process_time() - start) / len(runs[-1]))
    return _click_row(name, runs, seconds)


def _click_row(name: str, runs: list[list[float]], seconds: list[float]) -> list[str]:
    clicks = [f"{np.mean([clicks_to(run, at) for run in runs]):.2f}" for at in (0.85, 0.90)]
    after = " / ".join(f"{np.mean([run[n - 1] for run in runs]):.3f}" for n in (1, 2, 3, 5))
    return [name, *clicks, after, _milliseconds(seconds, 1)]


def time_table() -> Rows:
    """Megapixels and milliseconds of CPU for a whole hierarchy, the median of three."""
    from skimage import data

    rows = []
    for side_px in (400, 1000, 2000, 4900):
        picture = cv2.resize(data.coffee(), (side_px, side_px), interpolation=cv2.INTER_CUBIC)
        seconds = []
        for _ in range(3):
            start = time.process_time()
            build_hierarchy(np.asarray(picture, np.uint8))
            seconds.append(time.process_time() - start)
        rows.append([f"{side_px**2 / 1e6:.2f}", _milliseconds(seconds)])
    return rows


def segmented(folder: Path, every: int) -> Iterator[tuple[RgbImage, list[npt.NDArray[np.uint16]]]]:
    """Images of a BSDS-style folder (index.json, images, label PNGs) with all annotators."""
    for entry in json.loads((folder / "index.json").read_text())[::every]:
        truths = [
            np.asarray(cv2.imread(str(folder / name), cv2.IMREAD_UNCHANGED))
            for name in entry["labels"]
        ]
        yield read_image(folder / entry["image"]), truths


def masked(
    folder: Path, every: int
) -> Iterator[tuple[RgbImage, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """Images of an interactive set: image, object (255) and what is scored (all but 128)."""
    for entry in json.loads((folder / "index.json").read_text())[::every]:
        mask = np.asarray(cv2.imread(str(folder / entry["mask"]), cv2.IMREAD_GRAYSCALE))
        yield read_image(folder / entry["image"]), mask == 255, mask != 128


def table(title: str, head: list[str], rows: Rows) -> str:
    """A Markdown table under a heading."""
    lines = [head, ["---"] * len(head), *rows]
    return f"## {title}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n\n"


def _milliseconds(seconds: list[float], digits: int = 0) -> str:
    return f"{1000 * float(np.median(seconds)):.{digits}f}"


def main() -> None:
    """Read the arguments, measure, print the tables and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bsds", type=Path)
    parser.add_argument("--masks", type=Path, help="an interactive set: index.json, masks")
    parser.add_argument("--coco", nargs=2, type=Path)
    parser.add_argument("--trained-licences", nargs="*", type=int, default=[])
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every n-th image")
    parser.add_argument("--out", type=Path, help="a Markdown file to write")
    arguments = parser.parse_args()
    parts: list[str] = []

    def add(title: str, head: str, rows: Rows) -> None:
        parts.append(table(title, head.split("; "), rows))
        sys.stdout.write(parts[-1])
        sys.stdout.flush()

    every = arguments.every
    if arguments.bsds:
        rows = covering_table(arguments.bsds, arguments.weights, every)
        add("Region covering", "method; ODS; OIS; best; boundary F; ms", rows)
        rows = superpixel_table(arguments.bsds, every)
        head = "method; boundary recall; under-segmentation; ASA; ms"
        add(f"About {SUPERPIXEL_COUNT} superpixels", head, rows)
    if arguments.masks:
        rows = click_table(arguments.masks, arguments.weights, every)
        head = "method; clicks to .85; to .90; IoU after 1 / 2 / 3 / 5; ms per click"
        add("Robot annotator", head, rows)
    if arguments.coco:
        file, images = arguments.coco
        rows = measure_proposals(file, images, set(arguments.trained_licences), every)
        head = "method; AR / recall .5 / .7 at 10; at 100; at 1000; ms"
        add("Object proposals", head, rows)
    add("Time", "megapixels; ms", time_table())
    if arguments.out:
        arguments.out.write_text("".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
