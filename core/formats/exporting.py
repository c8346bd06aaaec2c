"""One door to every format that can be written."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from pathlib import Path

from core.document.images import Dataset
from core.errors import ReadError, WriteError
from core.formats.coco import write_coco
from core.formats.dataset import ExportReport, ReportEntry, SourceRecords
from core.formats.voc import write_voc


class ExportKind(Enum):
    """What an export can be; the value is its name on the command line."""

    COCO_RLE = "coco"
    COCO_POLYGONS = "coco-polygons"
    VOC = "voc"


def export_layer(
    dataset: Dataset,
    layer_id: int,
    target: Path,
    kind: ExportKind,
    source: SourceRecords | None = None,
) -> ExportReport:
    """Write one layer: ``target`` is a file for COCO and a folder for VOC.

    ``source`` are the records that the layer was read from, if any; with them
    everything that was not edited goes out as it came in. Raises WriteError,
    also for a layer that does not exist.
    """
    if layer_id not in dataset.state.layers:
        raise WriteError("The layer that should be exported does not exist.")
    readable, unreadable = _without_unreadable(dataset)
    report = _write(readable, layer_id, target, kind, source)
    return replace(report, losses=(*unreadable, *report.losses))


def _write(
    dataset: Dataset, layer_id: int, target: Path, kind: ExportKind, source: SourceRecords | None
) -> ExportReport:
    match kind:
        case ExportKind.COCO_RLE:
            return write_coco(dataset, layer_id, target, masks="rle", source=source)
        case ExportKind.COCO_POLYGONS:
            return write_coco(dataset, layer_id, target, masks="polygons", source=source)
        case ExportKind.VOC:
            return write_voc(dataset, layer_id, target, source=source)


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
