"""Measure grouping beside other methods in one run; prints Markdown tables.

python -m core.training.grouping.measure [--bsds FOLDER] [--masks FOLDER]
    [--coco FILE IMAGES] [--trained-licences 4 5 7] [--every N] [--weights FILE]
    [--grabcut-every N] [--out FILE] [--plots FOLDER]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.color import RgbImage
from core.grouping.superpixel_methods import SuperpixelMethod, superpixels
from core.imaging.reading import read_image
from core.training.grouping.annotators import (
    AnnotatorRuns,
    annotator_runs,
    coco_objects,
    masked_objects,
    rows_of,
    segment_objects,
)
from core.training.grouping.boundaries import (
    best_boundary_f,
    boundary_counts,
    score_superpixels,
)
from core.training.grouping.covering import Covering, cover, cover_scales, summarise
from core.training.grouping.groupings import Rows, groupings, milliseconds
from core.training.grouping.plot import curves_svg
from core.training.grouping.proposal_recall import measure_proposals
from core.training.grouping.references import felzenszwalb_scales
from core.training.grouping.stage_times import STAGES, stage_table

SUPERPIXEL_COUNT = 500
_METHODS: tuple[SuperpixelMethod, ...] = ("hierarchy", "slic", "watershed", "felzenszwalb")


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
    return [name, *scores, boundary, milliseconds(seconds)]


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
        rows.append([method, *means, milliseconds(seconds)])
    return rows


def segmented(folder: Path, every: int) -> Iterator[tuple[RgbImage, list[npt.NDArray[np.uint16]]]]:
    """Images of a BSDS-style folder (index.json, images, label PNGs) with all annotators."""
    for entry in json.loads((folder / "index.json").read_text())[::every]:
        truths = [
            np.asarray(cv2.imread(str(folder / name), cv2.IMREAD_UNCHANGED))
            for name in entry["labels"]
        ]
        yield read_image(folder / entry["image"]), truths


def table(title: str, head: list[str], rows: Rows) -> str:
    """A Markdown table under a heading."""
    lines = [head, ["---"] * len(head), *rows]
    return f"## {title}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n\n"


class _Report:
    """Tables and pictures as they come, printed and written."""

    def __init__(self, out: Path | None, plots: Path | None) -> None:
        self._out = out
        self._plots = plots
        self._parts: list[str] = []

    def add(self, title: str, head: str, rows: Rows) -> None:
        """One more table; its head is divided by semicolons."""
        self._parts.append(table(title, head.split("; "), rows))
        sys.stdout.write(self._parts[-1])
        sys.stdout.flush()
        if self._out is not None:
            self._out.write_text("".join(self._parts), encoding="utf-8")

    def add_annotators(self, name: str, runs: list[AnnotatorRuns]) -> None:
        """The robot's table for a set, and its curves."""
        count = len(runs[0].overlaps)
        head = "method; clicks to .85; to .90; IoU after 1 / 2 / 3 / 5; notches; ms per click"
        self.add(f"Robot annotator: {name}, {count} objects", head, rows_of(runs))
        if self._plots is not None:
            # All curves are of the same objects, whatever the rows of the table are of.
            shared = set[int].intersection(*(set(run.places) for run in runs))
            title = f"Mean IoU after each action: {name}, {len(shared)} objects"
            short = {run.name.split(",")[0]: run.only(shared) for run in runs}
            curves = {method: run.curve() for method, run in short.items()}
            picture = curves_svg(title, "actions", "mean IoU", curves)
            (self._plots / f"clicks_{name}.svg").write_text(picture, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bsds", type=Path)
    parser.add_argument("--masks", type=Path, help="an interactive set: index.json, masks")
    parser.add_argument("--coco", nargs=2, type=Path)
    parser.add_argument("--trained-licences", nargs="*", type=int, default=[])
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every n-th image")
    parser.add_argument(
        "--grabcut-every", type=int, default=1, help="GrabCut on every n-th object; it is slow"
    )
    parser.add_argument("--out", type=Path, help="a Markdown file to write")
    parser.add_argument("--plots", type=Path, help="a folder for pictures of curves")
    return parser.parse_args()


def main() -> None:
    """Read the arguments, measure, print the tables and write them."""
    arguments = _arguments()
    report = _Report(arguments.out, arguments.plots)
    weights, every, grabcut = arguments.weights, arguments.every, arguments.grabcut_every
    if arguments.masks:
        objects = masked_objects(arguments.masks, every)
        runs = annotator_runs(objects, weights, grabcut_every=grabcut)
        report.add_annotators(arguments.masks.name, runs)
    if arguments.coco:
        file, images = arguments.coco
        trained = set(arguments.trained_licences)
        objects = coco_objects(file, images, trained, every)
        runs = annotator_runs(objects, weights, grabcut_every=grabcut)
        report.add_annotators(file.parent.name, runs)
        rows = measure_proposals(file, images, trained, every)
        head = "method; AR / recall .5 / .7 at 10; at 100; at 1000; ms"
        report.add("Object proposals", head, rows)
    if arguments.bsds:
        rows = covering_table(arguments.bsds, weights, every)
        report.add("Region covering", "method; ODS; OIS; best; boundary F; ms", rows)
        rows = superpixel_table(arguments.bsds, every)
        head = "method; boundary recall; under-segmentation; ASA; ms"
        report.add(f"About {SUPERPIXEL_COUNT} superpixels", head, rows)
        objects = segment_objects(arguments.bsds, every)
        runs = annotator_runs(objects, weights, grabcut_every=grabcut)
        report.add_annotators(arguments.bsds.name, runs)
    head = "; ".join(["megapixels", *STAGES, "whole"])
    report.add("Time by stage, ms", head, stage_table())


if __name__ == "__main__":
    main()
