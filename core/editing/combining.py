"""Objects made of several: merge, subtract, intersect, split into parts, fill gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import ceil

import cv2
import numpy as np

from core.document.annotation import Annotation, ReviewState, new_annotation_id
from core.document.change import Change
from core.document.document import ImageDocument
from core.document.geometry import FloatArray, Polygon
from core.document.mask import Mask, PixelBox
from core.editing.annotations import unlocked
from core.editing.areas import Pair, area_of, change_of, labelled_pixels, reshaped
from core.errors import MaskwrightError
from core.imaging.morphology import components, gaps
from core.imaging.ring_cutting import part_area


def merge(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    """Make one object of several: the largest keeps its id, label and points, the others go.

    Outlines whose bounds are apart become the parts of one outline, exact to
    the vertex; anything else becomes the mask of all pixels. Raises
    MaskwrightError for fewer than two objects, a locked one, or keypoints.
    """
    areas = _areas(document, ids, "merge")
    first = _largest(document, areas)
    shapes = [document.annotations[number].geometry for number in areas]
    polygons = [shape for shape in shapes if isinstance(shape, Polygon)]
    geometry: Polygon | Mask
    if len(polygons) == len(areas) and _apart(polygons):
        geometry = Polygon(tuple(part for polygon in polygons for part in polygon.parts))
    else:
        geometry = _united(areas.values())
    points = (document.annotations[number].keypoints for number in areas)
    keypoints = first.keypoints or next(filter(None, points), None)
    before, after = reshaped(document, first, geometry)
    if after is not None and after.keypoints != keypoints:
        after = replace(after, keypoints=keypoints, edited=True)
    return change_of(document, "Merge", [(before, after), *_removed(document, areas, first)])


def subtract(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    """Take the pixels of the other objects from the largest one; they stay as they are.

    None when they share no pixel. Raises MaskwrightError as ``merge`` does.
    """
    areas = _areas(document, ids, "subtract")
    first = _largest(document, areas)
    others = _united(area for number, area in areas.items() if number != first.id)
    remaining = areas[first.id].without(others)
    if remaining == areas[first.id]:
        return None
    return change_of(document, "Subtract", [reshaped(document, first, remaining)])


def intersect(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    """Keep what all objects share as the largest one, which keeps its id and label.

    Raises MaskwrightError when they share no pixel, and as ``merge`` does.
    """
    areas = _areas(document, ids, "intersect")
    first = _largest(document, areas)
    shared = areas[first.id]
    for area in areas.values():
        shared = shared.intersected(area)
    if shared.is_empty:
        raise MaskwrightError("These objects share no pixel.", "Select objects that overlap.")
    return change_of(
        document,
        "Intersect",
        [reshaped(document, first, shared), *_removed(document, areas, first)],
    )


def split_into_parts(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    """Make an object of each connected piece; the largest stays the object that it was.

    None when every object is in one piece. Raises MaskwrightError when one is
    locked.
    """
    pairs: list[Pair] = []
    order = document.next_order()
    for item in unlocked(document, ids):
        pieces = _pieces(item)
        if len(pieces) < 2:
            continue
        pairs.append(reshaped(document, item, pieces[0]))
        for piece in pieces[1:]:
            copy = replace(
                item.with_geometry(piece),
                id=new_annotation_id(),
                order=order,
                review=ReviewState.UNREVIEWED,
                raw=None,
                keypoints=None,
            )
            pairs.append((None, copy))
            order += 1
    return change_of(document, "Split into parts", pairs)


def fill_gaps(document: ImageDocument, ids: Iterable[int], widest_px: float) -> Change | None:
    """Give the unlabelled pixels between neighbours to the nearest of them.

    A gap is what a disc of diameter ``widest_px`` cannot enter, at most so far
    from two of the objects. Pixels of objects of the same layers that are not
    named count as labelled. None when there is no gap. Raises MaskwrightError
    for fewer than two objects, a locked one, or keypoints.
    """
    areas = _areas(document, ids, "fill gaps between")
    together = _united(areas.values())
    found = gaps(together, widest_px / 2, document.size)
    layers = {document.annotations[number].layer_id for number in areas}
    taken = labelled_pixels(document, layers, apart_from=frozenset(areas))
    found = found.without(taken)
    if found.is_empty:
        return None
    near = PixelBox.around(found.bounds.expanded(ceil(widest_px) + 1)).clipped(document.size)
    distances = np.stack([_distance(area, near) for area in areas.values()])
    inside = found.window(near) & (np.sort(distances, axis=0)[1] <= widest_px)
    nearest = np.argmin(distances, axis=0)
    pairs = []
    for place, (number, area) in enumerate(areas.items()):
        added = Mask.from_array(inside & (nearest == place), near.left, near.top)
        if not added.is_empty:
            item = document.annotations[number]
            pairs.append(reshaped(document, item, area.united(added)))
    return change_of(document, "Fill gaps", pairs)


def _areas(document: ImageDocument, ids: Iterable[int], verb: str) -> dict[int, Mask]:
    """The pixels of each object by its id."""
    found = unlocked(document, ids)
    if len(found) < 2:
        raise MaskwrightError(f"There is nothing to {verb}.", "Select two or more objects first.")
    return {item.id: area_of(item, document.size) for item in found}


def _largest(document: ImageDocument, areas: Mapping[int, Mask]) -> Annotation:
    """The object with most pixels; among equal ones that which lies furthest back."""
    found = [document.annotations[number] for number in areas]
    return max(found, key=lambda item: (areas[item.id].area, -item.order, -item.id))


def _united(masks: Iterable[Mask]) -> Mask:
    together = Mask.empty()
    for mask in masks:
        together = together.united(mask)
    return together


def _removed(document: ImageDocument, areas: Mapping[int, Mask], first: Annotation) -> list[Pair]:
    return [(document.annotations[number], None) for number in areas if number != first.id]


def _distance(area: Mask, box: PixelBox) -> FloatArray:
    """Distance of each pixel of a box to the nearest pixel of an object inside that box."""
    outside = (~area.window(box)).view(np.uint8)
    return np.asarray(
        cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float64
    )


def _apart(polygons: list[Polygon]) -> bool:
    """Whether no two outlines have overlapping bounds."""
    boxes = [polygon.bounds for polygon in polygons]
    return not any(
        first.intersects(second)
        for place, first in enumerate(boxes)
        for second in boxes[place + 1 :]
    )


def _pieces(item: Annotation) -> tuple[Mask | Polygon, ...]:
    if isinstance(item.geometry, Mask):
        return components(item.geometry)
    if isinstance(item.geometry, Polygon):
        parts = sorted(item.geometry.parts, key=part_area, reverse=True)
        return tuple(Polygon((part,)) for part in parts)
    return ()
