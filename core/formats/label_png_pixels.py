"""Label PNGs as arrays of indices, and their regions."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.document.geometry import Size
from core.document.mask import Mask
from core.errors import ReadError
from core.formats.voc_masks import palette

IndexImage = npt.NDArray[np.uint16]

MAX_8_BIT = 254
MAX_16_BIT = 65534
_MAX_PIXELS = 400_000_000
_INDEX_MODES = ("P", "L", "1", "I;16", "I;16B", "I")


@dataclass(frozen=True, slots=True, eq=False)
class IndexPicture:
    """What a label PNG holds.

    ``indices`` is uint16 (height, width), ``unknown`` counts pixels of a colour
    that no index has, ``void`` is the index of pixels that are not scored.
    """

    indices: IndexImage
    unknown: int
    void: int


def read_index_image(
    path: Path, size: Size | None, colors: Mapping[tuple[int, int, int], int]
) -> IndexPicture:
    """The index of each pixel of a label PNG, never by its palette.

    The size is compared before anything is decoded. Colour pictures need
    ``colors``. Raises ReadError.
    """
    try:
        with Image.open(path, formats=["PNG"]) as image:
            if size is not None and image.size != (size.width, size.height):
                raise ReadError(
                    f"{path.name} has {image.width} × {image.height} pixels, "
                    f"the image {size.width} × {size.height}."
                )
            if image.width * image.height > _MAX_PIXELS:
                raise ReadError(f"{path.name} is too large to be unpacked.")
            if image.mode in _INDEX_MODES:
                with_16_bit = image.mode.startswith("I")
                return IndexPicture(_indices(path, np.array(image)), 0, void_of(with_16_bit))
            if not colors:
                raise ReadError(f"{path.name} holds colours, and no file says what they mean.")
            return IndexPicture(*_by_color(np.array(image.convert("RGB")), colors), void_of(True))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise ReadError(f"{path.name} could not be read as a picture: {error}.") from error


def void_of(with_16_bit: bool) -> int:
    """The index that stands for pixels which are not scored."""
    return 65535 if with_16_bit else 255


def png_bytes(indices: IndexImage, *, with_16_bit: bool) -> bytes:
    """A palette PNG of 8 bits, or a grey one of 16."""
    if with_16_bit:
        image = Image.fromarray(indices)
    else:
        image = Image.fromarray(indices.astype(np.uint8))
        image.putpalette([value for color in palette() for value in color])
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def regions(indices: npt.NDArray[np.unsignedinteger]) -> list[tuple[int, Mask]]:
    """The pixels of every index but 0, in the order of the indices."""
    rows, columns = np.nonzero(indices)
    if not len(rows):
        return []
    values = indices[rows, columns]
    order = np.argsort(values, kind="stable")
    present, starts = np.unique(values[order], return_index=True)
    found = []
    for value, places in zip(present.tolist(), np.split(order, starts[1:]), strict=True):
        own_rows, own_columns = rows[places], columns[places]
        top, left = int(own_rows.min()), int(own_columns.min())
        crop = np.zeros(
            (int(own_rows.max()) - top + 1, int(own_columns.max()) - left + 1), np.bool_
        )
        crop[own_rows - top, own_columns - left] = True
        found.append((value, Mask.from_array(crop, left, top)))
    return found


def _indices(path: Path, pixels: npt.NDArray[np.generic]) -> IndexImage:
    values = pixels.astype(np.int64)
    if values.size and (values.min() < 0 or values.max() > 65535):
        raise ReadError(f"{path.name} has indices beyond 65535.")
    return values.astype(np.uint16)


def _by_color(
    pixels: npt.NDArray[np.uint8], colors: Mapping[tuple[int, int, int], int]
) -> tuple[IndexImage, int]:
    keys = pixels.astype(np.uint32) @ np.array([1, 256, 65536], np.uint32)
    known = {
        red + 256 * green + 65536 * blue: index for (red, green, blue), index in colors.items()
    }
    present, places = np.unique(keys, return_inverse=True)
    table = np.array([known.get(key, -1) for key in present.tolist()], np.int64)
    values = table[places].reshape(keys.shape)
    unknown = int(np.count_nonzero(values < 0))
    return np.maximum(values, 0).astype(np.uint16), unknown
