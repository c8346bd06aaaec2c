"""The region hierarchy of an image, stored so that every question is a range query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """A binary tree of regions over the pixels of an image.

    ``leaf_labels`` is int32 of shape (height, width): the leaf of each pixel at
    the hierarchy's scale. ``parents`` is int32 of length 2n − 1 for n leaves:
    every parent's index is above its children's, and the root, the last, is its
    own parent. ``altitudes`` is float32 of the same length, 0 at the leaves and
    not falling towards the root, within [0, 1].
    """

    leaf_labels: npt.NDArray[np.int32]
    parents: npt.NDArray[np.int32]
    altitudes: npt.NDArray[np.float32]
