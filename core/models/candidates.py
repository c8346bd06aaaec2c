"""All candidates of an image with what is known of them; every slider then only filters.

What takes time (which candidates overlap) is found once, off the GUI thread. Moving a
slider over 1,000 candidates takes a few milliseconds and runs no model.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.document.annotation import Geometry, bounds_of_geometry
from core.document.geometry import Size
from core.document.mask import Mask
from core.models.overlap import Extent, overlap, same_kind
from core.models.pasting import StretchedMask
from core.models.pooling import Overlaps, Pooled, PoolSettings, find_overlaps, pool
from core.models.proposal import Proposal, SoftMask

USUAL_THRESHOLD = 0.5
ANY_SIZE_PX = float("inf")
OTHER_CLASS_IOU = 0.8
STRETCHED_BYTES = 128 * 2**20


@dataclass(frozen=True, slots=True)
class CandidateFilter:
    """Which candidates are shown, and how their soft masks are cut.

    ``score`` is the lowest one shown. ``overlap`` is how much IoU two shown candidates
    may have (of different classes 0.8 at least; 1 hides nothing). ``mask_threshold``
    is the probability from which a pixel belongs to an object. Sizes are the side of
    a square of the same area, in pixels.
    """

    score: float = 0.5
    overlap: float = 0.5
    mask_threshold: float = USUAL_THRESHOLD
    smallest_px: float = 0.0
    largest_px: float = ANY_SIZE_PX

    @property
    def pool_settings(self) -> PoolSettings:
        """The part that concerns scores and overlaps."""
        return PoolSettings(self.score, self.overlap, max(self.overlap, OTHER_CLASS_IOU))


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Candidates in a fixed order; a *place* is a number in it."""

    items: tuple[Proposal, ...]
    overlaps: Overlaps
    extent: Extent
    sides_px: npt.NDArray[np.float64]

    @classmethod
    def of(cls, items: Sequence[Proposal]) -> Candidates:
        """Compare all candidates with each other; 0.3 s for 1,000 masks."""
        shapes = [item.geometry for item in items]
        sides = np.sqrt([_area(shape) for shape in shapes]) if shapes else np.zeros(0)
        return cls(tuple(items), find_overlaps(items), Extent.of(shapes), np.asarray(sides))

    def shown(self, wanted: CandidateFilter, hidden: Collection[int] = ()) -> tuple[Pooled, ...]:
        """What a filter leaves, best first, each object once; ``hidden`` places are left out.

        Candidates without an area are never shown: there is nothing to accept.
        """
        fits = (self.sides_px >= wanted.smallest_px) & (self.sides_px <= wanted.largest_px)
        wrong = np.flatnonzero(~(fits & (self.sides_px > 0)))
        left_out = frozenset(hidden).union(wrong.tolist())
        return pool(self.items, self.overlaps, wanted.pool_settings, left_out)

    def places_like(self, shape: Geometry, lowest_iou: float) -> dict[int, float]:
        """Places of the candidates that show the same as a shape, with their IoU."""
        corners = Extent.of((shape,)).corners[0]
        touching = np.flatnonzero(self.extent.shared_with(corners, np.arange(len(self.items))) > 0)
        found: dict[int, float] = {}
        for place in touching.tolist():
            candidate = self.items[place].geometry
            if same_kind(candidate, shape):
                iou, _ = overlap(candidate, shape)
                if iou >= lowest_iou:
                    found[place] = iou
        return found


class ShapesAtThreshold:
    """The shapes of candidates with their soft masks cut at any threshold.

    Stretched masks are kept up to ``budget_bytes``; the others are stretched anew each
    time.
    """

    def __init__(self, size: Size, budget_bytes: int = STRETCHED_BYTES) -> None:
        self._size = size
        self._left_bytes = budget_bytes
        self._kept: dict[int, StretchedMask] = {}

    def prepare(self, place: int, item: Proposal) -> None:
        """Stretch the mask of a candidate ahead of being asked for."""
        if item.soft_mask is not None and self._left_bytes > 0:
            self._stretched(place, item.soft_mask)

    def shape(self, place: int, item: Proposal, threshold: float) -> Geometry:
        """The shape at a threshold; without a soft mask, or where none is left, its own."""
        if item.soft_mask is None or threshold == USUAL_THRESHOLD:
            return item.geometry
        mask = self._stretched(place, item.soft_mask).at(threshold)
        return item.geometry if mask.is_empty else mask

    def _stretched(self, place: int, soft: SoftMask) -> StretchedMask:
        found = self._kept.get(place)
        if found is None:
            found = StretchedMask.of(soft, self._size)
            if found.values.nbytes <= self._left_bytes:
                self._left_bytes -= found.values.nbytes
                self._kept[place] = found
        return found


def _area(shape: Geometry) -> float:
    return float(shape.area) if isinstance(shape, Mask) else bounds_of_geometry(shape).area
