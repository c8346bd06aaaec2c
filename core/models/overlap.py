"""How much candidates of one image cover of each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.document.annotation import Geometry, bounds_of_geometry
from core.document.geometry import Keypoints
from core.document.mask import Mask

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Extent:
    """Bounds of shapes: ``corners`` (n, 4) as x0, y0, x1, y1, and ``areas`` (n,)."""

    corners: FloatArray
    areas: FloatArray

    @classmethod
    def of(cls, shapes: Sequence[Geometry]) -> Extent:
        """Bounds of these shapes, in their order."""
        boxes = map(bounds_of_geometry, shapes)
        corners = np.array([(box.x, box.y, box.right, box.bottom) for box in boxes], np.float64)
        corners = corners.reshape(-1, 4)
        return cls(corners, (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1]))

    def shared(self, one: int, others: IndexArray) -> FloatArray:
        """Areas that the bounds of one shape share with those of others."""
        return self.shared_with(self.corners[one], others)

    def shared_with(self, corners: FloatArray, others: IndexArray) -> FloatArray:
        """Areas that a box, given by its corners, shares with the bounds of some shapes."""
        theirs = self.corners[others]
        low = np.maximum(theirs[:, :2], corners[:2])
        high = np.minimum(theirs[:, 2:], corners[2:])
        sides = np.maximum(high - low, 0)
        return np.asarray(sides[:, 0] * sides[:, 1], np.float64)


def touching_pairs(extent: Extent) -> Iterator[tuple[int, IndexArray]]:
    """For every shape, the later ones whose bounds share some area with its own."""
    order = np.argsort(extent.corners[:, 0], kind="stable")
    lefts = extent.corners[order, 0]
    for place, index in enumerate(order.tolist()):
        end = int(np.searchsorted(lefts, extent.corners[index, 2], side="left"))
        others = order[place + 1 : end]
        touching = others[extent.shared(index, others) > 0]
        if len(touching):
            yield index, touching


def same_kind(first: Geometry, second: Geometry) -> bool:
    """Whether two shapes can stand for each other; keypoints only for keypoints."""
    return isinstance(first, Keypoints) == isinstance(second, Keypoints)


def overlap(first: Geometry, second: Geometry) -> tuple[float, float]:
    """IoU, and the share of the smaller one that lies in the other, both in [0, 1].

    Of pixels where both have them, otherwise of bounds.
    """
    if isinstance(first, Mask) and isinstance(second, Mask):
        shared, areas = float(first.intersected(second).area), (first.area, second.area)
        return _shares(shared, float(areas[0]), float(areas[1]))
    extent = Extent.of((first, second))
    shared = float(extent.shared(0, np.array([1]))[0])
    return _shares(shared, float(extent.areas[0]), float(extent.areas[1]))


def _shares(shared: float, first: float, second: float) -> tuple[float, float]:
    smaller = min(first, second)
    if smaller <= 0:
        return 0.0, 0.0
    return shared / (first + second - shared), shared / smaller
