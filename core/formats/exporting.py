"""One door to every format that can be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.document.images import Dataset
from core.errors import MaskwrightError, ReadError, WriteError
from core.formats.class_maps import left_out_maps, with_class_regions
from core.formats.coco_captions import captions_of, left_out_captions
from core.formats.dataset import ExportReport, ReportEntry, SourceRecords, merged_reports
from core.formats.details import Detail, unsaid
from core.formats.export_formats import EXPORT_FORMATS, ExportFormat, ExportKind, Placement
from core.formats.export_options import EVERYTHING, ExportOptions, Pictures
from core.formats.export_selection import (
    Simplified,
    chosen_images,
    chosen_objects,
    with_front_labels,
    with_simple_outlines,
)
from core.formats.export_split import split_images
from core.formats.findings import Findings
from core.formats.folder_writing import FolderWriter
from core.formats.json_records import raw_fields
from core.formats.source_text import family_of

__all__ = [
    "EXPORT_FORMATS",
    "ExportFormat",
    "ExportKind",
    "export_layer",
    "part_place",
    "prepare",
]


def export_layer(
    dataset: Dataset,
    layer_id: int,
    target: Path,
    kind: ExportKind,
    source: SourceRecords | None = None,
    options: ExportOptions = EVERYTHING,
) -> ExportReport:
    """Write one layer: ``target`` is a file for COCO and a folder for the others.

    ``source`` are the records that the layer was read from, if any; with them
    everything that was not edited goes out as it came in, when the format is
    the same. ``options`` choose what is written; a part of a split is a file or
    folder of its own beside the target where the format has no place for parts.
    The classes of a class map become one region each where a format can say
    that. Raises WriteError, also for a layer that does not exist, and
    MaskwrightError for options that choose nothing.
    """
    if layer_id not in dataset.state.layers:
        raise WriteError("The layer that should be exported does not exist.")
    chosen = EXPORT_FORMATS[kind]
    fitting = source if source is not None and _fits(source, chosen) else SourceRecords()
    readable, unreadable = _without_unreadable(chosen_images(dataset, options))
    if not readable.images and dataset.images:
        raise MaskwrightError(
            "No image is in one of the chosen states, so there is nothing to export.",
            "Choose other states.",
        )
    prepared, simplified, lost = prepare(readable, layer_id, kind, options)
    parts = split_images(readable.images, options.split) if options.split else {}
    exporter = _Exporter(prepared, layer_id, chosen, fitting, options)
    report = exporter.write(target, parts)
    details = unsaid(
        chosen_objects(readable, layer_id, options),
        layer_id,
        target.name,
        chosen.family,
        chosen.says,
        chosen.short,
        held_back=frozenset() if options.with_reviews else frozenset({Detail.REVIEWS}),
    )
    if source is not None and not fitting.extra:
        kept = captions_of(raw_fields(source.extra).get("annotations"))
        details = (*details, *left_out_captions(kept, target.name, chosen.short))
    losses = (*unreadable, *details, *lost, *simplified.entries.values(), *report.losses)
    return replace(report, losses=losses)


def prepare(
    dataset: Dataset, layer_id: int, kind: ExportKind, options: ExportOptions
) -> tuple[Dataset, Simplified, tuple[ReportEntry, ...]]:
    """The data set as a writer gets it; what simpler outlines lose, and what class maps lose."""
    chosen = EXPORT_FORMATS[kind]
    found = chosen_objects(dataset, layer_id, options)
    if chosen.is_pixel_map:
        found = with_front_labels(found, layer_id, options.front_labels)
    found, simplified = with_simple_outlines(found, layer_id, options.simplify_px)
    if chosen.has_pixel_classes:
        return with_class_regions(found, layer_id), simplified, ()
    return found, simplified, left_out_maps(found, layer_id)


def part_place(chosen: ExportFormat, target: Path, name: str) -> Path:
    """Where a part of a split goes in a format that has no place of its own for parts."""
    if chosen.is_folder:
        return target / name
    return target.with_name(f"{target.stem}-{name}{target.suffix}")


@dataclass(frozen=True, slots=True, eq=False)
class _Exporter:
    """Writes a data set as a whole, or each part of it by itself."""

    dataset: Dataset
    layer_id: int
    chosen: ExportFormat
    source: SourceRecords
    options: ExportOptions

    def write(self, target: Path, parts: Mapping[int, str]) -> ExportReport:
        """All of it; raises WriteError."""
        if not parts or self.chosen.places_parts:
            return self._write(self.dataset, target, parts)
        names = dict.fromkeys(parts.values())
        return merged_reports(
            self._write(self._part(parts, name), part_place(self.chosen, target, name), {})
            for name in names
        )

    def _part(self, parts: Mapping[int, str], name: str) -> Dataset:
        images = tuple(image for image in self.dataset.images if parts[image.id] == name)
        return replace(self.dataset, images=images)

    def _write(self, dataset: Dataset, target: Path, parts: Mapping[int, str]) -> ExportReport:
        pictures = self.options.pictures
        placement = Placement(pictures, parts, self.options.with_reviews)
        if pictures is Pictures.LEAVE or self.chosen.places_parts:
            return self.chosen.write(dataset, self.layer_id, target, self.source, placement)
        folder = self.chosen.picture_folder(target)
        findings = Findings(target.name)
        files = FolderWriter(folder)
        for image in dataset.images:
            files.place_picture(dataset.path_of(image), image.path, pictures, findings)
        if self.chosen.family == "labelme":
            # Its files name the picture by the way from them to it.
            dataset = replace(dataset, image_root=folder)
        report = self.chosen.write(dataset, self.layer_id, target, self.source, placement)
        return replace(
            report,
            written=(*report.written, *files.written),
            losses=(*report.losses, *findings.entries),
        )


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
