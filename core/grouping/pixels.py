"""From arrays of any type and number of channels to the RGB pixels that are grouped."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.color import FloatImage, RgbImage
from core.imaging.tones import stretch

AnyImage = npt.NDArray[np.generic]
"""Numbers of shape (height, width) or (height, width, channels)."""

_SAMPLES = 1 << 18
_BLOCK_VALUES = 1 << 20


def as_rgb(image: AnyImage) -> RgbImage:
    """The image as uint8 (height, width, 3), as near to how it differs inside as bytes allow.

    Bytes stay as they are. Booleans, other integers and floats are stretched from
    the 0.1 to the 99.9 percentile to 0 … 255; what is not finite counts as 0.
    One channel is grey and three are RGB, stretched alike. Of any other number
    each channel is a band of its own, stretched by itself; bands of one value
    (such as full opacity) are left out, and of those that remain, unless they
    are one or three, the principal components are shown as L, a and b of CIELAB,
    so that distances between bands become distances of colour. Raises ValueError
    for arrays without pixels, with another number of dimensions or not of numbers.
    """
    if image.dtype.kind not in "buif" or image.ndim not in (2, 3) or image.size == 0:
        raise ValueError(
            "grouping needs numbers of shape (height, width) or (height, width, channels), "
            f"got {image.dtype} of shape {image.shape}"
        )
    bands = image[..., None] if image.ndim == 2 else image
    if bands.shape[2] in (1, 3):
        bytes_ = np.asarray(bands, np.uint8) if bands.dtype == np.uint8 else stretch(bands)
    else:
        bytes_ = _differing_bands(bands)
    if bytes_.shape[2] == 1:
        bytes_ = np.repeat(bytes_, 3, axis=2)
    elif bytes_.shape[2] != 3:
        bytes_ = _principal_colors(bytes_)
    return np.ascontiguousarray(bytes_, np.uint8)


def _differing_bands(bands: AnyImage) -> npt.NDArray[np.uint8]:
    """Each band in bytes, without those of one value; at least one band."""
    planes = [bands[:, :, band] for band in range(bands.shape[2])]
    if bands.dtype != np.uint8:
        planes = [stretch(plane) for plane in planes]
    differing = [plane for plane in planes if plane.min() != plane.max()]
    return np.stack(differing or planes[:1], axis=2).astype(np.uint8, copy=False)


def _principal_colors(bands: npt.NDArray[np.uint8]) -> RgbImage:
    """The first three principal components as L, a, b with one gain, in RGB bytes."""
    height, width, count = bands.shape
    flat = bands.reshape(-1, count)
    sample = flat[:: max(1, len(flat) // _SAMPLES)].astype(np.float64)
    mean = sample.mean(axis=0)
    _, axes = np.linalg.eigh(np.atleast_2d((sample - mean).T @ (sample - mean)))
    axes = axes[:, ::-1][:, :3]
    # An axis has no sign of its own: the heaviest band counts upwards.
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    first = (sample - mean) @ axes[:, 0]
    low, high = (float(edge) for edge in np.percentile(first, (0.1, 99.9)))
    gain = 90.0 / max(high - low, 1.0)
    offset = np.array([5.0 - gain * low, 0.0, 0.0])[: axes.shape[1]]
    result = np.empty((height * width, 3), np.uint8)
    step = max(1, _BLOCK_VALUES // count)
    for start in range(0, len(flat), step):
        lab: FloatImage = np.zeros((len(flat[start : start + step]), 3), np.float32)
        lab[:, : axes.shape[1]] = (flat[start : start + step] - mean) @ axes * gain + offset
        rgb = np.asarray(cv2.cvtColor(lab[None], cv2.COLOR_LAB2RGB))[0]
        result[start : start + step] = np.rint(rgb.clip(0, 1) * 255)
    return result.reshape(height, width, 3)
