"""The label PNGs of Pascal VOC: one index per pixel, 0 background, 255 void."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.document.geometry import Size
from core.errors import ReadError

IndexArray = npt.NDArray[np.uint8]

BACKGROUND = 0
VOID = 255
MAX_INDEX = 254

CLASSES = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa"),
    *("train", "tvmonitor"),
)
"""The classes of VOC 2007 to 2012 in the order of their indices, from 1."""


def palette() -> list[tuple[int, int, int]]:
    """The 256 colours of the VOC devkit: the bits of the index, spread over the channels."""
    colors = []
    for index in range(256):
        channels = [0, 0, 0]
        for bit in range(8):
            for channel in range(3):
                channels[channel] |= ((index >> (3 * bit + channel)) & 1) << (7 - bit)
        colors.append((channels[0], channels[1], channels[2]))
    return colors


def png_of_indices(indices: IndexArray) -> bytes:
    """A palette PNG of an array (height, width), uint8."""
    image = Image.fromarray(indices)
    image.putpalette([value for color in palette() for value in color])
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=False)
    return buffer.getvalue()


def read_indices(path: Path, size: Size | None) -> IndexArray:
    """The index of each pixel, uint8 (height, width), never by colour.

    Raises ReadError when it is no picture of indices, or not of this size.
    """
    try:
        with Image.open(path) as image:
            if size is not None and image.size != (size.width, size.height):
                raise ReadError(
                    f"{path} has {image.width} × {image.height} pixels, "
                    f"the image {size.width} × {size.height}."
                )
            if image.mode not in ("P", "L", "1"):
                raise ReadError(f"{path} holds colours instead of indices.")
            return np.array(image, dtype=np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ReadError(f"{path} could not be read as a picture: {error}.") from error


def read_class_names(folder: Path) -> dict[int, str] | None:
    """Class names by index from labelmap.txt or class_names.txt; None when there is neither."""
    labelmap, names = folder / "labelmap.txt", folder / "class_names.txt"
    try:
        if labelmap.is_file():
            return _from_labelmap(labelmap.read_text("utf-8", "replace"))
        if names.is_file():
            lines = names.read_text("utf-8", "replace").splitlines()
            return {index: line.strip() for index, line in enumerate(lines) if line.strip()}
    except OSError:
        return None
    return None


def labelmap_text(names: dict[int, str]) -> str:
    """The file that tells which index and colour each class has, as CVAT writes it."""
    colors = palette()
    lines = ["# label:color_rgb:parts:actions", "background:0,0,0::"]
    for index, name in sorted(names.items()):
        red, green, blue = colors[index]
        lines.append(f"{name}:{red},{green},{blue}::")
    return "\n".join(lines) + "\n"


def _from_labelmap(text: str) -> dict[int, str]:
    indices = {color: index for index, color in enumerate(palette())}
    names: dict[int, str] = {}
    for line in text.splitlines():
        fields = line.rsplit(":", 3)
        if line.startswith("#") or len(fields) != 4:
            continue
        try:
            red, green, blue = map(int, fields[1].split(","))
        except ValueError:
            continue
        index = indices.get((red, green, blue))
        if index is not None:
            names[index] = fields[0]
    return names
