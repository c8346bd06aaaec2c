"""Reading any image file safely: upright, eight bits of RGB, or one clear sentence why not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.document.geometry import Size
from core.errors import ReadError
from core.imaging.arrays import RgbImage, SampleImage
from core.imaging.decoding import decode_bytes, read_bytes
from core.imaging.folders import IMAGE_SUFFIXES, find_images
from core.imaging.free_memory import PEAK_BYTES_PER_PIXEL, PEAK_BYTES_PER_PIXEL_OF_JPEG
from core.imaging.header import (
    DECODER_ERRORS,
    ImageHeader,
    check_pixels,
    damaged,
    header_of,
    is_tiff,
    opened,
    pixel_limit,
)
from core.imaging.tones import NEUTRAL, rgb_of_samples, turned_upright

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "IMAGE_SUFFIXES",
    "Picture",
    "content_digest",
    "find_images",
    "probe_image",
    "read_image",
    "read_picture",
    "read_preview",
    "read_reduced",
]

PREVIEW_MIN_PIXELS = 4_000_000
"""JPEGs of at least so many pixels are previewed at a quarter of their size."""

_END_OF_JPEG = b"\xff\xd9"
_TAIL_BYTES = 1 << 16
_PADDING_BYTES = 16


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture as it is shown, with the file's own values where eight bits of RGB lose some.

    ``samples`` is upright, of shape (h, w) or (h, w, n); None when ``rgb`` says it all.
    """

    rgb: RgbImage
    samples: SampleImage | None = None


def read_image(path: Path, *, max_pixels: int | None = None) -> RgbImage:
    """The picture as people see it: uint8 of shape (height, width, 3), RGB, C-contiguous.

    EXIF orientation is applied. 16-bit, integer and float values are stretched
    between percentiles, transparency lies over neutral grey (unless all is
    transparent), of several frames or pages the first is taken. Raises
    ReadError, naming the file, when it is missing, no image, damaged or cut
    off, or larger than ``max_pixels`` (None: ``pixel_limit()``).
    """
    return read_picture(path, max_pixels=max_pixels).rgb


def read_picture(path: Path, *, max_pixels: int | None = None) -> Picture:
    """What ``read_image`` gives, and the values of 16-bit, float and many-channelled files."""
    pixels = _read_pixels(path, pixel_limit() if max_pixels is None else max_pixels)
    if pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3:
        return Picture(pixels.astype(np.uint8, copy=False))
    is_deeper = pixels.dtype not in (np.uint8, np.bool_)
    has_more = pixels.ndim == 3 and pixels.shape[2] > 4
    return Picture(rgb_of_samples(pixels), pixels if is_deeper or has_more else None)


def _read_pixels(path: Path, max_pixels: int) -> SampleImage:
    """Upright RGB of eight bits, or samples that are yet to be brought to it."""
    try:
        with opened(path) as image:
            header = header_of(path, image)
            peak = PEAK_BYTES_PER_PIXEL
            if header.is_plain_jpeg:
                peak = PEAK_BYTES_PER_PIXEL_OF_JPEG
            check_pixels(path, header.stored, max_pixels, peak)
            pixels = _decode(path, image, header)
    except ReadError:
        if not _may_be_scientific_tiff(path):
            raise
        from core.imaging.tiff import read_tiff

        return read_tiff(path, max_pixels)
    return turned_upright(pixels, header.orientation)


def probe_image(path: Path) -> Size:
    """Upright size of an image, from its header alone; raises ReadError."""
    try:
        with opened(path) as image:
            return header_of(path, image).upright
    except ReadError:
        if not _may_be_scientific_tiff(path):
            raise
        from core.imaging.tiff import probe_tiff

        return probe_tiff(path)


def read_preview(path: Path) -> tuple[RgbImage, Size]:
    """A first picture as soon as possible, and the upright size of the full one.

    Large JPEGs are decoded at a quarter of their width and height (rounded
    up), everything else in full. Raises ReadError as ``read_image`` does,
    except that a large JPEG that is cut off may still give a picture.
    """
    small = read_reduced(path)
    if small is not None:
        return small
    pixels = read_image(path)
    return pixels, Size(pixels.shape[1], pixels.shape[0])


def content_digest(path: Path) -> str:
    """Hex blake2b-128 of the file's bytes; raises ReadError when it cannot be read."""
    digest = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise ReadError(f"{path} cannot be read ({error.strerror or error}).") from error
    return digest.hexdigest()


def _decode(path: Path, image: Image, header: ImageHeader) -> SampleImage:
    """Pixels as they are stored, not yet turned upright: RGB of eight bits, or deeper samples."""
    try:
        if header.is_plain_jpeg:
            rgb = _decode_jpeg(path)
            if rgb is not None and rgb.shape[:2] == header.stored.shape:
                return rgb
            if _ends_in_zeros(path):
                raise ValueError("it ends in zeros instead of pixels")
        image.load()
        if header.format == "PNG" and ";16" in header.raw_mode:
            return _decode_deep_png(path, image)
        if header.format == "TIFF" and ";16" in header.raw_mode:
            raise NotImplementedError("16-bit colour")
        if image.mode in ("I", "F") or image.mode.startswith("I;"):
            return np.asarray(image)
        return rgb_of_pillow(image)
    except DECODER_ERRORS as error:
        raise damaged(path, error) from error


def _decode_jpeg(path: Path) -> RgbImage | None:
    """Fast decoding of a JPEG that has its end; None leaves it to the strict decoder."""
    data = read_bytes(path)
    if not data[-_TAIL_BYTES:].tobytes().rstrip(b"\0").endswith(_END_OF_JPEG):
        return None
    rgb = decode_bytes(data, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    return None if rgb is None else np.asarray(rgb, np.uint8)


def _ends_in_zeros(path: Path) -> bool:
    """Whether a JPEG without its end was padded, as a download or copy that broke off is.

    Decoders take zeros for flat grey and see nothing wrong.
    """
    tail = read_bytes(path)[-_TAIL_BYTES:].tobytes()
    content = tail.rstrip(b"\0")
    return len(tail) - len(content) >= _PADDING_BYTES and not content.endswith(_END_OF_JPEG)


def _decode_deep_png(path: Path, image: Image) -> SampleImage:
    """16-bit PNG in all its depth, which Pillow cuts to eight bits."""
    deep = decode_bytes(read_bytes(path), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.ndim != 3 or deep.shape[2] < 3:
        return rgb_of_pillow(image)
    order = [2, 1, 0, 3][: deep.shape[2]]
    return deep[:, :, order]


def rgb_of_pillow(image: Image) -> RgbImage:
    """RGB of a decoded Pillow image of any mode, as it is stored."""
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return rgb_of_samples(np.asarray(image))
    if image.mode == "LAB":
        image = _lab_to_rgb(image)
    if image.has_transparency_data:
        return _over_neutral(image.convert("RGBA"))
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _over_neutral(image: Image) -> RgbImage:
    from PIL import Image as Pillow

    if image.getchannel("A").getextrema() == (0, 0):
        # Nothing would be left to see: an unused alpha channel, as some BMP writers leave it.
        return np.array(image.convert("RGB"))
    ground = Pillow.new("RGB", image.size, (NEUTRAL, NEUTRAL, NEUTRAL))
    ground.paste(image, mask=image.getchannel("A"))
    return np.array(ground)


def _lab_to_rgb(image: Image) -> Image:
    from PIL import ImageCms

    lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, lab, rgb, outputMode="RGB")
    return image if converted is None else converted


def read_reduced(path: Path) -> tuple[RgbImage, Size] | None:
    """A quarter of a large JPEG and its full upright size; None for everything else.

    In width and height, rounded up. Never raises ReadError.
    """
    try:
        with opened(path) as image:
            header = header_of(path, image)
    except ReadError:
        return None
    count = header.stored.width * header.stored.height
    if not (header.is_plain_jpeg and PREVIEW_MIN_PIXELS <= count <= pixel_limit()):
        return None
    flags = cv2.IMREAD_REDUCED_COLOR_4 | cv2.IMREAD_IGNORE_ORIENTATION
    small = decode_bytes(read_bytes(path), flags)
    if small is None:
        return None
    rgb = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8)
    return turned_upright(rgb, header.orientation), header.upright


def _may_be_scientific_tiff(path: Path) -> bool:
    try:
        return path.is_file() and is_tiff(path)
    except (OSError, ValueError):
        return False
