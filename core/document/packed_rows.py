"""Single rows and columns of packed bits, without unpacking the rest.

The bits are those of a rectangle of pixels, row by row, eight to a byte, as
``numpy.packbits`` gives them: a row need not begin at a byte.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ByteArray = npt.NDArray[np.uint8]
BoolArray = npt.NDArray[np.bool_]


def unpacked_rows(bits: ByteArray, width: int, first: int, end: int) -> BoolArray:
    """Rows first … end − 1, bool of shape (end − first, width); a fresh array."""
    start, stop = first * width, end * width
    skip = start & 7
    flat = np.unpackbits(bits[start >> 3 : (stop + 7) >> 3])[skip : skip + stop - start]
    return flat.view(np.bool_).reshape(end - first, width)


def with_rows(bits: ByteArray, width: int, first: int, rows: BoolArray) -> ByteArray:
    """A copy of the bits in which the rows from ``first`` on are these."""
    start, stop = first * width, first * width + rows.size
    low, high = start >> 3, (stop + 7) >> 3
    flat = np.unpackbits(bits[low:high])
    flat[start - 8 * low : stop - 8 * low] = rows.reshape(-1)
    result = bits.copy()
    result[low:high] = np.packbits(flat)
    return result


def column_holds_any(bits: ByteArray, width: int, height: int, column: int) -> bool:
    """Whether a column has a pixel that is set."""
    places = np.arange(height, dtype=np.int64) * width + column
    return bool((bits[places >> 3] >> (7 - (places & 7)).astype(np.uint8) & 1).any())


def differing_rows(
    one: ByteArray, other: ByteArray, width: int, height: int
) -> tuple[int, int] | None:
    """The rows first … end − 1 outside of which two sets of bits agree; None when they are equal.

    Not always the fewest rows: where a byte holds the end of one and the start of the next.
    """
    places = np.flatnonzero(one != other)
    if not len(places):
        return None
    first, last = int(places[0]) * 8 // width, (int(places[-1]) * 8 + 7) // width
    return (first, min(last + 1, height)) if first < height else None
