"""The run lengths of Label Studio's brush: a stream of bits, four bytes to a pixel.

The layout is that of the published "rle-pack" scheme of thi.ng: a 32-bit count of
bytes, 5 bits of word size, four sizes of 4 bits, then runs and literals.
"""

from __future__ import annotations

import numpy as np

from core.document.geometry import Size
from core.document.mask import Mask

_MAX_PIXELS = 100_000_000


class _Bits:
    """Reads numbers of a few bits from bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, count: int) -> int:
        """The next bits as a number, the highest first; raises ValueError at the end."""
        start, end = self._place, self._place + count
        if end > len(self._data) * 8:
            raise ValueError("the run lengths of the brush end too early")
        self._place = end
        chunk = int.from_bytes(self._data[start >> 3 : (end + 7) >> 3], "big")
        return chunk >> (-end % 8) & ((1 << count) - 1)


def mask_of_brush(values: object, size: Size) -> Mask:
    """The painted pixels of a brush; raises ValueError with a sentence."""
    if not isinstance(values, list) or not all(
        type(value) is int and 0 <= value <= 255 for value in values
    ):
        raise ValueError("the run lengths of the brush are not a list of bytes")
    count = size.width * size.height * 4
    if count > _MAX_PIXELS * 4:
        raise ValueError("the brush is too large to be unpacked")
    bits = _Bits(bytes(values))
    if bits.take(32) != count:
        raise ValueError("the run lengths of the brush are not those of an image of this size")
    word = bits.take(5) + 1
    sizes = [bits.take(4) + 1 for _ in range(4)]
    if word != 8:
        raise ValueError("the words of the brush are not bytes")
    channels = np.zeros(count, np.uint8)
    place = 0
    while place < count:
        is_run = bits.take(1)
        end = place + 1 + bits.take(sizes[bits.take(2)])
        if end > count:
            raise ValueError("the run lengths of the brush are longer than the image")
        if is_run:
            channels[place:end] = bits.take(word)
        else:
            channels[place:end] = [bits.take(word) for _ in range(end - place)]
        place = end
    return Mask.from_array(channels[3::4].reshape(size.shape))
