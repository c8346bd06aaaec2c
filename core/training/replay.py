"""Pictures of what a bundled model knew, so that a new one does not forget it.

The program ships four pictures of nuclei with their masks (resources/demo, CC0).
No bundled weights were trained on them, but they show the same kinds of cells.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType

from core.document.document import ImageDocument
from core.document.geometry import Size
from core.errors import ReadError
from core.formats.coco import read_coco
from core.formats.dataset import ImportedImage
from core.imaging.reading import read_image
from core.training.data import LabelledImage, group_of
from core.training.truth import truth_of

BUNDLED_NUCLEI = ("nuclei-1.png", "nuclei-2.png", "nuclei-3.png", "nuclei-4.png")
_KNOWS_NUCLEI = frozenset({"unet-nuclei", "maskrcnn-cells"})


def knows_nuclei(ancestors: Iterable[str]) -> bool:
    """Whether one of these models was trained on nuclei before it came to the project."""
    return bool(_KNOWS_NUCLEI & set(ancestors))


def bundled_replay(names: Iterable[str] = BUNDLED_NUCLEI) -> tuple[LabelledImage, ...]:
    """Pictures of nuclei with the truth about them; raises ReadError when they are missing."""
    wanted = set(names)
    with as_file(files("resources") / "demo") as folder:
        cells = folder / "cells"
        reference = read_coco(folder / "reference.json", cells)
        found = tuple(_labelled(image, cells) for image in reference.images if image.name in wanted)
    if not found:
        raise ReadError("The pictures that keep a model from forgetting are not installed.")
    return found


def _labelled(image: ImportedImage, folder: Path) -> LabelledImage:
    pixels = read_image(folder / image.name)
    document = ImageDocument(
        1,
        Size(pixels.shape[1], pixels.shape[0]),
        MappingProxyType({item.id: item for item in image.annotations}),
    )
    classes = {item.label_id: 1 for item in image.annotations}
    truth = truth_of(document, image.annotations[0].layer_id, classes, complete=True)
    return LabelledImage(image.name, group_of(pixels), pixels, truth.instances, truth.boxes)
