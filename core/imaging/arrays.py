"""Names for the pixel arrays that travel between modules."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RgbImage = npt.NDArray[np.uint8]
"""uint8 of shape (height, width, 3): red, green, blue; upright, C-contiguous."""

BgraImage = npt.NDArray[np.uint8]
"""uint8 of shape (height, width, 4): blue, green, red, 255; what a Qt RGB32 image holds."""

SampleImage = npt.NDArray[np.generic]
"""(height, width) or (height, width, channels), any numeric type: the file's values, upright."""
