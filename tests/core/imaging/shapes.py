"""Random masks and rings for the tests of imaging, and the pixels of pycocotools."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import pycocotools.mask as coco_mask
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.document.geometry import FloatArray
from core.document.mask import BoolArray


@st.composite
def pixel_arrays(draw: st.DrawFn, longest_side: int = 14) -> BoolArray:
    """Bool arrays of any shape, from empty to full."""
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=longest_side))
    seed = draw(st.integers(0, 2**32 - 1))
    share = draw(st.sampled_from([0.0, 0.1, 0.4, 0.5, 0.7, 0.95, 1.0]))
    return np.random.default_rng(seed).random(shape) < share


@st.composite
def rings(draw: st.DrawFn, reach: float = 40.0) -> FloatArray:
    """Rings that may cross themselves and leave the image, with 0 to 3 decimals."""
    count = draw(st.integers(3, 12))
    seed = draw(st.integers(0, 2**32 - 1))
    decimals = draw(st.integers(0, 3))
    points = np.random.default_rng(seed).uniform(-0.3 * reach, 1.3 * reach, (count, 2))
    return np.round(points, decimals)


def coco_pixels(rle: Mapping[str, object]) -> BoolArray:
    """Pixels of run lengths that are known to be right, by pycocotools."""
    with warnings.catch_warnings():
        # pycocotools does not yet know the newest NumPy's copy keyword.
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.asarray(coco_mask.decode(dict(rle)), np.bool_)
