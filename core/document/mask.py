"""A mask kept as its bounding box and packed bits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.document.geometry import Box, Size
from core.document.packed_rows import (
    BoolArray,
    ByteArray,
    column_holds_any,
    differing_rows,
    unpacked_rows,
    with_rows,
)

__all__ = ["EMPTY_BOX", "BoolArray", "ByteArray", "Mask", "PixelBox"]


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A rectangle of whole pixels: columns left … right − 1, rows top … bottom − 1."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column to the right of it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.top + self.height

    @property
    def is_empty(self) -> bool:
        """Whether it has no pixel."""
        return self.width <= 0 or self.height <= 0

    @property
    def box(self) -> Box:
        """The same rectangle in pixel-edge floats."""
        return Box(self.left, self.top, max(self.width, 0), max(self.height, 0))

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of this rectangle in an image array (rows, columns)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @classmethod
    def around(cls, box: Box) -> PixelBox:
        """Smallest rectangle of whole pixels around a box."""
        left, top = int(np.floor(box.x)), int(np.floor(box.y))
        return cls(left, top, int(np.ceil(box.right)) - left, int(np.ceil(box.bottom)) - top)

    def united(self, other: PixelBox) -> PixelBox:
        """Smallest rectangle around both; an empty one does not count."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        left, top = min(self.left, other.left), min(self.top, other.top)
        right, bottom = max(self.right, other.right), max(self.bottom, other.bottom)
        return PixelBox(left, top, right - left, bottom - top)

    def intersected(self, other: PixelBox) -> PixelBox:
        """The part that both share; empty when they are apart."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return PixelBox(left, top, max(right - left, 0), max(bottom - top, 0))

    def clipped(self, size: Size) -> PixelBox:
        """The part inside an image of this size."""
        return self.intersected(PixelBox(0, 0, size.width, size.height))


EMPTY_BOX = PixelBox(0, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A set of pixels: a tight bounding box and the bits inside it.

    ``bits`` is a read-only uint8 array: the bools of the box, row by row, eight
    to a byte (``numpy.packbits``). Equal sets of pixels are equal masks, because
    the box is always tight.
    """

    box: PixelBox
    bits: ByteArray
    _digest: bytes = field(default=b"", init=False, repr=False)

    def __post_init__(self) -> None:
        if self.bits.dtype != np.uint8 or self.bits.size != _byte_count(self.box):
            raise ValueError("the bits of a mask must fill its box")
        self.bits.flags.writeable = False

    @classmethod
    def empty(cls) -> Mask:
        """A mask without pixels."""
        return cls(EMPTY_BOX, np.zeros(0, np.uint8))

    @classmethod
    def from_array(cls, pixels: npt.NDArray[np.generic], left: int = 0, top: int = 0) -> Mask:
        """Mask of the non-zero pixels of a 2-D array whose corner lies at (left, top)."""
        if pixels.ndim != 2:
            raise ValueError(f"a mask has two dimensions, got shape {pixels.shape}")
        inside = pixels.astype(np.bool_, copy=False)
        rows = np.flatnonzero(inside.any(axis=1))
        if not len(rows):
            return cls.empty()
        inside = inside[rows[0] : rows[-1] + 1]
        columns = np.flatnonzero(inside.any(axis=0))
        inside = inside[:, columns[0] : columns[-1] + 1]
        box = PixelBox(left + int(columns[0]), top + int(rows[0]), inside.shape[1], inside.shape[0])
        return cls(box, np.packbits(inside))

    @property
    def is_empty(self) -> bool:
        """Whether it has no pixel."""
        return self.box.is_empty

    @property
    def bounds(self) -> Box:
        """Bounding box in pixel-edge floats."""
        return self.box.box

    @property
    def area(self) -> int:
        """Number of pixels."""
        return int(np.bitwise_count(self.bits).sum())

    @property
    def digest(self) -> bytes:
        """Hash of the pixels and their place (16 bytes); computed once."""
        if not self._digest:
            box = self.box
            place = np.array([box.left, box.top, box.width, box.height], dtype="<i8")
            hashed = hashlib.blake2b(place.tobytes(), digest_size=16)
            hashed.update(np.ascontiguousarray(self.bits).data)
            object.__setattr__(self, "_digest", hashed.digest())
        return self._digest

    def crop(self) -> BoolArray:
        """The pixels of the bounding box, bool of shape (height, width); a fresh array."""
        count = self.box.width * self.box.height
        flat = np.unpackbits(self.bits, count=count).view(np.bool_)
        return flat.reshape(self.box.height, self.box.width)

    def to_array(self, size: Size) -> BoolArray:
        """The whole image as bool of shape (height, width); what lies outside is cut off."""
        return self.window(PixelBox(0, 0, size.width, size.height))

    def window(self, box: PixelBox) -> BoolArray:
        """The pixels inside any rectangle, bool of shape (box.height, box.width)."""
        window = np.zeros((box.height, box.width), np.bool_)
        shared = self.box.intersected(box)
        if not shared.is_empty:
            inside = PixelBox(shared.left - box.left, shared.top - box.top, *_extent(shared))
            own = PixelBox(shared.left - self.box.left, shared.top - self.box.top, *_extent(shared))
            rows = unpacked_rows(self.bits, self.box.width, own.top, own.bottom)
            window[inside.slices] = rows[:, own.left : own.right]
        return window

    def contains(self, x: float, y: float) -> bool:
        """Whether the pixel under the point is set."""
        column, row = int(np.floor(x)) - self.box.left, int(np.floor(y)) - self.box.top
        if not (0 <= column < self.box.width and 0 <= row < self.box.height):
            return False
        place = row * self.box.width + column
        return bool(self.bits[place >> 3] >> (7 - (place & 7)) & 1)

    def moved(self, dx: int, dy: int) -> Mask:
        """The same pixels elsewhere."""
        box = PixelBox(self.box.left + dx, self.box.top + dy, self.box.width, self.box.height)
        return self if self.is_empty else Mask(box, self.bits)

    def clipped(self, size: Size) -> Mask:
        """The pixels that lie inside an image of this size."""
        inside = self.box.clipped(size)
        if inside == self.box:
            return self
        return Mask.from_array(self.window(inside), inside.left, inside.top)

    def united(self, other: Mask) -> Mask:
        """Pixels of either."""
        box = self.box.united(other.box)
        if box == self.box and not other.is_empty:
            return self._with_part(other.box, self.window(other.box) | other.crop())
        return Mask.from_array(self.window(box) | other.window(box), box.left, box.top)

    def intersected(self, other: Mask) -> Mask:
        """Pixels of both."""
        box = self.box.intersected(other.box)
        return Mask.from_array(self.window(box) & other.window(box), box.left, box.top)

    def without(self, other: Mask) -> Mask:
        """Pixels of this one that the other lacks."""
        shared = self.box.intersected(other.box)
        if shared.is_empty:
            return self
        return self._with_part(shared, self.window(shared) & ~other.window(shared))

    def toggled(self, other: Mask) -> Mask:
        """Pixels of exactly one of the two."""
        box = self.box.united(other.box)
        if box == self.box and not other.is_empty:
            return self._with_part(other.box, self.window(other.box) ^ other.crop())
        return Mask.from_array(self.window(box) ^ other.window(box), box.left, box.top)

    def difference(self, other: Mask) -> Mask:
        """The same as ``toggled``, fast for two masks that agree almost everywhere."""
        if self.box != other.box or self.is_empty:
            return self.toggled(other)
        width = self.box.width
        rows = differing_rows(self.bits, other.bits, width, self.box.height)
        if rows is None:
            return Mask.empty()
        pixels = unpacked_rows(self.bits, width, *rows) ^ unpacked_rows(other.bits, width, *rows)
        return Mask.from_array(pixels, self.box.left, self.box.top + rows[0])

    def _with_part(self, part: PixelBox, pixels: BoolArray) -> Mask:
        """The same mask with other pixels in a rectangle inside of its box.

        What it costs follows the rows of that rectangle, not the size of the mask.
        """
        box = self.box
        left, top = part.left - box.left, part.top - box.top
        rows = unpacked_rows(self.bits, box.width, top, top + part.height)
        rows[:, left : left + part.width] = pixels
        changed = Mask(box, with_rows(self.bits, box.width, top, rows))
        if changed._is_tight_beside(part):
            return changed
        return Mask.from_array(changed.crop(), box.left, box.top)

    def _is_tight_beside(self, part: PixelBox) -> bool:
        """Whether those sides of the box still hold a pixel that a rectangle inside touches."""
        box, bits = self.box, self.bits
        width, height = box.width, box.height
        return not (
            (part.top == box.top and not unpacked_rows(bits, width, 0, 1).any())
            or (
                part.bottom == box.bottom
                and not unpacked_rows(bits, width, height - 1, height).any()
            )
            or (part.left == box.left and not column_holds_any(bits, width, height, 0))
            or (part.right == box.right and not column_holds_any(bits, width, height, width - 1))
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask):
            return NotImplemented
        return self.box == other.box and np.array_equal(self.bits, other.bits)

    def __hash__(self) -> int:
        return hash((self.box, self.bits.tobytes()))


def _byte_count(box: PixelBox) -> int:
    return (max(box.width, 0) * max(box.height, 0) + 7) // 8


def _extent(box: PixelBox) -> tuple[int, int]:
    return box.width, box.height
