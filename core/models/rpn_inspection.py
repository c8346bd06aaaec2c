"""What a region proposal network thinks on the way to its proposals. No torch.

A run with the parameter ``inspect`` gives, instead of proposals, one record of every
kind of ``Stage`` for every level of the feature pyramid. They travel as proposals
whose label names the stage and the level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from core.document.annotation import bounds_of_geometry
from core.models.proposal import Proposal, ProposalSet

INSPECT = "inspect"
COUNTS = (10, 30, 100, 300, 1000)
COCO_IOUS = tuple(np.arange(0.5, 0.96, 0.05).round(2).tolist())

Boxes = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float64]


class Stage(Enum):
    """A step of the network."""

    OBJECTNESS = "objectness"
    """A soft mask over the image: the best of the anchors at every place."""
    ANCHOR = "anchor"
    """The anchors of the best candidates of a level, before they are moved."""
    BEFORE = "before"
    """The same candidates once moved, before suppression, in the order of the anchors."""
    AFTER = "after"
    """What suppression leaves of them."""


@dataclass(frozen=True, slots=True, eq=False)
class RpnLevel:
    """One level of the feature pyramid; boxes are (n, 4) as x0, y0, x1, y1 in the image.

    ``objectness`` (h, w) in [0, 1] covers the whole image, one cell for each place of
    anchors. ``anchors`` and ``before`` belong together row by row.
    """

    number: int
    objectness: npt.NDArray[np.float64]
    anchors: Boxes
    before: Boxes
    before_scores: Scores
    after: Boxes
    after_scores: Scores

    def stride_px(self, width: float) -> float:
        """Distance between two places of anchors in the image, in pixels."""
        return width / float(self.objectness.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class RpnInspection:
    """All levels, the finest first."""

    levels: tuple[RpnLevel, ...]

    def boxes(self, stage: Stage, level: int | None = None) -> tuple[Boxes, Scores]:
        """Boxes of one level or of all, the highest objectness first."""
        chosen = [one for one in self.levels if level in (None, one.number)]
        parts = [_of_stage(one, stage) for one in chosen]
        if not parts:
            return np.zeros((0, 4)), np.zeros(0)
        boxes = np.concatenate([part for part, _ in parts])
        scores = np.concatenate([part for _, part in parts])
        order = np.argsort(-scores, kind="stable")
        return boxes[order], scores[order]


@dataclass(frozen=True, slots=True)
class RecallRow:
    """Share of objects that the best ``count`` boxes cover, at IoU .5, .7, and .5 to .95."""

    count: int
    at_half: float
    at_seventy: float
    average: float


def stage_label(stage: Stage, level: int) -> str:
    """The label of a record."""
    return f"{stage.value} {level}"


def read_inspection(found: ProposalSet) -> RpnInspection:
    """The levels of a run with ``inspect``; raises ValueError for any other result."""
    groups: dict[tuple[str, int], list[Proposal]] = {}
    for item in found.items:
        stage, _, level = item.label.partition(" ")
        if not level.isdigit():
            raise ValueError("this is no inspection of a region proposal network")
        groups.setdefault((stage, int(level)), []).append(item)
    numbers = sorted({level for _, level in groups})
    return RpnInspection(tuple(_level(groups, number) for number in numbers))


def recall_table(
    boxes: Boxes, objects: Boxes, counts: Sequence[int] = COUNTS
) -> tuple[RecallRow, ...]:
    """Recall of ranked boxes against the bounds of objects; empty without objects.

    An object counts as covered when any of the boxes overlaps it enough, as in the
    recall of proposals of Hosang et al. (2015).
    """
    if not len(objects):
        return ()
    overlaps = _ious(objects, boxes)
    best = np.maximum.accumulate(overlaps, axis=1) if boxes.size else np.zeros((len(objects), 1))
    rows = []
    for count in counts:
        covered = best[:, min(count, best.shape[1]) - 1]
        shares = [float((covered >= iou).mean()) for iou in COCO_IOUS]
        seventy = float((covered >= 0.7).mean())
        rows.append(RecallRow(count, shares[0], seventy, float(np.mean(shares))))
    return tuple(rows)


def _level(groups: dict[tuple[str, int], list[Proposal]], number: int) -> RpnLevel:
    def of(stage: Stage) -> list[Proposal]:
        return groups.get((stage.value, number), [])

    maps = of(Stage.OBJECTNESS)
    soft = maps[0].soft_mask if maps else None
    before, after = of(Stage.BEFORE), of(Stage.AFTER)
    return RpnLevel(
        number,
        np.zeros((1, 1)) if soft is None else soft.values.astype(np.float64) / 255,
        _corners(of(Stage.ANCHOR)),
        _corners(before),
        _scores(before),
        _corners(after),
        _scores(after),
    )


def _of_stage(level: RpnLevel, stage: Stage) -> tuple[Boxes, Scores]:
    match stage:
        case Stage.ANCHOR:
            return level.anchors, level.before_scores
        case Stage.BEFORE:
            return level.before, level.before_scores
        case Stage.AFTER:
            return level.after, level.after_scores
        case Stage.OBJECTNESS:
            return np.zeros((0, 4)), np.zeros(0)


def _corners(items: Iterable[Proposal]) -> Boxes:
    boxes = map(bounds_of_geometry, (item.geometry for item in items))
    corners = [(box.x, box.y, box.right, box.bottom) for box in boxes]
    return np.array(corners, np.float64).reshape(-1, 4)


def _scores(items: Iterable[Proposal]) -> Scores:
    return np.array([item.score for item in items], np.float64)


def _ious(first: Boxes, second: Boxes) -> npt.NDArray[np.float64]:
    """IoU (n, m) of every box with every other."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (first, second)]
    united = areas[0][:, None] + areas[1][None, :] - shared
    return np.asarray(shared / np.maximum(united, 1e-12), np.float64)
