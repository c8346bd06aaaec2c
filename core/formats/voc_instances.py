"""Objects in SegmentationObject and SegmentationClass, and the boxes that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.errors import ReadError
from core.formats.findings import Findings
from core.formats.voc_masks import (
    BACKGROUND,
    CLASSES,
    VOID,
    IndexArray,
    read_class_names,
    read_indices,
)

_MIN_BOX_IOU = 0.5
_MARGIN_PX = 2.0
_MAX_SIDE_PX = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class InstanceMask:
    """One index of a label PNG with its pixels and the name of its class."""

    index: int
    class_name: str
    mask: Mask


@dataclass(frozen=True, slots=True, eq=False)
class SegmentedImage:
    """The label PNGs of one image.

    ``regions`` are pixels of SegmentationClass that belong to no object of
    SegmentationObject, one for each class.
    """

    instances: tuple[InstanceMask, ...] = ()
    regions: tuple[InstanceMask, ...] = ()


class SegmentationFolder:
    """The label PNGs of a VOC folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._objects = folder / "SegmentationObject"
        self._classes = folder / "SegmentationClass"

    def stems(self) -> list[str]:
        """Images that have a label PNG."""
        found = {
            path.relative_to(base).with_suffix("").as_posix()
            for base in (self._objects, self._classes)
            if base.is_dir()
            for path in base.rglob("*.png")
        }
        return sorted(found)

    def size_of(self, stem: str) -> Size | None:
        """The size of the label PNG, where nothing else tells that of the image."""
        for base in (self._objects, self._classes):
            try:
                with Image.open(base / f"{stem}.png") as image:
                    return Size(*image.size)
            except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
                continue
        return None

    def read(self, stem: str, size: Size | None, findings: Findings) -> SegmentedImage:
        """Objects of an image, and its classes beside them.

        Where there is no SegmentationObject, all pixels of a class are an object.
        """
        size = size or self.size_of(stem)
        if size is None or max(size.width, size.height) > _MAX_SIDE_PX:
            return SegmentedImage()
        classes = self._read(self._classes, stem, size, findings)
        objects = self._read(self._objects, stem, size, findings)
        if objects is not None:
            instances = tuple(
                InstanceMask(index, self._class_name(classes, objects == index), mask)
                for index, mask in _masks(objects)
            )
            return SegmentedImage(instances, self._beside(classes, objects, findings))
        if classes is None:
            return SegmentedImage()
        findings.note(
            "SegmentationClass",
            "there is no SegmentationObject",
            "all pixels of a class became one object",
        )
        return SegmentedImage(self._of_classes(classes))

    def _of_classes(self, classes: IndexArray) -> tuple[InstanceMask, ...]:
        return tuple(
            InstanceMask(index, self._name(index), mask) for index, mask in _masks(classes)
        )

    def _beside(
        self, classes: IndexArray | None, objects: IndexArray, findings: Findings
    ) -> tuple[InstanceMask, ...]:
        if classes is None or classes.shape != objects.shape:
            return ()
        regions = self._of_classes(np.where(objects == BACKGROUND, classes, BACKGROUND))
        for region in regions:
            findings.note(
                "SegmentationClass",
                f"{region.mask.area} pixels of “{region.class_name}” belong to no object",
                "they came in as one region of that class, behind the objects",
            )
        return regions

    def _read(self, base: Path, stem: str, size: Size, findings: Findings) -> IndexArray | None:
        path = base / f"{stem}.png"
        if not path.is_file():
            return None
        try:
            return read_indices(path, size)
        except ReadError as error:
            findings.left_out(base.name, error.message)
            return None

    def _class_name(self, classes: IndexArray | None, pixels: np.ndarray) -> str:
        """The class that most pixels of an object have."""
        if classes is None:
            return "object"
        counts = np.bincount(classes[pixels], minlength=256)
        counts[[0, VOID]] = 0
        return self._name(int(counts.argmax())) if counts.any() else "object"

    def _name(self, index: int) -> str:
        return self._names.get(index, f"class {index}")

    @cached_property
    def _names(self) -> dict[int, str]:
        names = read_class_names(self._folder)
        return names if names is not None else dict(enumerate(CLASSES, start=1))


def match_instances(
    objects: Sequence[tuple[str, Box | None]], instances: Sequence[InstanceMask]
) -> dict[int, Mask]:
    """The mask of each object (by its place in the XML), where one belongs to it.

    In the devkit the n-th object has index n; where the mask does not lie in its
    box, the best box of the same class is taken, and none below an IoU of 0.5.
    """
    matched: dict[int, Mask] = {}
    left = list(instances)
    for instance in instances:
        place = instance.index - 1
        if place < len(objects) and _fits(objects[place], instance):
            matched[place] = instance.mask
            left.remove(instance)
    for instance in left:
        free = [place for place in range(len(objects)) if place not in matched]
        scored = [(_score(objects[place], instance), place) for place in free]
        best = max(scored, default=(0.0, -1), key=lambda item: (item[0], -item[1]))
        if best[0] > 0:
            matched[best[1]] = instance.mask
    return matched


def _fits(item: tuple[str, Box | None], instance: InstanceMask) -> bool:
    """Whether the object of this number is meant: others may cover most of it."""
    name, box = item
    if box is None or instance.class_name not in (name, "object"):
        return False
    bounds = instance.mask.bounds
    return box.expanded(_MARGIN_PX).united(bounds) == box.expanded(_MARGIN_PX)


def _score(item: tuple[str, Box | None], instance: InstanceMask) -> float:
    """Box IoU; 0 when it is below the threshold or the classes differ."""
    name, box = item
    if box is None or instance.class_name not in (name, "object"):
        return 0.0
    iou = _iou(box, instance.mask.bounds)
    return iou if iou >= _MIN_BOX_IOU else 0.0


def _iou(first: Box, second: Box) -> float:
    width = min(first.right, second.right) - max(first.x, second.x)
    height = min(first.bottom, second.bottom) - max(first.y, second.y)
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / (first.area + second.area - shared) if shared else 0.0


def _masks(indices: IndexArray) -> list[tuple[int, Mask]]:
    """The pixels of every index but background and void."""
    present = np.flatnonzero(np.bincount(indices.ravel(), minlength=256))
    return [
        (int(index), Mask.from_array(indices == index))
        for index in present
        if index not in (0, VOID)
    ]
