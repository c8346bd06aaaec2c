"""What one image becomes in a VOC folder, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from core.document.annotation import Annotation
from core.document.geometry import Box, Keypoints, Scribble, Size
from core.document.images import ImageRecord
from core.document.mask import Mask
from core.formats.class_maps import is_class_region
from core.formats.findings import Findings
from core.formats.outlines import exclusive_or
from core.formats.voc_masks import BACKGROUND, MAX_INDEX, VOID, IndexArray
from core.imaging.rasterise import rasterise


@dataclass(frozen=True, slots=True, eq=False)
class PlacedObject:
    """An annotation with its place in the XML; ``pixels`` is None for boxes.

    ``index`` is its value in SegmentationObject, ``class_index`` that in
    SegmentationClass; both are void for crowds and what is beyond 254. A class of
    the class map is no object: its ``index`` is that of the background.
    """

    annotation: Annotation
    label: str
    box: Box
    pixels: Mask | None
    index: int
    class_index: int


@dataclass(frozen=True, slots=True, eq=False)
class PlannedImage:
    """One image with its objects in the order of the XML.

    ``regions`` are the classes of a class map: they are in SegmentationClass alone.
    """

    record: ImageRecord
    size: Size
    stem: str
    objects: tuple[PlacedObject, ...]
    regions: tuple[PlacedObject, ...] = ()

    @property
    def has_masks(self) -> bool:
        """Whether it gets label PNGs."""
        return any(item.pixels is not None for item in (*self.regions, *self.objects))


def plan_image(
    record: ImageRecord,
    size: Size,
    stem: str,
    annotations: Sequence[Annotation],
    labels: Mapping[int, str],
    class_indices: Mapping[str, int],
    findings: Findings,
) -> PlannedImage:
    """Number the objects of an image: those with pixels first, as the devkit numbers them."""
    usable = list(_usable(record, size, annotations, labels, findings))
    of_the_map = [item for item in usable if is_class_region(item[0])]
    usable = [item for item in usable if not is_class_region(item[0])]
    usable.sort(key=lambda item: item[1] is None)
    objects = tuple(
        _placed(place, annotation, pixels, labels, class_indices)
        for place, (annotation, pixels) in enumerate(usable, start=1)
    )
    regions = tuple(
        _placed(BACKGROUND, annotation, pixels, labels, class_indices)
        for annotation, pixels in of_the_map
    )
    plan = PlannedImage(record, size, stem, objects, regions)
    _note_losses(plan, findings)
    return plan


def painted(plan: PlannedImage) -> tuple[IndexArray, IndexArray]:
    """SegmentationClass and SegmentationObject, uint8 (H, W), painted back to front."""
    classes = np.zeros(plan.size.shape, np.uint8)
    objects = np.zeros(plan.size.shape, np.uint8)
    for item in _back_to_front(plan):
        if item.pixels is not None and not item.pixels.is_empty:
            window = item.pixels.box.slices
            crop = item.pixels.crop()
            classes[window][crop] = item.class_index
            objects[window][crop] = item.index
    return classes, objects


def visible_parts(plan: PlannedImage) -> Iterator[tuple[PlacedObject, Mask]]:
    """Each object with pixels and those of them that nothing in front covers."""
    covered = np.zeros(plan.size.shape, np.bool_)
    for item in reversed(_back_to_front(plan)):
        if item.pixels is None or item.pixels.is_empty:
            continue
        box = item.pixels.box
        crop = item.pixels.crop()
        seen = crop & ~covered[box.slices]
        covered[box.slices] |= crop
        yield item, Mask.from_array(seen, box.left, box.top)


def file_stems(images: Sequence[ImageRecord], findings: Findings) -> dict[int, str]:
    """A file name without ending for each image; images of one name in two folders differ."""
    plain: dict[str, list[ImageRecord]] = {}
    for image in images:
        plain.setdefault(_key(PurePosixPath(image.path).stem), []).append(image)
    used = {stem for stem, owners in plain.items() if len(owners) == 1}
    stems: dict[int, str] = {}
    for image in images:
        path = PurePosixPath(image.path)
        if len(plain[_key(path.stem)]) == 1:
            stems[image.id] = path.stem
            continue
        stem = _free("__".join((*path.parent.parts, path.stem)), path.suffix, used)
        used.add(_key(stem))
        stems[image.id] = stem
        findings.note(
            image.path, "another image has the same name in VOC", f"its files are called “{stem}”"
        )
    return stems


def _key(stem: str) -> str:
    """Names that differ in case only are one file on some disks."""
    return stem.casefold()


def _free(stem: str, suffix: str, used: set[str]) -> str:
    tries = [stem, f"{stem}_{suffix.lstrip('.')}"]
    number = 2
    while _key(tries[0]) in used:
        tries.pop(0)
        if not tries:
            tries.append(f"{stem}_{number}")
            number += 1
    return tries[0]


def _usable(
    record: ImageRecord,
    size: Size,
    annotations: Sequence[Annotation],
    labels: Mapping[int, str],
    findings: Findings,
) -> Iterator[tuple[Annotation, Mask | None]]:
    for number, annotation in enumerate(annotations, start=1):
        place = f"object {number} of {record.path}"
        geometry = annotation.geometry
        if annotation.label_id not in labels:
            findings.left_out(place, "its label does not exist")
        elif isinstance(geometry, Keypoints | Scribble):
            kind = "keypoints" if isinstance(geometry, Keypoints) else "scribbles"
            findings.left_out(place, f"VOC has no form for {kind}", "not exported")
        elif isinstance(geometry, Box):
            yield annotation, None
        else:
            pixels = rasterise(geometry, size)
            if pixels.is_empty:
                findings.left_out(place, "it has no pixel inside the image", "not exported")
            else:
                yield annotation, pixels


def _placed(
    place: int,
    annotation: Annotation,
    pixels: Mask | None,
    labels: Mapping[int, str],
    class_indices: Mapping[str, int],
) -> PlacedObject:
    label = labels[annotation.label_id]
    hidden = annotation.is_crowd
    return PlacedObject(
        annotation=annotation,
        label=label,
        box=pixels.bounds if pixels is not None else annotation.bounds,
        pixels=pixels,
        index=VOID if hidden or place > MAX_INDEX else place,
        class_index=VOID if hidden else class_indices.get(label, VOID),
    )


def _note_losses(plan: PlannedImage, findings: Findings) -> None:
    name = plan.record.path
    outlines = sum(
        item.pixels is not None and not isinstance(item.annotation.geometry, Mask)
        for item in plan.objects
    )
    if outlines:
        findings.note(name, f"{outlines} outlines have no form in VOC", "their pixels were written")
    beyond = [
        item
        for item in plan.objects
        if item.pixels is not None and item.index == VOID and not item.annotation.is_crowd
    ]
    if beyond:
        findings.left_out(
            name,
            f"SegmentationObject holds {MAX_INDEX} objects, and {len(beyond)} are beyond that",
            "written as void there; their boxes and classes are complete",
            pixels=sum(_pixels_of_box_alone(item, plan.size) for item in beyond),
        )
    for place, item in _places(plan):
        if item.annotation.is_crowd:
            findings.left_out(
                place,
                "VOC has no crowds",
                "its box is marked as difficult, its pixels as void",
                pixels=_pixels_of_box_alone(item, plan.size),
            )
        elif item.pixels is not None and item.class_index == VOID:
            findings.left_out(
                place,
                f"SegmentationClass holds {MAX_INDEX} classes, “{item.label}” is beyond that",
                "written as void there",
            )
    _note_covered(plan, findings)


def _pixels_of_box_alone(item: PlacedObject, size: Size) -> int:
    """Pixels by which an object differs from its box, which is all that is read of it."""
    return 0 if item.pixels is None else exclusive_or(item.pixels, rasterise(item.box, size))


def _note_covered(plan: PlannedImage, findings: Findings) -> None:
    if not plan.has_masks:
        return
    places = {id(item): place for place, item in _places(plan)}
    for item, seen in visible_parts(plan):
        lost = (item.pixels.area if item.pixels is not None else 0) - seen.area
        if lost and item.index != VOID:
            findings.left_out(
                places[id(item)],
                f"{lost} of its pixels lie under other objects",
                "a label PNG has one object to a pixel: they belong to the one in front",
                pixels=lost,
            )


def _back_to_front(plan: PlannedImage) -> list[PlacedObject]:
    everything = (*plan.regions, *plan.objects)
    return sorted(everything, key=lambda item: (item.annotation.order, item.annotation.id))


def _places(plan: PlannedImage) -> Iterator[tuple[str, PlacedObject]]:
    """Every object and class with the words that a report finds it by."""
    for place, item in enumerate(plan.objects, start=1):
        yield f"object {place} of {plan.record.path}", item
    for item in plan.regions:
        yield f"class “{item.label}” of the class map of {plan.record.path}", item
