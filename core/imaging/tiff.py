"""TIFF beyond eight bits: 16-bit colour, float, many channels, planes apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import Size
from core.errors import ReadError
from core.imaging.decoding import decode_bytes, read_bytes
from core.imaging.header import DECODER_ERRORS, check_pixels, damaged
from core.imaging.tones import turned_upright

_MAX_BYTES_PER_PIXEL = 8


def read_tiff(path: Path, max_pixels: int) -> npt.NDArray[np.generic]:
    """The values of the first page, upright, of shape (h, w) or (h, w, n); raises ReadError."""
    with _first_page(path) as page:
        size = Size(int(page.imagewidth), int(page.imagelength))
        check_pixels(path, size, max_pixels)
        if int(page.nbytes) > _MAX_BYTES_PER_PIXEL * max_pixels:
            raise ReadError(
                f"{path} has too many channels for its size to be read at once.",
                "Save the channels that you need as a file of their own.",
            )
        return turned_upright(_samples(path, page, size), _orientation(page))


def probe_tiff(path: Path) -> Size:
    """Upright size of the first page; raises ReadError."""
    with _first_page(path) as page:
        width, height = int(page.imagewidth), int(page.imagelength)
        return Size(height, width) if _orientation(page) in (5, 6, 7, 8) else Size(width, height)


# The library carries no types for a page.
@contextmanager
def _first_page(path: Path) -> Iterator[Any]:
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            yield file.pages.first
    except ReadError:
        raise
    except (*DECODER_ERRORS, tifffile.TiffFileError) as error:
        raise damaged(path, error) from error


def _samples(path: Path, page: Any, size: Size) -> npt.NDArray[np.generic]:
    """Array (h, w) or (h, w, n); where a codec is missing, OpenCV's libtiff decodes."""
    try:
        samples = np.asarray(page.asarray())
    except DECODER_ERRORS:
        decoded = decode_bytes(read_bytes(path), cv2.IMREAD_UNCHANGED)
        if decoded is None:
            raise
        samples = decoded
        if samples.ndim == 3 and samples.shape[2] >= 3:
            samples = samples[:, :, [2, 1, 0, *range(3, samples.shape[2])]]
    if samples.ndim > 2 and samples.shape[:2] != size.shape and samples.shape[-2:] == size.shape:
        samples = np.moveaxis(samples.reshape(-1, *size.shape), 0, -1)
    if samples.shape[:2] != size.shape or samples.ndim > 3:
        raise ValueError(f"pixels of shape {samples.shape}")
    return samples


def _orientation(page: Any) -> int:
    tag = page.tags.get(274)
    return int(tag.value) if tag is not None and isinstance(tag.value, int) else 1
