"""Refining objects by an amount, and the pixels that it would change, to be looked at first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from core.document.annotation import Annotation
from core.document.change import Change
from core.document.document import ImageDocument
from core.document.geometry import Size
from core.document.mask import Mask
from core.editing import refining
from core.editing.areas import area_of

RADII_PX = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40, 50)
AREAS_PX = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, None)


class RefineKind(Enum):
    """What is done to objects."""

    GROW = "Grow"
    SHRINK = "Shrink"
    SMOOTH = "Smooth"
    FILL_HOLES = "Fill holes"
    REMOVE_ISLANDS = "Remove islands"

    @property
    def amounts(self) -> tuple[int | None, ...]:
        """Amounts to choose from: radii, or areas of holes and islands (None for any area)."""
        by_area = self in (RefineKind.FILL_HOLES, RefineKind.REMOVE_ISLANDS)
        return AREAS_PX if by_area else RADII_PX


@dataclass(frozen=True, slots=True, eq=False)
class RefinePreview:
    """What would happen: the change, None for nothing, and the pixels that come and go."""

    change: Change | None
    added: Mask
    removed: Mask


def refine(
    document: ImageDocument, ids: Iterable[int], kind: RefineKind, amount_px: int | None
) -> Change | None:
    """Refine objects by a radius, or by the area of holes and islands.

    None fills every hole and leaves the largest piece alone. Raises
    MaskwrightError when an object is locked, has no pixels, or would lose all.
    """
    if kind is RefineKind.FILL_HOLES:
        return refining.fill_holes(document, ids, amount_px)
    if kind is RefineKind.REMOVE_ISLANDS:
        return refining.remove_islands(document, ids, amount_px)
    radius = float(amount_px or 0)
    if kind is RefineKind.SMOOTH:
        return refining.smooth(document, ids, radius)
    return refining.grow(document, ids, radius if kind is RefineKind.GROW else -radius)


def preview(
    document: ImageDocument, ids: Iterable[int], kind: RefineKind, amount_px: int | None
) -> RefinePreview:
    """What ``refine`` would do, with the pixels that it changes."""
    change = refine(document, ids, kind, amount_px)
    added, removed = Mask.empty(), Mask.empty()
    if change is not None:
        for before, after in change.images[document.image_id].annotations.updated:
            gained, lost = _difference(before, after, document.size)
            added, removed = added.united(gained), removed.united(lost)
    return RefinePreview(change, added, removed)


def _difference(before: Annotation, after: Annotation, size: Size) -> tuple[Mask, Mask]:
    first, second = area_of(before, size), area_of(after, size)
    return second.without(first), first.without(second)
