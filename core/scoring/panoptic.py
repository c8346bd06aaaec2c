"""Panoptic quality from matched objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.scoring.overlap import mean_of
from core.scoring.scores import ImageScore


@dataclass(frozen=True, slots=True)
class Quality:
    """Panoptic quality of one label, and its two factors; all None without any object.

    ``sq`` is None too when nothing matches: there is no overlap to average.
    """

    tp: int
    fp: int
    fn: int
    iou_sum: float

    @property
    def pq(self) -> float | None:
        """Segmentation times recognition quality."""
        weight = self.tp + 0.5 * self.fp + 0.5 * self.fn
        return self.iou_sum / weight if weight else None

    @property
    def sq(self) -> float | None:
        """Mean IoU of the matched."""
        return self.iou_sum / self.tp if self.tp else None

    @property
    def rq(self) -> float | None:
        """F1 of finding objects."""
        weight = self.tp + 0.5 * self.fp + 0.5 * self.fn
        return self.tp / weight if weight else None


@dataclass(frozen=True, slots=True)
class PanopticQuality:
    """Means over the labels that have an object on either side; None when none has."""

    pq: float | None
    sq: float | None
    rq: float | None
    per_label: Mapping[int, Quality]


def panoptic_quality(images: Iterable[ImageScore]) -> PanopticQuality:
    """PQ, SQ and RQ (Kirillov et al., "Panoptic Segmentation", 2019).

    The images must be scored with the usual matching: same label, IoU above a
    half, void not counted, predictions mostly in void or crowd left out. The
    mean of SQ counts a label without a match as 0, as the definition's code does.
    """
    counts: dict[int, list[float]] = {}
    for image in images:
        for pair in image.matched:
            entry = counts.setdefault(pair.label_id, [0, 0, 0, 0.0])
            if pair.is_match:
                entry[0] += 1
                entry[3] += pair.iou
            else:
                entry[1 if pair.truth_id is None else 2] += 1
    per_label = {
        label: Quality(int(tp), int(fp), int(fn), iou_sum)
        for label, (tp, fp, fn, iou_sum) in sorted(counts.items())
    }
    return PanopticQuality(
        pq=mean_of([quality.pq for quality in per_label.values()]),
        sq=mean_of([quality.sq or 0.0 for quality in per_label.values()]),
        rq=mean_of([quality.rq for quality in per_label.values()]),
        per_label=MappingProxyType(per_label),
    )
