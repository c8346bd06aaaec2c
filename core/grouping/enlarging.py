"""Labels from a small scale to a larger one: repeated, then borders moved by colour.

Only border pixels between two regions move, to the one whose mean colour is
nearer. A pixel moves only where its own region stays connected without it
(simple points of digital topology), and never where three regions meet: so
regions stay 4-connected, none vanishes, and neighbours stay neighbours, which
keeps every node of a hierarchy over them connected too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from core.grouping.color import FloatImage, RgbImage, resized_while, to_coarse_lab
from core.grouping.hierarchy import IntArray
from core.grouping.interruption import Check, unchecked

MOVES_PER_OCTAVE = 2
REACH_PX = 4 * MOVES_PER_OCTAVE + 1
"""How far from a pixel its surroundings can decide about it within one octave."""

_RING = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
_SIDES = (1, 3, 5, 7)
_LIGHTNESS = np.array([100 / 255, 1.0, 1.0], np.float32)
"""Brings coarse Lab back to the proportions of CIELAB."""


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
    smallest = resized_while(image, shapes[0], partial(step_done, 0.0))
    colors = mean_colors(labels, smallest)
    for step, shape in enumerate(shapes[1:], start=1):
        begun = (step - 0.7) / len(shapes)
        check = partial(step_done, begun)
        larger = resized_while(image, shape, check)
        check()
        labels = repeated(labels, shape)
        labels = move_borders(labels, larger, colors, between_moves=check)
        step_done(step / len(shapes))
    return labels


def mean_colors(labels: IntArray, image: RgbImage, check: Check = unchecked) -> FloatImage:
    """Mean coarse Lab of every label, float32 (n, 3), lightness weighted as in ``_LIGHTNESS``."""
    lab = to_coarse_lab(image).reshape(-1, 3)
    flat = labels.reshape(-1)
    counts = np.maximum(np.bincount(flat), 1)
    sums = []
    for plane in range(3):
        check()
        sums.append(np.bincount(flat, weights=lab[:, plane]))
    return np.asarray(np.stack(sums, axis=1) / counts[:, None] * _LIGHTNESS, np.float32)


def repeated(labels: IntArray, shape: tuple[int, int]) -> IntArray:
    """Labels at a larger (height, width), rows and columns repeated: connected stays connected."""
    rows = source_indices(shape[0], labels.shape[0])
    columns = source_indices(shape[1], labels.shape[1])
    return labels[rows[:, None], columns[None, :]]


def source_indices(length: int, source_length: int) -> npt.NDArray[np.intp]:
    """For each of ``length`` rows the row of the smaller image that it comes from."""
    return (np.arange(length) * 2 + 1) * source_length // (2 * length)


def move_borders(
    labels: IntArray,
    image: RgbImage,
    colors: FloatImage,
    phase: tuple[int, int] = (0, 0),
    between_moves: Check = unchecked,
) -> IntArray:
    """Give border pixels to the neighbouring region with the nearer colour; a new array.

    ``image`` is uint8 RGB of the same size. ``phase`` is (row, column) of the
    corner, modulo 2, when this is a window of a larger image: it keeps the
    result the same whatever the window. ``between_moves`` is called many times
    and may raise to stop.
    """
    height, width = labels.shape
    stride = width + 2
    padded = np.full((height + 2, stride), -1, np.int32)
    padded[1:-1, 1:-1] = labels
    between_moves()
    flat = padded.reshape(-1)
    lab = np.zeros((height + 2, stride, 3), np.uint8)
    lab[1:-1, 1:-1] = to_coarse_lab(image)
    pixels = lab.reshape(-1, 3)
    between_moves()
    places = np.flatnonzero(_beside_border(padded)).astype(np.int32)
    between_moves()
    places = places[flat[places] >= 0]
    for _ in range(MOVES_PER_OCTAVE):
        rows, columns = np.divmod(places, np.int32(stride))
        parity = ((rows + phase[0]) & 1) * 2 + ((columns + phase[1]) & 1)
        # Pixels of one parity are never neighbours, so they can move at once.
        moved = []
        for group in range(4):
            between_moves()
            moved.append(_move(flat, places[parity == group], stride, pixels, colors))
        # Another round changes nothing but around the pixels that have moved.
        between_moves()
        places = _surroundings(np.concatenate(moved), stride, flat)
        between_moves()
    return np.ascontiguousarray(padded[1:-1, 1:-1])


def _beside_border(labels: IntArray) -> npt.NDArray[np.bool_]:
    border = np.zeros(labels.shape, np.bool_)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    border[:, 1:] |= across
    border[:, :-1] |= across
    border[1:] |= down
    border[:-1] |= down
    return border


def _surroundings(places: IntArray, stride: int, flat: IntArray) -> IntArray:
    """The pixels at ``places`` and their eight neighbours inside the picture, sorted."""
    offsets = np.array([0, *(dy * stride + dx for dy, dx in _RING)], np.int32)
    around = np.zeros(len(flat), np.bool_)
    for offset in offsets:
        around[places + offset] = True
    found = np.flatnonzero(around).astype(np.int32)
    return found[flat[found] >= 0]


def _move(
    flat: IntArray, places: IntArray, stride: int, pixels: RgbImage, colors: FloatImage
) -> IntArray:
    """Move pixels of ``places`` (flat indices, no two neighbours) in place; returns those moved."""
    own = flat.take(places)
    other = np.full(len(places), -1, np.int32)
    free = np.ones(len(places), np.bool_)
    for bit in _SIDES:
        neighbour = flat.take(places + (_RING[bit][0] * stride + _RING[bit][1]))
        differs = (neighbour != own) & (neighbour >= 0)
        free &= ~differs | (other < 0) | (other == neighbour)
        np.copyto(other, neighbour, where=differs)
    free &= other >= 0
    places, own, other = places[free], own[free], other[free]
    lab = pixels.take(places, axis=0) * _LIGHTNESS
    nearer = _distance(lab, colors.take(other, axis=0)) < _distance(lab, colors.take(own, axis=0))
    places, own, other = places[nearer], own[nearer], other[nearer]
    code = np.zeros(len(places), np.uint8)
    for bit, (dy, dx) in enumerate(_RING):
        code |= (flat.take(places + (dy * stride + dx)) == own).view(np.uint8) << np.uint8(bit)
    free = _REMOVABLE.take(code)
    flat[places[free]] = other[free]
    return places[free]


def _distance(lab: FloatImage, colors: FloatImage) -> FloatImage:
    difference = lab - colors
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
