"""Objects of one image that are there twice, exactly or nearly."""

from __future__ import annotations

from collections.abc import Iterator

from core.document.annotation import Annotation, ReviewState
from core.document.geometry import Box, Keypoints, Scribble, Size
from core.document.mask import Mask
from core.imaging.rasterise import rasterise

NEAR_IOU = 0.95


def exact_twins(items: list[Annotation]) -> Iterator[tuple[Annotation, Annotation]]:
    """Pairs (kept, copy) of the same layer, label and shape.

    The one that people have approved or edited is kept, else the one that was
    there first.
    """
    groups: dict[object, list[Annotation]] = {}
    for item in items:
        box = item.bounds
        key = (item.layer_id, item.label_id, item.is_crowd, box.x, box.y, box.width, box.height)
        groups.setdefault(key, []).append(item)
    for group in groups.values():
        left = sorted(group, key=_worth)
        while left:
            kept = left.pop(0)
            copies = [item for item in left if _same_shape(kept, item)]
            left = [item for item in left if item not in copies]
            yield from ((kept, copy) for copy in copies)


def near_twins(
    items: list[Annotation], size: Size
) -> Iterator[tuple[Annotation, Annotation, float]]:
    """Triples (in front, behind, IoU) of one layer and label with an IoU of 0.95 or more."""
    masks: dict[int, Mask] = {}
    for one, two in _close_pairs(items):
        if _box_iou(one.bounds, two.bounds) < NEAR_IOU * NEAR_IOU or _same_shape(one, two):
            continue
        iou = _iou(one, two, masks, size)
        if iou >= NEAR_IOU:
            behind, front = sorted((one, two), key=lambda item: (item.order, item.id))
            yield front, behind, iou


def _close_pairs(items: list[Annotation]) -> Iterator[tuple[Annotation, Annotation]]:
    """Pairs among which all near twins are: those whose left edges are close."""
    by_kind: dict[tuple[int, int], list[Annotation]] = {}
    for item in items:
        if not isinstance(item.geometry, Keypoints | Scribble) and not item.is_crowd:
            by_kind.setdefault((item.layer_id, item.label_id), []).append(item)
    for group in by_kind.values():
        group.sort(key=lambda item: item.bounds.x)
        for place, item in enumerate(group):
            reach = item.bounds.x + item.bounds.width * (1 - NEAR_IOU * NEAR_IOU) + 1
            for other in group[place + 1 :]:
                if other.bounds.x > reach:
                    break
                yield item, other


def _worth(item: Annotation) -> tuple[bool, bool, int, int]:
    return (item.review is not ReviewState.APPROVED, not item.edited, item.order, item.id)


def _same_shape(one: Annotation, two: Annotation) -> bool:
    return type(one.geometry) is type(two.geometry) and one.geometry == two.geometry


def _box_iou(one: Box, two: Box) -> float:
    width = min(one.right, two.right) - max(one.x, two.x)
    height = min(one.bottom, two.bottom) - max(one.y, two.y)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.area + two.area - shared)


def _iou(one: Annotation, two: Annotation, masks: dict[int, Mask], size: Size) -> float:
    if isinstance(one.geometry, Box) and isinstance(two.geometry, Box):
        return _box_iou(one.geometry, two.geometry)
    try:
        for item in (one, two):
            if item.id not in masks:
                masks[item.id] = rasterise(item.geometry, size)
    except ValueError:
        return 0.0
    shared = masks[one.id].intersected(masks[two.id]).area
    either = masks[one.id].area + masks[two.id].area - shared
    return shared / either if either else 0.0
