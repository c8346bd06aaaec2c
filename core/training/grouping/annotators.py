"""The robot annotator over sets of objects: clicks, notches of the wheel, time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.color import RgbImage
from core.imaging.reading import read_image
from core.training.grouping.grabcut_robot import grabcut_overlaps
from core.training.grouping.groupings import Group, Rows, groupings, milliseconds
from core.training.grouping.proposal_recall import labelled_objects
from core.training.grouping.robot import clicks_to, run_robot

BoolArray = npt.NDArray[np.bool_]
Objects = Callable[[], Iterator[tuple[RgbImage, list[tuple[BoolArray, BoolArray]]]]]
"""Images with their objects: which pixels are it, and which are scored."""

GRABCUT_ACTIONS = 10
CLICKS = 20
_LEAST_SHARE, _MOST_SHARE = 0.005, 0.6


@dataclass(frozen=True, slots=True)
class AnnotatorRuns:
    """What one method came to: IoU after each action for every object, notches, seconds.

    ``places`` says which object of the set each entry is of.
    """

    name: str
    places: list[int]
    overlaps: list[list[float]]
    notches: list[list[int]]
    seconds: list[float]

    def row(self) -> list[str]:
        """Clicks to .85 and .90, IoU after 1, 2, 3, 5, notches to .85, milliseconds a click."""
        clicks = [
            f"{np.mean([clicks_to(run, at) for run in self.overlaps]):.2f}" for at in (0.85, 0.90)
        ]
        after = " / ".join(
            f"{np.mean([run[n - 1] for run in self.overlaps]):.3f}" for n in (1, 2, 3, 5)
        )
        turned = "–"
        if self.notches:
            sums = [
                sum(notches[: clicks_to(run, 0.85)])
                for run, notches in zip(self.overlaps, self.notches, strict=True)
            ]
            turned = f"{np.mean(sums):.1f}"
        return [self.name, *clicks, after, turned, milliseconds(self.seconds, 1)]

    def curve(self) -> list[float]:
        """Mean IoU after each action."""
        return [float(value) for value in np.mean(self.overlaps, axis=0)]

    def only(self, wanted: Collection[int], actions: int | None = None) -> AnnotatorRuns:
        """The same for some of the objects, in a row of its own beside that of all.

        With ``actions`` no more than so many are looked at.
        """
        limit = "" if actions is None else f", at most {actions}"
        kept = [entry for entry, place in enumerate(self.places) if place in wanted]
        return AnnotatorRuns(
            f"{self.name}, the same {len(kept)} objects{limit}",
            [self.places[entry] for entry in kept],
            [self.overlaps[entry][:actions] for entry in kept],
            [self.notches[entry][:actions] for entry in kept] if self.notches else [],
            [self.seconds[entry] for entry in kept],
        )


def annotator_runs(
    objects: Objects, weights: Path | None, *, grabcut_every: int
) -> list[AnnotatorRuns]:
    """The robot with every tree, and with GrabCut from a tight box and strokes.

    GrabCut takes a hundred times as long, so it may do every n-th object only, and it
    stops earlier; so what the learned tree makes of these very objects within as many
    actions stands beside it.
    """
    runs = [
        _with_tree(name, group, objects)
        for name, group in groupings(weights).items()
        if not name.startswith("higra")
    ]
    grabcut = _with_grabcut(objects, grabcut_every)
    alike = runs[0].only(set(grabcut.places), GRABCUT_ACTIONS)
    return [*runs, alike, grabcut]


def rows_of(runs: list[AnnotatorRuns]) -> Rows:
    """A table row for each method."""
    return [run.row() for run in runs]


def _with_tree(name: str, group: Group, objects: Objects) -> AnnotatorRuns:
    runs = AnnotatorRuns(name, [], [], [], [])
    place = -1
    for image, masks in objects():
        tree = group(image)
        size = tree.leaf_labels.shape[::-1]
        for parts in masks:
            place += 1
            truth, scored = (
                cv2.resize(part.view(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(
                    np.bool_
                )
                for part in parts
            )
            if not truth.any():
                continue
            start = time.process_time()
            run = run_robot(tree, truth, scored, CLICKS)
            runs.seconds.append((time.process_time() - start) / CLICKS)
            runs.overlaps.append(run.overlaps)
            runs.notches.append(run.notches)
            runs.places.append(place)
    return runs


def _with_grabcut(objects: Objects, every: int) -> AnnotatorRuns:
    name = f"GrabCut, tight box and strokes, at most {GRABCUT_ACTIONS}"
    runs = AnnotatorRuns(name, [], [], [], [])
    place = -1
    for image, masks in objects():
        for truth, scored in masks:
            place += 1
            if place % every:
                continue
            start = time.process_time()
            runs.overlaps.append(grabcut_overlaps(image, truth, scored, GRABCUT_ACTIONS))
            runs.seconds.append((time.process_time() - start) / GRABCUT_ACTIONS)
            runs.places.append(place)
    return runs


def masked_objects(folder: Path, every: int) -> Objects:
    """An interactive set: index.json, masks with the object 255 and 128 not scored."""

    def objects() -> Iterator[tuple[RgbImage, list[tuple[BoolArray, BoolArray]]]]:
        for entry in json.loads((folder / "index.json").read_text())[::every]:
            mask = np.asarray(cv2.imread(str(folder / entry["mask"]), cv2.IMREAD_GRAYSCALE))
            yield read_image(folder / entry["image"]), [(mask == 255, mask != 128)]

    return objects


def coco_objects(annotations: Path, images: Path, left_out: Collection[int], every: int) -> Objects:
    """The objects of a COCO file but crowds, of images whose licence is not left out."""

    def objects() -> Iterator[tuple[RgbImage, list[tuple[BoolArray, BoolArray]]]]:
        for image, masks in labelled_objects(annotations, images, left_out, every):
            everywhere = np.ones(image.shape[:2], np.bool_)
            yield image, [(mask, everywhere) for mask in masks if mask.any()]

    return objects


def segment_objects(folder: Path, every: int) -> Objects:
    """Segments of the first annotator of a BSDS-style folder, of half a per cent to 60 %."""

    def objects() -> Iterator[tuple[RgbImage, list[tuple[BoolArray, BoolArray]]]]:
        for entry in json.loads((folder / "index.json").read_text())[::every]:
            name = str(folder / entry["labels"][0])
            labels = np.asarray(cv2.imread(name, cv2.IMREAD_UNCHANGED))
            everywhere = np.ones(labels.shape, np.bool_)
            masks = [labels == code for code in np.unique(labels)]
            yield (
                read_image(folder / entry["image"]),
                [
                    (mask, everywhere)
                    for mask in masks
                    if _LEAST_SHARE <= mask.mean() <= _MOST_SHARE
                ],
            )

    return objects
