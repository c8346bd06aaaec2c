"""OpenCV's decoders, with "cannot" as an answer instead of an exception."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt


def read_bytes(path: Path) -> npt.NDArray[np.uint8]:
    """The bytes of a file; raises OSError."""
    return np.fromfile(path, np.uint8)


def decode_bytes(data: npt.NDArray[np.uint8], flags: int) -> npt.NDArray[np.generic] | None:
    """Decode an image by OpenCV's flags, channels in its order; None when it cannot."""
    try:
        decoded = cv2.imdecode(data, flags)
    except cv2.error:
        return None
    return None if decoded is None else np.asarray(decoded)
