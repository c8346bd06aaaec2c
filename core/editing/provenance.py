"""How much of what was proposed people have changed since."""

from __future__ import annotations

from dataclasses import replace

from core.document.annotation import Geometry, Provenance
from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.imaging.rasterise import rasterise


def edited_from(
    provenance: Provenance, before: Geometry, after: Geometry, *, size: Size
) -> Provenance:
    """The provenance after a shape was changed by a person.

    ``edited_fraction`` is meant to be the Jaccard distance of what was proposed
    and what is there now: changed pixels over pixels in either. The proposal
    itself is not kept, so every edit adds its own distance, up to 1. Jaccard's
    distance is a metric, hence the sum is exact after one edit and never too
    small after more; painting over the same place twice counts twice. What a
    person drew stays at 0: there is no proposal to compare with.
    """
    if not is_proposed(provenance):
        return provenance
    return with_edit(provenance, jaccard_distance(before, after, size))


def with_edit(provenance: Provenance, distance: float) -> Provenance:
    """The provenance after one more edit of this Jaccard distance."""
    if not is_proposed(provenance) or distance == 0:
        return provenance
    return replace(provenance, edited_fraction=min(1.0, provenance.edited_fraction + distance))


def is_proposed(provenance: Provenance) -> bool:
    """Whether a model or the hierarchy proposed the object, rather than a person."""
    return bool(provenance.model) or provenance.score is not None


def jaccard_distance(before: Geometry, after: Geometry, size: Size) -> float:
    """1 − IoU of two shapes; 0 for two empty ones. Boxes are compared as areas.

    A shape that cannot be rasterised (coordinates far out) counts as changed
    completely.
    """
    if isinstance(before, Box) and isinstance(after, Box):
        return _box_distance(before, after)
    try:
        first, second = rasterise(before, size), rasterise(after, size)
    except ValueError:
        return 1.0
    shared = first.intersected(second).area
    either = first.area + second.area - shared
    return 1 - shared / either if either else 0.0


def stroke_distance(before: Mask, changed: int, after: Mask) -> float:
    """Jaccard distance of a stroke that changed so many pixels, one way or the other."""
    either = max(before.area, after.area)
    return changed / either if either else 0.0


def _box_distance(before: Box, after: Box) -> float:
    width = min(before.right, after.right) - max(before.x, after.x)
    height = min(before.bottom, after.bottom) - max(before.y, after.y)
    shared = max(width, 0.0) * max(height, 0.0)
    either = before.area + after.area - shared
    return 1 - shared / either if either else 0.0
