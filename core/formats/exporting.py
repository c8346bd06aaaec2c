"""One door to every format that can be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from core.document.images import Dataset
from core.errors import ReadError, WriteError
from core.formats.class_maps import left_out_maps, with_class_regions
from core.formats.coco import write_coco
from core.formats.coco_panoptic import write_coco_panoptic
from core.formats.dataset import ExportReport, ReportEntry, SourceRecords
from core.formats.label_png import write_label_png
from core.formats.labelme import write_labelme
from core.formats.source_text import family_of
from core.formats.voc import write_voc
from core.formats.yolo import write_yolo

Writer = Callable[[Dataset, int, Path, SourceRecords, bool], ExportReport]


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
class ExportFormat:
    """A format that can be written.

    ``title`` is for people. ``suffix`` is that of the target file, empty when the
    target is a folder. ``family`` names the format whose records it can write
    back as they came in. ``copies_images`` says that it has a place for the
    pictures themselves, ``has_pixel_classes`` that class maps find one in it.
    """

    kind: ExportKind
    title: str
    suffix: str
    family: str
    write: Writer
    copies_images: bool = False
    has_pixel_classes: bool = False

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
                lambda data, layer, path, source, _: write_coco(
                    data, layer, path, masks="rle", source=source
                ),
                has_pixel_classes=True,
            ),
            ExportFormat(
                ExportKind.COCO_POLYGONS,
                "COCO json, masks as exact polygons",
                ".json",
                "coco",
                lambda data, layer, path, source, _: write_coco(
                    data, layer, path, masks="polygons", source=source
                ),
                has_pixel_classes=True,
            ),
            ExportFormat(
                ExportKind.COCO_PANOPTIC,
                "COCO panoptic json with its PNGs",
                ".json",
                "coco panoptic",
                lambda data, layer, path, source, _: write_coco_panoptic(
                    data, layer, path, source=source
                ),
                has_pixel_classes=True,
            ),
            ExportFormat(
                ExportKind.VOC,
                "Pascal VOC folder (XML, class and object pictures, lists)",
                "",
                "voc",
                lambda data, layer, path, source, copy: write_voc(
                    data, layer, path, source=source, copy_images=copy
                ),
                copies_images=True,
                has_pixel_classes=True,
            ),
            ExportFormat(
                ExportKind.YOLO_BOXES,
                "YOLO folder, boxes",
                "",
                "yolo",
                lambda data, layer, path, source, copy: write_yolo(
                    data, layer, path, shapes="boxes", source=source, copy_images=copy
                ),
                copies_images=True,
            ),
            ExportFormat(
                ExportKind.YOLO_POLYGONS,
                "YOLO folder, outlines (exact polygons)",
                "",
                "yolo",
                lambda data, layer, path, source, copy: write_yolo(
                    data, layer, path, shapes="polygons", source=source, copy_images=copy
                ),
                copies_images=True,
            ),
            ExportFormat(
                ExportKind.LABELME,
                "labelme folder (a JSON file for each image)",
                "",
                "labelme",
                lambda data, layer, path, source, _: write_labelme(
                    data, layer, path, source=source
                ),
            ),
            ExportFormat(
                ExportKind.PNG_CLASSES,
                "Label PNGs, an index for each class, with a class file",
                "",
                "png",
                lambda data, layer, path, _, __: write_label_png(
                    data, layer, path, meaning="classes"
                ),
                has_pixel_classes=True,
            ),
            ExportFormat(
                ExportKind.PNG_INSTANCES,
                "Label PNGs, an index for each object, with a table of classes",
                "",
                "png",
                lambda data, layer, path, _, __: write_label_png(
                    data, layer, path, meaning="instances"
                ),
            ),
        )
    }
)
"""Every format that can be written, in the order in which they are offered."""


def export_layer(
    dataset: Dataset,
    layer_id: int,
    target: Path,
    kind: ExportKind,
    source: SourceRecords | None = None,
    *,
    copy_images: bool = False,
) -> ExportReport:
    """Write one layer: ``target`` is a file for COCO and a folder for the others.

    ``source`` are the records that the layer was read from, if any; with them
    everything that was not edited goes out as it came in, when the format is
    the same. ``copy_images`` puts the pictures beside, byte for byte. Raises
    WriteError, also for a layer that does not exist, and for pictures in a
    format that has no place for them. The classes of a class map become one region
    each where a format can say that.
    """
    if layer_id not in dataset.state.layers:
        raise WriteError("The layer that should be exported does not exist.")
    chosen = EXPORT_FORMATS[kind]
    if copy_images and not chosen.copies_images:
        names = ", ".join(item.kind.value for item in EXPORT_FORMATS.values() if item.copies_images)
        raise WriteError(
            f"{chosen.title}: this format has no place for the pictures.",
            f"They are copied for {names}.",
        )
    fitting = source if source is not None and _fits(source, chosen) else SourceRecords()
    readable, unreadable = _without_unreadable(dataset)
    lost = () if chosen.has_pixel_classes else left_out_maps(readable, layer_id)
    if chosen.has_pixel_classes:
        readable = with_class_regions(readable, layer_id)
    report = chosen.write(readable, layer_id, target, fitting, copy_images)
    return replace(report, losses=(*unreadable, *lost, *report.losses))


def _fits(source: SourceRecords, chosen: ExportFormat) -> bool:
    """Whether the records are of the format that is written; those of others say nothing here."""
    return not source.extra or family_of(source.extra) == chosen.family


def _without_unreadable(dataset: Dataset) -> tuple[Dataset, tuple[ReportEntry, ...]]:
    """The data set without pictures that were never read and cannot be.

    Only those can fail to load: their size is not known, so nothing can be
    annotated on them.
    """
    entries: list[ReportEntry] = []
    for image in dataset.images:
        if image.size is None:
            try:
                dataset.load(image.id)
            except ReadError as error:
                entries.append(
                    ReportEntry(image.path, "", error.message, "left out", left_out=True)
                )
    if not entries:
        return dataset, ()
    gone = {entry.file for entry in entries}
    kept = tuple(image for image in dataset.images if image.path not in gone)
    return replace(dataset, images=kept), tuple(entries)
