"""Cut objects in two along a line, without losing a pixel or a hole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.document.annotation import Annotation, Geometry, ReviewState, new_annotation_id
from core.document.change import Change
from core.document.document import ImageDocument
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Size,
)
from core.document.mask import Mask
from core.editing.annotations import unlocked
from core.editing.areas import Pair, area_of, change_of, reshaped
from core.imaging.cutting import cut_mask
from core.imaging.rasterise import rasterise
from core.imaging.ring_cutting import cut_part, part_area

Line = tuple[tuple[float, float], tuple[float, float]]

_RIM_PX = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A connected piece, how much of it there is, and the side of the line it lies on."""

    geometry: Mask | Polygon
    area: float
    is_left: bool


def cut(document: ImageDocument, ids: Iterable[int], line: Line) -> Change | None:
    """Cut objects where a line crosses them from edge to edge; None when it crosses none.

    ``line`` runs between two points in image coordinates. Each object that is
    cut becomes two: what lies on either side. The larger one stays the object
    that was, the other one is new, with the same label, just in front. Outlines
    stay outlines with their holes, exact to the cut; masks stay masks, and no
    pixel is lost. Raises MaskwrightError when an object is locked.
    """
    pairs: list[Pair] = []
    order = document.next_order()
    for item in unlocked(document, ids):
        halves = _halves(item, document, line)
        if halves is None:
            continue
        kept, other = halves
        pairs.append(reshaped(document, item, kept))
        pairs.append((None, _second_half(item, other, order)))
        order += 1
    return change_of(document, "Cut", pairs)


def _second_half(item: Annotation, geometry: Geometry, order: int) -> Annotation:
    return replace(
        item.with_geometry(geometry),
        id=new_annotation_id(),
        order=order,
        review=ReviewState.UNREVIEWED,
        raw=None,
        keypoints=None,
    )


def _halves(
    item: Annotation, document: ImageDocument, line: Line
) -> tuple[Mask | Polygon, Mask | Polygon] | None:
    geometry = item.geometry
    if isinstance(geometry, Keypoints | Scribble):
        return None
    if isinstance(geometry, Box):
        geometry = Polygon.from_points(_corners(geometry))
    if isinstance(geometry, RotatedBox):
        geometry = Polygon.from_points(geometry.corners())
    if isinstance(geometry, Polygon):
        exact = _cut_polygon(geometry, line)
        if exact is None or _is_whole(geometry, exact, document.size, line):
            return exact
    return _cut_mask(area_of(item, document.size), line)


def _is_whole(polygon: Polygon, halves: tuple[Polygon, Polygon], size: Size, line: Line) -> bool:
    """Whether both halves together cover what the outline did, but for the rim of the cut.

    An outline that crosses itself has no sides to go by, and fails here.
    """
    try:
        before = rasterise(polygon, size)
        after = rasterise(Polygon(halves[0].parts + halves[1].parts), size)
    except ValueError:
        return False
    box = before.box.united(after.box)
    rows, columns = np.nonzero(before.window(box) ^ after.window(box))
    (x0, y0), (x1, y1) = line
    across = (x1 - x0) * (rows + box.top + 0.5 - y0) - (y1 - y0) * (columns + box.left + 0.5 - x0)
    return bool((np.abs(across) <= _RIM_PX * np.hypot(x1 - x0, y1 - y0)).all())


def _cut_polygon(polygon: Polygon, line: Line) -> tuple[Polygon, Polygon] | None:
    pieces: list[_Piece] = []
    is_cut = False
    for part in polygon.parts:
        found = cut_part(part, line)
        is_cut = is_cut or len(found) > 1
        pieces.extend(
            _Piece(Polygon((piece,)), part_area(piece), _lies_left(piece, line)) for piece in found
        )
    if not is_cut:
        return None
    kept, other = _two_sides(pieces)
    return _joined_polygons(kept), _joined_polygons(other)


def _cut_mask(mask: Mask, line: Line) -> tuple[Mask, Mask] | None:
    found = cut_mask(mask, line)
    if found is None:
        return None
    kept, other = _two_sides(
        [_Piece(piece, piece.area, _is_left(_middle_of_pixels(piece), line)) for piece in found]
    )
    return _joined_masks(kept), _joined_masks(other)


def _two_sides(pieces: Sequence[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
    """The larger side and the other one; all on one side: the largest piece and the others."""
    left = [piece for piece in pieces if piece.is_left]
    right = [piece for piece in pieces if not piece.is_left]
    if not left or not right:
        ordered = sorted(pieces, key=lambda piece: -piece.area)
        return ordered[:1], ordered[1:]
    sides = sorted((left, right), key=lambda side: -sum(piece.area for piece in side))
    return sides[0], sides[1]


def _joined_polygons(pieces: Sequence[_Piece]) -> Polygon:
    shapes = (piece.geometry for piece in pieces)
    return Polygon(
        tuple(part for shape in shapes if isinstance(shape, Polygon) for part in shape.parts)
    )


def _joined_masks(pieces: Sequence[_Piece]) -> Mask:
    joined = Mask.empty()
    for piece in pieces:
        if isinstance(piece.geometry, Mask):
            joined = joined.united(piece.geometry)
    return joined


def _is_left(point: tuple[float, float], line: Line) -> bool:
    (x0, y0), (x1, y1) = line
    return (x1 - x0) * (point[1] - y0) - (y1 - y0) * (point[0] - x0) >= 0


def _lies_left(part: PolygonPart, line: Line) -> bool:
    """On which side the vertex lies that is farthest from the line."""
    (x0, y0), (x1, y1) = line
    ring = part.exterior
    across = (x1 - x0) * (ring[:, 1] - y0) - (y1 - y0) * (ring[:, 0] - x0)
    return bool(across[np.argmax(np.abs(across))] >= 0)


def _middle_of_pixels(mask: Mask) -> tuple[float, float]:
    rows, columns = np.nonzero(mask.crop())
    return float(columns.mean()) + mask.box.left + 0.5, float(rows.mean()) + mask.box.top + 0.5


def _corners(box: Box) -> list[tuple[float, float]]:
    return [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]
