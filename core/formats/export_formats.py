"""Every format that can be written: its name, its place, its writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from core.document.images import Dataset
from core.formats.coco import write_coco
from core.formats.coco_panoptic import write_coco_panoptic
from core.formats.dataset import ExportReport, SourceRecords
from core.formats.details import ALL_DETAILS, Detail
from core.formats.export_options import Pictures
from core.formats.label_png import write_label_png
from core.formats.labelme import write_labelme
from core.formats.voc import write_voc
from core.formats.yolo import write_yolo

Writer = Callable[[Dataset, int, Path, SourceRecords, "Placement"], ExportReport]


class ExportKind(Enum):
    """What an export can be; the value is its name on the command line."""

    COCO_RLE = "coco"
    COCO_POLYGONS = "coco-polygons"
    COCO_PANOPTIC = "coco-panoptic"
    VOC = "voc"
    YOLO_BOXES = "yolo"
    YOLO_POLYGONS = "yolo-polygons"
    LABELME = "labelme"
    PNG_CLASSES = "png-classes"
    PNG_INSTANCES = "png-instances"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where pictures go, and the part of each image id in formats that know parts.

    ``with_reviews``: write what was found in review where there is a place for it.
    """

    pictures: Pictures = Pictures.LEAVE
    parts: Mapping[int, str] = field(default_factory=dict)
    with_reviews: bool = False


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format that can be written.

    ``title`` is for people. ``suffix`` is that of the target file, empty when the
    target is a folder. ``family`` names the format whose records it can write
    back as they came in. ``places_parts`` says that it has places of its own for the
    pictures and for the parts of a split, ``has_pixel_classes`` that class maps
    find one in it, ``is_pixel_map`` that one object has each pixel. ``short`` is
    its name within a sentence, ``says`` what it has a place for beside shapes and
    labels.
    """

    kind: ExportKind
    title: str
    suffix: str
    family: str
    write: Writer
    places_parts: bool = False
    is_pixel_map: bool = False
    has_pixel_classes: bool = False
    short: str = ""
    says: frozenset[Detail] = frozenset()

    def picture_folder(self, target: Path) -> Path:
        """Where the pictures go in a format that has no place of its own for them."""
        if not self.is_folder:
            return target.parent / "images"
        return target if self.family == "labelme" else target / "images"

    @property
    def is_folder(self) -> bool:
        """Whether the target is a folder instead of a file."""
        return not self.suffix


EXPORT_FORMATS: Mapping[ExportKind, ExportFormat] = MappingProxyType(
    {
        item.kind: item
        for item in (
            ExportFormat(
                ExportKind.COCO_RLE,
                "COCO json, masks as run lengths (smallest)",
                ".json",
                "coco",
                lambda data, layer, path, source, place: write_coco(
                    data,
                    layer,
                    path,
                    masks="rle",
                    source=source,
                    with_reviews=place.with_reviews,
                ),
                has_pixel_classes=True,
                short="COCO",
                says=ALL_DETAILS,
            ),
            ExportFormat(
                ExportKind.COCO_POLYGONS,
                "COCO json, masks as exact polygons",
                ".json",
                "coco",
                lambda data, layer, path, source, place: write_coco(
                    data,
                    layer,
                    path,
                    masks="polygons",
                    source=source,
                    with_reviews=place.with_reviews,
                ),
                has_pixel_classes=True,
                short="COCO",
                says=ALL_DETAILS,
            ),
            ExportFormat(
                ExportKind.COCO_PANOPTIC,
                "COCO panoptic json with its PNGs",
                ".json",
                "coco panoptic",
                lambda data, layer, path, source, _: write_coco_panoptic(
                    data, layer, path, source=source
                ),
                is_pixel_map=True,
                has_pixel_classes=True,
                short="COCO panoptic",
                says=frozenset({Detail.SKELETONS}),
            ),
            ExportFormat(
                ExportKind.VOC,
                "Pascal VOC folder (XML, class and object pictures, lists)",
                "",
                "voc",
                lambda data, layer, path, source, place: write_voc(
                    data,
                    layer,
                    path,
                    source=source,
                    pictures=place.pictures,
                    parts=place.parts,
                ),
                is_pixel_map=True,
                places_parts=True,
                has_pixel_classes=True,
                short="VOC",
                says=frozenset({Detail.ATTRIBUTES}),
            ),
            ExportFormat(
                ExportKind.YOLO_BOXES,
                "YOLO folder, boxes",
                "",
                "yolo",
                lambda data, layer, path, source, place: write_yolo(
                    data,
                    layer,
                    path,
                    shapes="boxes",
                    source=source,
                    pictures=place.pictures,
                    parts=place.parts,
                ),
                places_parts=True,
                short="YOLO",
            ),
            ExportFormat(
                ExportKind.YOLO_POLYGONS,
                "YOLO folder, outlines (exact polygons)",
                "",
                "yolo",
                lambda data, layer, path, source, place: write_yolo(
                    data,
                    layer,
                    path,
                    shapes="polygons",
                    source=source,
                    pictures=place.pictures,
                    parts=place.parts,
                ),
                places_parts=True,
                short="YOLO",
            ),
            ExportFormat(
                ExportKind.LABELME,
                "labelme folder (a JSON file for each image)",
                "",
                "labelme",
                lambda data, layer, path, source, _: write_labelme(
                    data, layer, path, source=source
                ),
                short="labelme",
                says=frozenset({Detail.ATTRIBUTES, Detail.IMAGE_ATTRIBUTES}),
            ),
            ExportFormat(
                ExportKind.PNG_CLASSES,
                "Label PNGs, an index for each class, with a class file",
                "",
                "png",
                lambda data, layer, path, _, __: write_label_png(
                    data, layer, path, meaning="classes"
                ),
                is_pixel_map=True,
                has_pixel_classes=True,
                short="a label PNG",
            ),
            ExportFormat(
                ExportKind.PNG_INSTANCES,
                "Label PNGs, an index for each object, with a table of classes",
                "",
                "png",
                lambda data, layer, path, _, __: write_label_png(
                    data, layer, path, meaning="instances"
                ),
                is_pixel_map=True,
                short="a label PNG",
            ),
        )
    }
)
"""Every format that can be written, in the order in which they are offered."""
