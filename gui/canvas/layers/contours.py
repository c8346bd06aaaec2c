"""Outlines of annotations at the level of detail of a view, cached.

A mask is traced along its pixel edges, after a reduction when the view shows it
small; rings are then simplified to less than a device pixel. From 4× zoom on nothing is
simplified: what is drawn is what is stored.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from core.document.annotation import Geometry
from core.document.geometry import Box, Keypoints, Polygon, RotatedBox, Scribble, Visibility
from core.document.mask import Mask, PixelBox

RingArray = npt.NDArray[np.float32]
"""A ring or line in image coordinates, float32 of shape (n, 2)."""

TOLERANCE_PX = 0.6
EXACT_OCTAVE = 2
COARSEST_OCTAVE = -12
LARGE_MASK_AREA_PX = 4_000_000
QUICK_MASK_AREA_PX = 500_000
WINDOW_GRID_PX = 512


@dataclass(frozen=True, slots=True, eq=False)
class Contours:
    """What there is to draw of one geometry.

    ``groups`` are closed rings, filled even-odd within a group and united over
    the groups. ``lines`` are open, ``line_radius_px`` (image pixels) wide on each
    side. ``points`` is float32 of shape (n, 2).
    """

    groups: tuple[tuple[RingArray, ...], ...] = ()
    lines: tuple[RingArray, ...] = ()
    line_radius_px: float = 0.0
    points: RingArray | None = None

    @property
    def rings(self) -> list[RingArray]:
        """All closed rings."""
        return [ring for group in self.groups for ring in group]


NO_CONTOURS = Contours()


def octave_of(scale: float) -> int:
    """Level of detail of a scale in device pixels per image pixel: floor(log2)."""
    return min(max(math.floor(math.log2(scale)), COARSEST_OCTAVE), EXACT_OCTAVE)


@dataclass(slots=True, eq=False)
class ContourEntry:
    """One geometry and the outlines that were made of it so far."""

    geometry: Geometry
    bounds: Box
    by_octave: dict[int, Contours] = field(default_factory=dict)
    windowed: tuple[int, PixelBox, Contours] | None = None

    def contours(self, octave: int, visible: Box) -> Contours:
        """Outlines at a level of detail.

        Of a huge mask seen closely only what ``visible`` (image coordinates)
        needs is traced; there, edges outside of it mean nothing.
        """
        found = self.by_octave.get(octave)
        if found is not None:
            return found
        geometry = self.geometry
        if isinstance(geometry, Mask) and octave >= 0 and _area(geometry.box) > LARGE_MASK_AREA_PX:
            return self._windowed_contours(geometry, octave, visible)
        made = contours_of(geometry, octave)
        self.by_octave[octave] = made
        return made

    def quick_contours(self, octave: int, visible: Box) -> Contours | None:
        """Outlines that are there or made in about a millisecond; None for those of large masks.

        For the window's own thread: the overlay worker makes the others soon.
        """
        geometry = self.geometry
        slow = isinstance(geometry, Mask) and _area(geometry.box) > QUICK_MASK_AREA_PX
        if not slow or octave in self.by_octave:
            return self.contours(octave, visible)
        held, needed = self.windowed, PixelBox.around(visible)
        if held is None or held[0] != octave or not isinstance(geometry, Mask):
            return None
        needed = needed.intersected(geometry.box)
        return held[2] if held[1].intersected(needed) == needed else None

    def _windowed_contours(self, mask: Mask, octave: int, visible: Box) -> Contours:
        needed = PixelBox.around(visible).intersected(mask.box)
        held = self.windowed
        if held is not None and held[0] == octave and held[1].intersected(needed) == needed:
            return held[2]
        box = _snapped_outwards(needed, WINDOW_GRID_PX)
        rings = mask_rings(mask.window(box), box.left, box.top)
        made = _simplified_group(rings, octave)
        self.windowed = (octave, box, made)
        return made


class ContourCache:
    """Outlines by geometry object; read and filled by the window and the overlay worker.

    A race between the two can only compute an entry twice.
    """

    def __init__(self) -> None:
        self._entries: dict[int, ContourEntry] = {}

    def entry(self, geometry: Geometry) -> ContourEntry:
        """The entry of one geometry."""
        found = self._entries.get(id(geometry))
        if found is None:
            found = ContourEntry(geometry, _bounds_of_all([geometry])[0])
            self._entries[id(geometry)] = found
        return found

    def entries(self, geometries: Iterable[Geometry]) -> list[ContourEntry]:
        """Entries of all, in order; those of any other geometry are forgotten."""
        wanted = list(geometries)
        held = self._entries
        missing = [geometry for geometry in wanted if id(geometry) not in held]
        for geometry, bounds in zip(missing, _bounds_of_all(missing), strict=True):
            held[id(geometry)] = ContourEntry(geometry, bounds)
        result = [held[id(geometry)] for geometry in wanted]
        self._entries = {id(entry.geometry): entry for entry in result}
        return result


def contours_of(geometry: Geometry, octave: int) -> Contours:
    """Outlines of any geometry at a level of detail, in image coordinates."""
    if isinstance(geometry, Mask):
        return _simplified_group(_reduced_mask_rings(geometry, octave), octave)
    if isinstance(geometry, Polygon):
        return Contours(
            tuple(
                tuple(_simplified(ring.astype(np.float32), octave) for ring in part.rings)
                for part in geometry.parts
            )
        )
    if isinstance(geometry, Box):
        corners = [
            (geometry.x, geometry.y),
            (geometry.right, geometry.y),
            (geometry.right, geometry.bottom),
            (geometry.x, geometry.bottom),
        ]
        return Contours(((np.array(corners, np.float32),),))
    if isinstance(geometry, RotatedBox):
        return Contours(((geometry.corners().astype(np.float32),),))
    if isinstance(geometry, Scribble):
        line = geometry.points.astype(np.float32)
        return Contours(lines=(line,), line_radius_px=geometry.radius_px)
    return Contours(points=_labelled_points(geometry))


def mask_rings(
    pixels: npt.NDArray[np.bool_], left: int, top: int, *, even: bool = False
) -> list[RingArray]:
    """Rings along the pixel edges of a bool array of shape (h, w) placed at (left, top).

    OpenCV follows pixel *centres*. Of every pixel made four, a centre lies in one
    quarter of its pixel, which tells the corner that the edge runs through.
    ``even`` runs through the middles of the edges instead of their ends: a slanting
    border is then nearly a line.
    """
    if pixels.size == 0:
        return []
    doubled = cv2.resize(pixels.view(np.uint8), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    method = cv2.CHAIN_APPROX_NONE if even else cv2.CHAIN_APPROX_SIMPLE
    found, _ = cv2.findContours(doubled, cv2.RETR_CCOMP, method)
    rings = []
    for contour in found:
        corners = (contour[:, 0, :] + 1) >> 1
        differs = np.any(corners != np.roll(corners, 1, axis=0), axis=1)
        ring = corners[differs] + np.array([left, top])
        if even:
            ring = (ring + np.roll(ring, -1, axis=0)) / 2
        if len(ring) >= 3:
            rings.append(ring.astype(np.float32))
    return rings


def _reduced_mask_rings(mask: Mask, octave: int) -> list[RingArray]:
    steps = max(-octave - 1, 0)
    if steps == 0:
        return mask_rings(mask.crop(), mask.box.left, mask.box.top, even=octave < 0)
    factor = 1 << steps
    box = _snapped_outwards(mask.box, factor)
    pixels = mask.window(box).view(np.uint8)
    size = (box.width // factor, box.height // factor)
    reduced = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.bool_)
    if not reduced.any():
        # Too thin to fill half of any reduced pixel: show all that it touches.
        blocks = pixels.reshape(size[1], factor, size[0], factor)
        reduced = blocks.any(axis=(1, 3))
    rings = mask_rings(reduced, box.left // factor, box.top // factor, even=True)
    return [ring * np.float32(factor) for ring in rings]


def _simplified_group(rings: list[RingArray], octave: int) -> Contours:
    return Contours((tuple(_simplified(ring, octave) for ring in rings),))


def _simplified(ring: RingArray, octave: int) -> RingArray:
    if octave >= EXACT_OCTAVE or len(ring) <= 4:
        return ring
    simpler: RingArray = cv2.approxPolyDP(ring, TOLERANCE_PX / 2.0 ** (octave + 1), True)[:, 0, :]
    return simpler


def _labelled_points(keypoints: Keypoints) -> RingArray:
    seen = [(x, y) for x, y, state in keypoints.points if state != Visibility.UNLABELLED]
    return np.array(seen, np.float32).reshape(-1, 2)


def _bounds_of_all(geometries: list[Geometry]) -> list[Box]:
    """Bounds of many at once: a loop over ``geometry.bounds`` takes ten times as long."""
    simple = [
        geometry.parts[0].exterior
        for geometry in geometries
        if isinstance(geometry, Polygon) and len(geometry.parts) == 1
    ]
    quick = iter(_ring_bounds(simple))
    result = []
    for geometry in geometries:
        if isinstance(geometry, Polygon) and len(geometry.parts) == 1:
            result.append(next(quick))
        else:
            result.append(geometry if isinstance(geometry, Box) else geometry.bounds)
    return result


def _ring_bounds(rings: list[npt.NDArray[np.float64]]) -> list[Box]:
    if not rings:
        return []
    points = np.concatenate(rings)
    starts = np.concatenate(([0], np.cumsum([len(ring) for ring in rings])[:-1]))
    low = np.minimum.reduceat(points, starts)
    extent = np.maximum.reduceat(points, starts) - low
    return [Box(*place, *size) for place, size in zip(low.tolist(), extent.tolist(), strict=True)]


def _snapped_outwards(box: PixelBox, grid: int) -> PixelBox:
    left, top = box.left // grid * grid, box.top // grid * grid
    right, bottom = -(-box.right // grid) * grid, -(-box.bottom // grid) * grid
    return PixelBox(left, top, right - left, bottom - top)


def _area(box: PixelBox) -> int:
    return box.width * box.height
