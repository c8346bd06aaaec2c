"""What an image file says of itself before any pixel is decoded."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from core.document.geometry import Size
from core.errors import ReadError
from core.imaging.free_memory import PEAK_BYTES_PER_PIXEL, free_memory_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 400_000_000
"""Images of more pixels are refused unless someone raises the limit."""

_LARGE_PIXELS = 50_000_000
"""Smaller pictures fit wherever the program runs."""

LIMIT_VARIABLE = "MASKWRIGHT_MAX_MEGAPIXELS"
"""Environment variable with another limit; the window's setting and the models' process use it."""

# Only decoders that stay in memory: others start programs (EPS) or are no pictures.
# The common ones first, because Pillow imports all its plug-ins for the first rare one.
_FORMATS = (
    *("JPEG", "PNG", "BMP", "GIF", "PPM", "DIB", "TIFF", "WEBP", "JPEG2000", "AVIF"),
    *("TGA", "ICO", "PCX", "SGI", "DDS", "QOI"),
)

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# What decoders raise on files that are damaged or made to harm.
DECODER_ERRORS = (
    *(OSError, ValueError, SyntaxError, EOFError, TypeError, LookupError, ArithmeticError),
    *(struct.error, NotImplementedError, MemoryError, AttributeError, RuntimeError),
)


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Kind and extent of a stored picture.

    ``stored`` is the size as it lies in the file, ``orientation`` the EXIF
    number (1 when there is none or nothing remains to be turned), ``raw_mode``
    how a decoder unpacks it (it tells 16-bit colour from 8-bit).
    """

    format: str
    mode: str
    stored: Size
    orientation: int
    raw_mode: str

    @property
    def upright(self) -> Size:
        """Size of the picture as it is shown."""
        if self.orientation in (5, 6, 7, 8):
            return Size(self.stored.height, self.stored.width)
        return self.stored

    @property
    def is_plain_jpeg(self) -> bool:
        """Whether any JPEG decoder reads its colours in the same way."""
        return self.format in ("JPEG", "MPO") and self.mode in ("RGB", "L")


def pixel_limit() -> int:
    """Pixels of the largest image that is read, from the environment or ``MAX_PIXELS``."""
    text = os.environ.get(LIMIT_VARIABLE, "")
    return int(text) * 1_000_000 if text.isdecimal() and int(text) > 0 else MAX_PIXELS


@contextmanager
def opened(path: Path) -> Iterator[Image]:
    """The file as a Pillow image whose pixels are not yet decoded.

    Raises ReadError when it is missing, not a file, empty, or no image.
    """
    from PIL import Image, UnidentifiedImageError

    # Pillow's own limit is lower than ours; ours is checked on the header.
    Image.MAX_IMAGE_PIXELS = pixel_limit()
    check_file(path)
    try:
        image = Image.open(path, formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(path, "", pixel_limit()) from error
    except UnidentifiedImageError as error:
        raise not_an_image(path) from error
    except DECODER_ERRORS as error:
        raise damaged(path, error) from error
    with image:
        yield image


def header_of(path: Path, image: Image) -> ImageHeader:
    """The header of an opened image; raises ReadError when it names no size."""
    try:
        stored = Size(*image.size)
        orientation = _orientation(image)
        raw_mode = _raw_mode(image)
    except DECODER_ERRORS as error:
        raise damaged(path, error) from error
    return ImageHeader(image.format or "", image.mode, stored, orientation, raw_mode)


def check_pixels(
    path: Path, size: Size, max_pixels: int, peak_bytes: int = PEAK_BYTES_PER_PIXEL
) -> None:
    """Raise ReadError when an image is larger than allowed, or than the memory that is free.

    ``peak_bytes`` are those of a pixel while the image is opened.
    """
    count = size.width * size.height
    if count > max_pixels:
        raise _too_large(path, f" ({size.width} × {size.height})", max_pixels)
    free = free_memory_bytes() if count >= _LARGE_PIXELS else None
    needed = count * peak_bytes
    if free is not None and needed > free:
        raise ReadError(
            f"{path} ({size.width} × {size.height}) needs about {needed / 1e9:.1f} GB of memory "
            f"while it is opened, and {free / 1e9:.1f} GB are free.",
            "Close other programs, or cut the picture into tiles.",
        )


def check_file(path: Path) -> None:
    """Raise ReadError unless there is a file with something in it that may be read."""
    try:
        if path.is_dir():
            raise ReadError(f"{path} is a folder, not an image.")
        if not path.exists():
            raise ReadError(
                f"{path} does not exist.", "It may have been moved, renamed or deleted."
            )
        if not path.is_file():
            raise ReadError(f"{path} is not a file that can be read as an image.")
        if path.stat().st_size == 0:
            raise ReadError(f"{path} is empty (0 bytes).", "Copy it again from its source.")
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ReadError(f"{path} cannot be read ({reason}).") from error


def is_tiff(path: Path) -> bool:
    """Whether the file begins as a TIFF does."""
    stream: IO[bytes]
    with path.open("rb") as stream:
        return stream.read(4) in _TIFF_MAGIC


def not_an_image(path: Path) -> ReadError:
    """The error for a file of another kind."""
    return ReadError(
        f"{path} is not an image of a known format.", "Open it elsewhere and save it as PNG."
    )


def damaged(path: Path, error: BaseException) -> ReadError:
    """The error for a file whose content breaks off or makes no sense."""
    detail = str(error).strip().rstrip(".") or type(error).__name__
    return ReadError(
        f"{path} is damaged, incomplete or of an unknown variety ({detail}).",
        "Copy it again from its source.",
    )


def _too_large(path: Path, numbers: str, max_pixels: int) -> ReadError:
    return ReadError(
        f"{path}{numbers} is larger than the limit of {max_pixels / 1e6:g} megapixels.",
        f"Raise it under File, Largest picture (in a shell: {LIMIT_VARIABLE}), "
        "or cut the picture into tiles.",
    )


def _orientation(image: Image) -> int:
    """EXIF orientation that remains to be applied; Pillow itself turns TIFF upright."""
    if image.format == "TIFF":
        return 1
    from PIL import Image as Pillow

    try:
        # That of the base class: a PNG's own would decode the picture to look behind it.
        number = Pillow.Image.getexif(image).get(0x0112, 1)
    except DECODER_ERRORS:
        # A picture is worth showing even when what is written about it is damaged.
        return 1
    return number if isinstance(number, int) and 1 <= number <= 8 else 1


def _raw_mode(image: Image) -> str:
    """Name of the pixel layout in the file, such as ``RGB;16B``; empty when unknown."""
    tiles = getattr(image, "tile", ())
    if not tiles:
        return ""
    arguments = tiles[0][3] if len(tiles[0]) > 3 else ()
    first = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return first if isinstance(first, str) else ""
