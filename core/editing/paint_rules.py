"""What painted pixels do to the objects that are there already."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from core.document.annotation import Annotation
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument
from core.document.geometry import Polygon
from core.document.mask import Mask
from core.editing.areas import area_of, labelled_pixels, reshaped
from core.editing.strokes import stroke
from core.imaging.rasterise import rasterise


class PaintRule(Enum):
    """How new pixels get along with other objects of the layer; the value is for people."""

    OVER = "over everything"
    UNDER = "under others"
    UNLABELLED = "only unlabelled pixels"
    TAKE = "over everything, taking its pixels"

    @property
    def next(self) -> PaintRule:
        """The rule after this one, round and round."""
        rules = list(PaintRule)
        return rules[(rules.index(self) + 1) % len(rules)]


def add_painted(
    document: ImageDocument, annotation: Annotation, rule: PaintRule, name: str
) -> Change | None:
    """Add an object by a rule; None when the rule leaves it no pixel.

    OVER puts it in front, UNDER behind all objects of its layer; overlaps stay.
    UNLABELLED leaves out the pixels that masks and outlines of the layer have.
    TAKE takes its pixels from them, but never from a locked one; one that loses
    its last pixel goes. Boxes and keypoints have no pixels of their own. An
    outline stays one unless pixels have to go.
    """
    item: Annotation | None = annotation
    if rule is PaintRule.UNDER:
        orders = [other.order for other in document.in_layer(annotation.layer_id)]
        item = replace(annotation, order=min(orders, default=annotation.order + 1) - 1)
    elif rule is PaintRule.UNLABELLED:
        item = _unlabelled_part(document, annotation)
    if item is None:
        return None
    pairs = [(None, item)]
    others = _robbed(document, area_of(item, document.size), item) if rule is PaintRule.TAKE else ()
    difference = Difference.of_pairs([*pairs, *others])
    return Change.of_image(name, document.image_id, ImageChange(annotations=difference))


def paint_on(
    document: ImageDocument,
    annotation_id: int,
    pixels: Mask,
    author: str,
    rule: PaintRule,
    *,
    name: str = "",
) -> Change | None:
    """Add pixels to an object by a rule, as ``strokes.stroke`` does; None when none changes.

    The place of the object among the others stays, so OVER and UNDER are alike
    here. Raises MaskwrightError when it is locked or has no area.
    """
    item = document.annotations.get(annotation_id)
    if rule is PaintRule.UNLABELLED and item is not None:
        layer = (item.layer_id,)
        pixels = pixels.without(labelled_pixels(document, layer, apart_from=(item.id,)))
    change = stroke(document, annotation_id, pixels, False, author, name=name)
    if rule is not PaintRule.TAKE or item is None:
        return change
    robbed = Difference.of_pairs(_robbed(document, pixels, item))
    if not robbed:
        return change
    taken = Change.of_image(name or "Paint", document.image_id, ImageChange(annotations=robbed))
    return taken if change is None else change.followed_by(taken)


def _unlabelled_part(document: ImageDocument, annotation: Annotation) -> Annotation | None:
    area = area_of(annotation, document.size)
    free = area.without(labelled_pixels(document, (annotation.layer_id,)))
    if free.is_empty:
        return None
    return annotation if free == area else replace(annotation, geometry=free)


def _robbed(
    document: ImageDocument, pixels: Mask, taker: Annotation
) -> list[tuple[Annotation | None, Annotation | None]]:
    """The unlocked objects that lose these pixels, before and after."""
    found = []
    for item in document.in_layer(taker.layer_id):
        shape = item.geometry
        if item.id == taker.id or item.locked or not isinstance(shape, Mask | Polygon):
            continue
        if not pixels.bounds.intersects(item.bounds):
            continue
        try:
            before = rasterise(shape, document.size)
        except ValueError:
            continue
        after = before.without(pixels)
        if after != before:
            found.append(reshaped(document, item, after))
    return found
