"""COCO run lengths: column by column, zeros first, compressed to text.

Every number is checked here in NumPy before C code may see it, because
pycocotools ends the interpreter, hangs or reads foreign memory on wrong counts.
The compression is the one of the COCO API (Lin et al., "Microsoft COCO", 2014):
five bits to a character, and from the fourth count on the difference to the
count before the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import pycocotools.mask as coco_mask

from core.document.geometry import Size
from core.document.mask import BoolArray, Mask

CountArray = npt.NDArray[np.int64]

MAX_PIXELS = 2**31 - 1
"""The COCO code counts pixels in 32 bits; larger images are refused."""

_MAX_CHARACTERS_PER_COUNT = 7


class CompressedRle(TypedDict):
    """A mask as COCO files hold it; ``size`` is [height, width], ``counts`` is ASCII."""

    size: list[int]
    counts: str


def encode(mask: Mask, size: Size) -> CompressedRle:
    """Compressed run lengths of a mask on an image of this size; what lies outside is cut off.

    Raises ValueError for images beyond ``MAX_PIXELS``.
    """
    check_pixel_count(size)
    counts = counts_of_mask(mask.clipped(size), size)
    plain = {"size": [size.height, size.width], "counts": counts}
    packed = coco_mask.frPyObjects(plain, size.height, size.width)
    return CompressedRle(size=[size.height, size.width], counts=packed["counts"].decode("ascii"))


def decode(rle: Mapping[str, object], size: Size) -> Mask:
    """Mask of run lengths that were read from a file, for an image of this size.

    ``counts`` may be compressed text (str or bytes, also damaged to ``"b'…'"``)
    or a list of run lengths. Raises ValueError with a sentence that says what is
    wrong.
    """
    check_pixel_count(size)
    _check_size(rle.get("size"), size)
    counts = _read_counts(rle.get("counts"))
    _check_counts(counts, size)
    return mask_of_counts(counts, size.height)


def check_pixel_count(size: Size) -> None:
    """Raise ValueError when an image has more pixels than the COCO code can count."""
    if size.width * size.height > MAX_PIXELS:
        raise ValueError(f"an image of {size.width} × {size.height} is too large for run lengths")


def counts_of_mask(mask: Mask, size: Size) -> CountArray:
    """Run lengths over the whole image, int64, of a mask that lies inside it."""
    total = size.width * size.height
    if mask.is_empty:
        return np.array([total], np.int64)
    starts, ends = _runs_of_crop(mask.crop())
    padded_height = mask.box.height + 1
    column, row = np.divmod(np.stack([starts, ends]), padded_height)
    places = (mask.box.left + column) * size.height + mask.box.top + row
    # A run that reaches the bottom goes on at the top of the next column.
    apart = places[0, 1:] != places[1, :-1]
    first = places[0, np.concatenate([[True], apart])]
    last = places[1, np.concatenate([apart, [True]])]
    borders = np.concatenate([[0], np.stack([first, last], axis=1).ravel(), [total]])
    counts: CountArray = np.diff(borders).astype(np.int64)
    return counts[:-1] if counts[-1] == 0 else counts


def mask_of_counts(counts: CountArray, height: int) -> Mask:
    """Mask of run lengths that are known to be right (not negative, right sum)."""
    return union_of_counts([counts], height)


def union_of_counts(many: Sequence[CountArray], height: int) -> Mask:
    """Union of masks given as run lengths that are known to be right."""
    runs = [_runs_of_counts(counts) for counts in many]
    starts = np.concatenate([start for start, _ in runs]) if runs else np.zeros(0, np.int64)
    if not len(starts):
        return Mask.empty()
    ends = np.concatenate([end for _, end in runs])
    first_column, first_row = np.divmod(starts, height)
    last_column, last_row = np.divmod(ends - 1, height)
    left, right = int(first_column.min()), int(last_column.max()) + 1
    top, bottom = int(first_row.min()), int(last_row.max()) + 1
    if (first_column != last_column).any():
        top, bottom = 0, height
    places = (first_column - left) * (bottom - top) + first_row - top
    # Inside one mask runs never meet, so that one byte is enough to count them.
    steps = np.zeros((right - left) * (bottom - top) + 1, np.int8 if len(runs) == 1 else np.int32)
    np.add.at(steps, places, 1)
    np.add.at(steps, places + (ends - starts), -1)
    columns = np.cumsum(steps[:-1], dtype=steps.dtype).reshape(right - left, bottom - top)
    return Mask.from_array(columns.T > 0, left, top)


def expand_text(text: bytes) -> CountArray:
    """Run lengths of compressed text, int64; raises ValueError when it is not well formed."""
    codes = np.frombuffer(text, np.uint8).astype(np.int64) - 48
    if not len(codes):
        raise ValueError("the run lengths are empty")
    if codes.min() < 0 or codes.max() > 63:
        raise ValueError("the run lengths contain a character that COCO does not use")
    is_last = (codes & 32) == 0
    if not is_last[-1]:
        raise ValueError("the run lengths break off in the middle of a number")
    ends = np.flatnonzero(is_last)
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    if lengths.max() > _MAX_CHARACTERS_PER_COUNT:
        raise ValueError("the run lengths contain a number that is too large")
    shifts = 5 * (np.arange(len(codes)) - np.repeat(starts, lengths))
    values = np.add.reduceat((codes & 31) << shifts, starts)
    values -= np.where(codes[ends] & 16, np.left_shift(1, 5 * lengths), 0)
    # From the fourth on, a number is the difference to the one before the last.
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values.astype(np.int64, copy=False)


def _runs_of_counts(counts: CountArray) -> tuple[CountArray, CountArray]:
    """Starts and ends of the runs that are not empty, counted over the image."""
    borders = np.cumsum(counts)
    pairs = len(counts) // 2
    starts, ends = borders[0 : 2 * pairs : 2], borders[1 : 2 * pairs : 2]
    filled = ends > starts
    return starts[filled], ends[filled]


def _runs_of_crop(crop: BoolArray) -> tuple[CountArray, CountArray]:
    """Starts and ends of the runs, down the columns, a zero row added below each."""
    height, width = crop.shape
    columns = np.zeros((width, height + 1), np.int8)
    columns[:, :height] = crop.T
    steps = np.diff(columns.ravel(), prepend=np.int8(0))
    return np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)


def _check_size(declared: object, size: Size) -> None:
    if not isinstance(declared, list | tuple) or len(declared) != 2:
        raise ValueError("run lengths need a size of two numbers, height and width")
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in declared):
        raise ValueError("the size of run lengths must be two whole numbers")
    if tuple(declared) != size.shape:
        raise ValueError(
            f"the run lengths are for {declared[0]} rows and {declared[1]} columns, "
            f"the image has {size.height} and {size.width}"
        )


def _read_counts(counts: object) -> CountArray:
    if isinstance(counts, list | tuple):
        return _read_numbers(counts)
    if isinstance(counts, str):
        text = counts
        if len(text) >= 3 and text[:2] in ("b'", 'b"') and text[-1] == text[1]:
            # Python's way of showing bytes got into the file: one level of escapes to undo.
            text = text[2:-1].replace("\\\\", "\\")
        if not text.isascii():
            raise ValueError("the run lengths contain a character that COCO does not use")
        return expand_text(text.encode("ascii"))
    if isinstance(counts, bytes):
        return expand_text(counts)
    raise ValueError("the run lengths are neither text nor a list of numbers")


def _read_numbers(counts: list[object] | tuple[object, ...]) -> CountArray:
    if not counts:
        raise ValueError("the run lengths are empty")
    if not all(isinstance(count, int | float) and not isinstance(count, bool) for count in counts):
        raise ValueError("a run length is not a number")
    if any(isinstance(count, int) and abs(count) > MAX_PIXELS for count in counts):
        raise ValueError("a run length is larger than any image")
    numbers = np.array(counts, np.float64)
    if not (np.isfinite(numbers).all() and (numbers == np.floor(numbers)).all()):
        raise ValueError("a run length is not a whole number")
    if np.abs(numbers).max() > MAX_PIXELS:
        raise ValueError("a run length is larger than any image")
    return numbers.astype(np.int64)


def _check_counts(counts: CountArray, size: Size) -> None:
    if counts.min() < 0:
        raise ValueError("a run length is negative")
    expected = size.width * size.height
    # Differences in hostile text can add up beyond any image.
    if counts.max() > expected or int(counts.sum()) != expected:
        raise ValueError(f"the run lengths do not add up to the {expected} pixels of the image")
