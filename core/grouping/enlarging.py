"""Labels from a small scale to a larger one: repeated, then borders moved by colour.

Only border pixels between two regions move, to the one whose mean colour is
nearer. A pixel moves only where its own region stays connected without it
(simple points of digital topology), and never where three regions meet: so
regions stay 4-connected, none vanishes, and neighbours stay neighbours, which
keeps every node of a hierarchy over them connected too.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from core.grouping.color import FloatImage, RgbImage, resized, to_lab
from core.grouping.hierarchy import IntArray

MOVES_PER_OCTAVE = 2
REACH_PX = 4 * MOVES_PER_OCTAVE + 1
"""How far from a pixel its surroundings can decide about it within one octave."""

_RING = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
_SIDES = (1, 3, 5, 7)


def enlarge(
    labels: IntArray,
    image: RgbImage,
    shapes: list[tuple[int, int]],
    step_done: Callable[[float], None],
) -> IntArray:
    """Labels at the last of ``shapes``, octave by octave from the shape they have.

    ``image`` is the RGB image at any scale at or above the last shape.
    ``step_done`` is called with the fraction done and may raise to stop.
    """
    if len(shapes) < 2:
        return labels
    colors = mean_colors(labels, to_lab(resized(image, shapes[0])))
    for step, shape in enumerate(shapes[1:], start=1):
        lab = to_lab(resized(image, shape))
        step_done((step - 0.7) / len(shapes))
        labels = move_borders(repeated(labels, shape), lab, colors)
        step_done(step / len(shapes))
    return labels


def mean_colors(labels: IntArray, lab: FloatImage) -> FloatImage:
    """Mean Lab of every label, float32 (n, 3)."""
    flat = labels.reshape(-1)
    counts = np.bincount(flat)
    sums = [np.bincount(flat, weights=lab[:, :, plane].reshape(-1)) for plane in range(3)]
    return (np.stack(sums, axis=1) / np.maximum(counts, 1)[:, None]).astype(np.float32)


def repeated(labels: IntArray, shape: tuple[int, int]) -> IntArray:
    """Labels at a larger (height, width), rows and columns repeated: connected stays connected."""
    rows = source_indices(shape[0], labels.shape[0])
    columns = source_indices(shape[1], labels.shape[1])
    return labels[rows[:, None], columns[None, :]]


def source_indices(length: int, source_length: int) -> npt.NDArray[np.intp]:
    """For each of ``length`` rows the row of the smaller image that it comes from."""
    return (np.arange(length) * 2 + 1) * source_length // (2 * length)


def move_borders(
    labels: IntArray, lab: FloatImage, colors: FloatImage, phase: tuple[int, int] = (0, 0)
) -> IntArray:
    """Give border pixels to the neighbouring region with the nearest colour; a new array.

    ``phase`` is (row, column) of the corner, modulo 2, when this is a window of
    a larger image: it keeps the result the same whatever the window.
    """
    height, width = labels.shape
    stride = width + 2
    padded = np.full((height + 2, stride), -1, np.int32)
    padded[1:-1, 1:-1] = labels
    flat = padded.reshape(-1)
    for _ in range(MOVES_PER_OCTAVE):
        rows, columns = np.nonzero(_beside_border(padded[1:-1, 1:-1]))
        parity = ((rows + phase[0]) & 1) * 2 + ((columns + phase[1]) & 1)
        places = ((rows + 1) * stride + columns + 1).astype(np.int32)
        # Pixels of one parity are never neighbours, so they can move at once.
        for group in range(4):
            chosen = parity == group
            _move(flat, places[chosen], stride, lab[rows[chosen], columns[chosen]], colors)
    return np.ascontiguousarray(padded[1:-1, 1:-1])


def _beside_border(labels: IntArray) -> npt.NDArray[np.bool_]:
    border = np.zeros(labels.shape, np.bool_)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    border[:, 1:] |= across
    border[:, :-1] |= across
    border[1:] |= down
    border[:-1] |= down
    return border


def _move(
    flat: IntArray, places: IntArray, stride: int, lab: FloatImage, colors: FloatImage
) -> None:
    """Move the pixels at ``places`` (flat indices, no two of them neighbours) in place."""
    own = flat[places]
    other = np.full(len(places), -1, np.int32)
    code = np.zeros(len(places), np.uint8)
    free = np.ones(len(places), np.bool_)
    for bit, (dy, dx) in enumerate(_RING):
        neighbour = flat[places + dy * stride + dx]
        same = neighbour == own
        code |= same.astype(np.uint8) << np.uint8(bit)
        if bit in _SIDES:
            differs = ~same & (neighbour >= 0)
            free &= ~differs | (other < 0) | (other == neighbour)
            other = np.where(differs, neighbour, other)
    free &= _REMOVABLE[code] & (other >= 0)
    places, own, other, lab = places[free], own[free], other[free], lab[free]
    nearer = _distance(lab, colors, other) < _distance(lab, colors, own)
    flat[places[nearer]] = other[nearer]


def _distance(lab: FloatImage, colors: FloatImage, regions: IntArray) -> FloatImage:
    difference = lab - colors[regions]
    return np.asarray(np.einsum("ic,ic->i", difference, difference), np.float32)


def _removable_codes() -> npt.NDArray[np.bool_]:
    """For each pattern of equal neighbours whether the centre can leave its region.

    It can when its equal side neighbours, at least one, are joined to each other
    within the ring of eight.
    """
    codes = np.zeros(256, np.bool_)
    for code in range(256):
        ring = [bool(code >> bit & 1) for bit in range(8)]
        arcs = sum(1 for bit in range(8) if ring[bit] and not ring[bit - 1])
        lone = sum(
            1 for bit in (0, 2, 4, 6) if ring[bit] and not ring[bit - 1] and not ring[(bit + 1) % 8]
        )
        codes[code] = arcs - lone == 1 and not all(ring)
    return codes


_REMOVABLE = _removable_codes()
