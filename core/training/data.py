"""Read the pictures and truths that the bundled weights are trained on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import cv2
import numpy as np
import numpy.typing as npt
from defusedxml import ElementTree

from core.errors import FormatError, ReadError

RgbImage = npt.NDArray[np.uint8]
LabelMap = npt.NDArray[np.int32]
ClassNumbers = npt.NDArray[np.uint8]
FloatBoxes = npt.NDArray[np.float32]

UNLABELLED = -1
"""In a label map: nobody has said what this pixel is."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImage:
    """A picture with the truth about it.

    ``pixels`` is uint8 (H, W, 3) RGB. ``instances`` is int32 (H, W), 0 for
    background, a number for every object and UNLABELLED where nobody has looked,
    or None where only boxes are known. ``boxes`` is float32 (N, 4): x0, y0, x1, y1
    in pixel-edge coordinates. ``classes`` gives the class (1 …) of every object
    by its number, place 0 unused; None when there is one class. ``box_classes``
    does the same for boxes, in their order.
    """

    name: str
    group: str
    pixels: RgbImage
    instances: LabelMap | None
    boxes: FloatBoxes
    classes: ClassNumbers | None = None
    box_classes: ClassNumbers | None = None


def read_dsb2018(folder: Path, excluded: frozenset[str] = frozenset()) -> tuple[LabelledImage, ...]:
    """Nuclei with masks; the folder holds ``images`` and ``labels`` of equal names."""
    return tuple(_nuclei(folder, name) for name in image_names(folder / "images", excluded))


def read_bccd(folder: Path, excluded: frozenset[str] = frozenset()) -> tuple[LabelledImage, ...]:
    """Blood cells with boxes; the folder is a VOC tree of JPEGImages and Annotations."""
    return tuple(_blood(folder, name) for name in image_names(folder / "JPEGImages", excluded))


def image_names(folder: Path, excluded: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """File names of the pictures in a folder, sorted; raises ReadError when there is none."""
    names = sorted(path.name for path in folder.glob("*") if path.suffix in {".png", ".jpg"})
    if not names:
        raise ReadError(f"There are no pictures in {folder}.", "Name the folder with --data.")
    return tuple(name for name in names if name not in excluded)


def boxes_of_instances(instances: LabelMap) -> FloatBoxes:
    """Tight pixel-edge boxes of the objects of a label map, in the order of their numbers."""
    boxes = [_tight_box(instances, int(number)) for number in object_numbers(instances)]
    return np.array(boxes, dtype=np.float32).reshape(-1, 4)


def object_numbers(instances: LabelMap) -> npt.NDArray[np.int32]:
    """The numbers above 0 that occur in a label map, ascending."""
    numbers: npt.NDArray[np.int32] = np.unique(instances)
    return numbers[numbers > 0]


def group_of(pixels: RgbImage) -> str:
    """Kind of microscopy, told from the picture: ``fluorescence``, ``bright`` or ``stained``."""
    channels = pixels.reshape(-1, 3).astype(np.float32)
    is_grey = float(np.ptp(channels, axis=1).mean()) < 4
    if not is_grey:
        return "stained"
    return "bright" if float(np.median(channels)) > 128 else "fluorescence"


def _nuclei(folder: Path, name: str) -> LabelledImage:
    pixels = _read_rgb(folder / "images" / name)
    labels = cv2.imread(str(folder / "labels" / name), cv2.IMREAD_UNCHANGED)
    if labels is None or labels.shape != pixels.shape[:2]:
        raise ReadError(f"{folder / 'labels' / name} does not fit its picture.")
    instances = labels.astype(np.int32)
    return LabelledImage(name, group_of(pixels), pixels, instances, boxes_of_instances(instances))


def _blood(folder: Path, name: str) -> LabelledImage:
    pixels = _read_rgb(folder / "JPEGImages" / name)
    path = folder / "Annotations" / f"{Path(name).stem}.xml"
    boxes = [box for box in _voc_boxes(path) if box[2] > box[0] and box[3] > box[1]]
    array = np.array(boxes, dtype=np.float32).reshape(-1, 4)
    return LabelledImage(name, "blood", pixels, None, array)


def _voc_boxes(path: Path) -> Iterator[tuple[float, float, float, float]]:
    """Boxes of a VOC file, from its 1-based inclusive pixels to pixel edges."""
    root = ElementTree.parse(path).getroot()
    for place, item in enumerate(() if root is None else root.iter("bndbox")):
        x0, y0, x1, y1 = (_number(item, tag, path, place) for tag in _VOC_TAGS)
        yield max(x0 - 1, 0), max(y0 - 1, 0), x1, y1


_VOC_TAGS = ("xmin", "ymin", "xmax", "ymax")


def _number(item: Element, tag: str, path: Path, place: int) -> float:
    try:
        return float(item.findtext(tag, ""))
    except ValueError as error:
        raise FormatError(path, f"bndbox {place}", f"{tag} is not a number") from error


def _tight_box(instances: LabelMap, number: int) -> tuple[int, int, int, int]:
    x, y, width, height = cv2.boundingRect((instances == number).astype(np.uint8))
    return x, y, x + width, y + height


def _read_rgb(path: Path) -> RgbImage:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ReadError(f"{path} cannot be read as a picture.")
    rgb: RgbImage = np.ascontiguousarray(pixels[:, :, ::-1])
    return rgb
