"""A simulated annotator: takes the best proposal for each object and fixes what is wrong."""

from __future__ import annotations

import numpy as np

from core.models.adapter import Adapter, RunContext
from core.training.data import LabelledImage, object_numbers
from core.training.evaluate import masks_of
from core.training.metrics import mask_ious

TAKEN_FROM_IOU = 0.5


def edited_pixels(adapter: Adapter, image: LabelledImage) -> tuple[int, int]:
    """Pixels that have to be changed by hand, and pixels of all objects.

    An object takes the proposal that overlaps it most, if that is half of it or
    more, and costs the pixels in which the two differ; otherwise it is drawn
    from nothing and costs its area. What is left over is rejected, which costs
    no pixels.
    """
    if image.instances is None:
        raise ValueError(f"{image.name} has no masks")
    masks = masks_of(adapter.propose(image.pixels, RunContext()))
    numbers = object_numbers(image.instances)
    areas = np.bincount(image.instances[image.instances > 0], minlength=int(numbers.max()) + 1)
    ious = mask_ious(masks, image.instances)
    taken: set[int] = set()
    edited = 0
    for place, number in enumerate(numbers.tolist()):
        area = int(areas[number])
        free = [row for row in range(len(masks)) if row not in taken]
        best = max(free, key=lambda row: ious[row, place], default=None)
        if best is None or ious[best, place] < TAKEN_FROM_IOU:
            edited += area
            continue
        taken.add(best)
        # |A xor B| from IoU: shared = IoU / (1 + IoU) of both areas together.
        both = area + masks[best].area
        shared = ious[best, place] / (1 + ious[best, place]) * both
        edited += round(both - 2 * shared)
    return edited, int(areas.sum())
