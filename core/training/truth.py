"""From what people annotated on an image to what a network shall learn from it.

What counts, in one place:

- An image that *needs review* or is *approved* is **complete**: what no object
  covers is background. So is one that came annotated from a file and that nobody
  has worked on here.
- A *rejected* image counts for nothing until it is taken up again.
- On any other image only what was labelled counts: the objects, a rim of
  ``RIM_PX`` around each (whoever drew an outline also said where the object
  ends), scribbles, painted classes, and everything of a label named
  "background". The rest is unlabelled and no loss sees it.
- Boxes and rotated boxes say where an object is, not which pixels it has: their
  inside is unlabelled for masks and known for boxes. Crowds and void are
  unlabelled. Rejected annotations and keypoints count for nothing.

NumPy and OpenCV only, so that the window's process can do it in a thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.document.annotation import Annotation, Label, ReviewState
from core.document.document import ImageDocument, ImageState
from core.document.geometry import Box, Keypoints, RotatedBox, Scribble
from core.imaging.rasterise import rasterise
from core.training.data import UNLABELLED, ClassNumbers, FloatBoxes, LabelMap

RIM_PX = 3
BACKGROUND_NAME = "background"
COMPLETE_STATES = frozenset({ImageState.NEEDS_REVIEW, ImageState.APPROVED})


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is known of one image; the arrays are as in ``LabelledImage``.

    ``labelled_px`` counts the pixels that a loss sees; ``object_count`` the
    objects, with or without pixels. ``has_masks`` is False when the only objects
    are boxes.
    """

    instances: LabelMap
    classes: ClassNumbers
    boxes: FloatBoxes
    box_classes: ClassNumbers
    object_count: int
    labelled_px: int

    @property
    def has_masks(self) -> bool:
        """Whether the pixels of at least one object are known, or there is no object."""
        return len(self.classes) > 1 or self.object_count == 0


def categories_of(labels: Mapping[int, Label], used: frozenset[int]) -> tuple[Label, ...]:
    """The labels that become classes 1, 2, …: those in use, by id, without background."""
    return tuple(
        label
        for number, label in sorted(labels.items())
        if number in used and label.name.casefold() != BACKGROUND_NAME
    )


def is_complete(document: ImageDocument, layer_id: int, state: ImageState) -> bool:
    """Whether everything on an image counts as labelled."""
    if state is ImageState.UNLABELLED:
        items = document.in_layer(layer_id)
        return bool(items) and all(item.raw is not None for item in items)
    return state in COMPLETE_STATES


def truth_of(
    document: ImageDocument,
    layer_id: int,
    class_of_label: Mapping[int, int],
    *,
    complete: bool,
) -> Truth:
    """The truth about one image.

    ``class_of_label`` gives the class of each label id, 0 for background; what
    has another label is unlabelled.
    """
    builder = _Builder(document, class_of_label, complete=complete)
    semantic = document.semantic.get(layer_id)
    if semantic is not None:
        builder.add_painted(semantic.classes)
    for item in document.in_layer(layer_id):
        builder.add(item)
    return builder.truth()


class _Builder:
    """A label map that objects are painted into, back to front."""

    def __init__(
        self, document: ImageDocument, class_of_label: Mapping[int, int], *, complete: bool
    ) -> None:
        self._size = document.size
        self._class_of_label = class_of_label
        self._complete = complete
        self._instances = np.full(
            document.size.shape, 0 if complete else UNLABELLED, dtype=np.int32
        )
        self._classes: list[int] = [0]
        self._boxes: list[tuple[float, float, float, float]] = []
        self._box_classes: list[int] = []

    def add_painted(self, painted: npt.NDArray[np.uint16]) -> None:
        """Each connected part of a painted class is an object of it."""
        for label in np.unique(painted).tolist():
            number = self._class_of_label.get(label)
            if number is None:
                continue
            of_label = (painted == label).astype(np.uint8)
            if number == 0:
                self._instances[of_label > 0] = 0
                continue
            count, parts = cv2.connectedComponents(of_label, connectivity=4)
            first = len(self._classes)
            inside = of_label > 0
            self._instances[inside] = parts[inside] + (first - 1)
            self._classes += [number] * (count - 1)
            for part in range(1, count):
                self._note_box((parts == part).astype(np.uint8), number)

    def add(self, item: Annotation) -> None:
        """Paint one annotation."""
        number = self._class_of_label.get(item.label_id)
        geometry = item.geometry
        if item.review is ReviewState.REJECTED or isinstance(geometry, Keypoints):
            return
        try:
            mask = rasterise(geometry, self._size)
        except ValueError:
            return
        if mask.is_empty:
            return
        place, pixels = mask.box.slices, mask.crop()
        if number is None or item.is_crowd or isinstance(geometry, Box | RotatedBox):
            free = pixels & (self._instances[place] <= 0)
            self._instances[place][free] = UNLABELLED
            if number and not item.is_crowd:
                box = mask.box
                self._boxes.append((box.left, box.top, box.right, box.bottom))
                self._box_classes.append(number)
            return
        if number == 0:
            self._instances[place][pixels] = 0
            return
        if not self._complete and not isinstance(geometry, Scribble):
            self._draw_rim(mask.box.left, mask.box.top, pixels)
        self._instances[place][pixels] = len(self._classes)
        self._classes.append(number)
        if not isinstance(geometry, Scribble):
            box = mask.box
            self._boxes.append((box.left, box.top, box.right, box.bottom))
            self._box_classes.append(number)

    def truth(self) -> Truth:
        """What was painted."""
        return Truth(
            self._instances,
            np.array(self._classes, np.uint8),
            np.array(self._boxes, np.float32).reshape(-1, 4),
            np.array(self._box_classes, np.uint8),
            max(len(self._classes) - 1, len(self._boxes)),
            int((self._instances != UNLABELLED).sum()),
        )

    def _draw_rim(self, left: int, top: int, pixels: npt.NDArray[np.bool_]) -> None:
        """Unlabelled pixels close to an outline are background."""
        grown = cv2.dilate(
            np.pad(pixels, RIM_PX).astype(np.uint8),
            cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RIM_PX + 1, 2 * RIM_PX + 1)),
        )
        x0, y0 = max(left - RIM_PX, 0), max(top - RIM_PX, 0)
        x1 = min(left + pixels.shape[1] + RIM_PX, self._size.width)
        y1 = min(top + pixels.shape[0] + RIM_PX, self._size.height)
        dx, dy = x0 - (left - RIM_PX), y0 - (top - RIM_PX)
        rim = grown[dy : dy + y1 - y0, dx : dx + x1 - x0] > 0
        part = self._instances[y0:y1, x0:x1]
        part[rim & (part == UNLABELLED)] = 0

    def _note_box(self, pixels: npt.NDArray[np.uint8], number: int) -> None:
        x, y, width, height = cv2.boundingRect(pixels)
        self._boxes.append((x, y, x + width, y + height))
        self._box_classes.append(number)
