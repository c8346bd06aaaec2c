"""Other pixels for objects: holes filled, islands removed, grown, shrunk, smoothed, converted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.document.annotation import Annotation, Geometry
from core.document.change import Change
from core.document.document import ImageDocument
from core.document.geometry import Polygon, PolygonPart, Size
from core.document.mask import Mask
from core.editing.annotations import unlocked
from core.editing.areas import area_of, change_of, reshaped
from core.errors import MaskwrightError
from core.imaging import morphology
from core.imaging.ring_cutting import part_area
from core.imaging.tracing import trace_mask


def fill_holes(
    document: ImageDocument, ids: Iterable[int], largest_px: float | None = None
) -> Change | None:
    """Fill the holes of objects, all or those of at most this area.

    Outlines lose their inner rings and stay exact.
    """

    def edit(item: Annotation) -> Geometry:
        if isinstance(item.geometry, Polygon):
            return Polygon(tuple(_without_holes(part, largest_px) for part in item.geometry.parts))
        area = None if largest_px is None else int(largest_px)
        return morphology.fill_holes(area_of(item, document.size), area)

    return _edited(document, ids, "Fill holes", edit)


def remove_islands(
    document: ImageDocument, ids: Iterable[int], smallest_px: float | None = None
) -> Change | None:
    """Remove connected pieces of less than this area, or all but the largest.

    The largest piece of an object always stays.
    """

    def edit(item: Annotation) -> Geometry:
        if isinstance(item.geometry, Polygon):
            largest = max(item.geometry.parts, key=part_area)
            kept = tuple(
                part
                for part in item.geometry.parts
                if part is largest or (smallest_px is not None and part_area(part) >= smallest_px)
            )
            return Polygon(kept)
        area = area_of(item, document.size)
        largest_piece = morphology.keep_largest(area)
        if smallest_px is None:
            return largest_piece
        return morphology.remove_small(area, int(smallest_px)).united(largest_piece)

    return _edited(document, ids, "Remove islands", edit)


def grow(document: ImageDocument, ids: Iterable[int], radius_px: float) -> Change | None:
    """Grow objects by so many image pixels, or shrink them by a negative number.

    An object that would lose its last pixel is refused, so that none vanishes
    unawares. Raises MaskwrightError for that, a locked object, or keypoints.
    """
    name = "Grow" if radius_px > 0 else "Shrink"
    return _edited(
        document,
        ids,
        name,
        lambda item: grown(area_of(item, document.size), radius_px, document.size),
    )


def grown(mask: Mask, radius_px: float, size: Size) -> Mask:
    """The mask grown by so many pixels, or shrunk by a negative number."""
    if radius_px >= 0:
        return morphology.dilate(mask, radius_px, size) if radius_px else mask
    return morphology.erode(mask, -radius_px)


def smooth(document: ImageDocument, ids: Iterable[int], radius_px: float) -> Change | None:
    """Take thin spikes and cracks away: an opening, then a closing, by a disc."""
    return _edited(
        document,
        ids,
        "Smooth",
        lambda item: morphology.smooth(area_of(item, document.size), radius_px, document.size),
    )


def convert_to_masks(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    """Turn outlines and boxes into the pixels that the COCO rasteriser gives them."""
    return _edited(document, ids, "Convert to mask", lambda item: area_of(item, document.size))


def convert_to_polygons(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    """Turn masks and boxes into outlines along the edges of their pixels.

    The outline holds exactly the same pixels, holes and parts included.
    """

    def edit(item: Annotation) -> Geometry:
        if isinstance(item.geometry, Polygon):
            return item.geometry
        area = area_of(item, document.size)
        return area if area.is_empty else trace_mask(area)

    return _edited(document, ids, "Convert to outline", edit)


def _without_holes(part: PolygonPart, largest_px: float | None) -> PolygonPart:
    kept = (
        hole
        for hole in part.holes
        if largest_px is not None and part_area(PolygonPart(hole)) > largest_px
    )
    return PolygonPart(part.exterior, tuple(kept))


def _edited(
    document: ImageDocument,
    ids: Iterable[int],
    name: str,
    edit: Callable[[Annotation], Geometry],
) -> Change | None:
    pairs = []
    for item in unlocked(document, ids):
        geometry = edit(item)
        if isinstance(geometry, Mask) and geometry.is_empty:
            raise MaskwrightError(
                "An object would lose all of its pixels, so nothing was changed.",
                "Use a smaller radius, or delete the object with Del.",
            )
        # A box or outline whose pixels would stay the same keeps its kind.
        if isinstance(geometry, Mask) and name != "Convert to mask":
            unchanged = geometry == area_of(item, document.size)
            geometry = item.geometry if unchanged else geometry
        pairs.append(reshaped(document, item, geometry))
    return change_of(document, name, pairs)
