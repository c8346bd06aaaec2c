"""What differs between two lists of shapes, as rectangles of the image."""

from __future__ import annotations

from core.document.geometry import Box
from gui.canvas.layers.overlay_renderer import OverlayScene


def changed_boxes(before: OverlayScene, after: OverlayScene, limit: int) -> list[Box] | None:
    """Bounds of the shapes that look different, before and after.

    None when more than ``limit`` shapes changed: then everything is drawn anew.
    The order in the list does not matter to the overlay but among shapes of equal
    size, so a change of order alone counts as a change of everything.
    """
    old = {shape.id: index for index, shape in enumerate(before.shapes)}
    boxes: list[Box] = []
    last = -1
    kept = 0
    for index, shape in enumerate(after.shapes):
        place = old.get(shape.id)
        if place is None:
            boxes.append(after.entries[index].bounds)
        else:
            kept += 1
            if place < last:
                return None
            last = place
            if not shape.looks_like(before.shapes[place]):
                boxes.append(before.entries[place].bounds)
                boxes.append(after.entries[index].bounds)
        if len(boxes) > 2 * limit:
            return None
    if kept < len(old):
        ids = {shape.id for shape in after.shapes}
        gone = [place for number, place in old.items() if number not in ids]
        if len(gone) > limit:
            return None
        boxes.extend(before.entries[place].bounds for place in gone)
    return boxes if len(boxes) <= 2 * limit else None
