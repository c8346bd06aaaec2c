"""Annotations from one format to another, with a report of every item."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

import msgspec

from core.errors import FormatError, MaskwrightError, ReadError
from core.formats.atomic import write_atomically
from core.formats.combining import combine
from core.formats.dataset import ExportReport, ImportReport, ReportEntry
from core.formats.exporting import ExportKind, export_layer
from core.formats.registry import DetectedFormat, detect_format, format_named
from core.headless.export_choices import ExportChoices

ALL = ExportChoices()


class ConversionStatus(IntEnum):
    """How a conversion ended; the value is the exit status of the command."""

    COMPLETE = 0
    WITH_LOSSES = 3
    NOTHING_READ = 4


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was read, what was written, and everything that was said on the way.

    ``read_as`` and ``why`` name the format of the source and what it was told
    by. ``written`` is None when nothing could be read; ``problem`` then says why.
    """

    source: Path
    target: Path
    read_as: str
    why: str
    imported: ImportReport | None
    written: ExportReport | None
    problem: str = ""

    @property
    def status(self) -> ConversionStatus:
        """Losses are what was left out on either side, pixels that differ, and failed checks."""
        if self.imported is None or self.written is None:
            return ConversionStatus.NOTHING_READ
        entries = (*self.imported.entries, *self.written.losses)
        lossy = any(entry.left_out or entry.pixels for entry in entries)
        complete = not lossy and self.written.verified
        return ConversionStatus.COMPLETE if complete else ConversionStatus.WITH_LOSSES


def convert(
    source: Path,
    target: Path,
    kind: ExportKind,
    *,
    source_format: str = "",
    image_root: Path | None = None,
    choices: ExportChoices = ALL,
) -> Conversion:
    """Read ``source``, write ``target`` as ``kind``, read that back and compare.

    The source is never changed. ``choices`` say what is written of it. What
    cannot be read ends in a Conversion without a result. Raises WriteError, and
    MaskwrightError for a target that is the source, a format that does not
    exist, or choices that do not fit.
    """
    if source.resolve() == target.resolve():
        raise MaskwrightError(
            "Source and target are the same.", "Choose another file or folder to write to."
        )
    wanted = format_named(source_format) if source_format else None
    if not source.exists():
        return _nothing(source, target, "", f"There is no file or folder {source}.")
    try:
        if wanted is None:
            found = detect_format(source)
        else:
            found = DetectedFormat(wanted.name, "it was asked for", source)
        imported = format_named(found.name).read(found.path, image_root)
    except (FormatError, ReadError) as error:
        return _nothing(source, target, source_format, str(error))
    if not imported.images or (
        imported.report.found_annotations and not imported.report.annotations
    ):
        nothing = _nothing(source, target, found.name, "No annotation could be read.")
        return replace(nothing, why=found.why, imported=imported.report)
    combined = combine([imported])
    options = choices.resolved(combined.dataset.state)
    report = export_layer(combined.dataset, 1, target, kind, combined.sources[1], options)
    return Conversion(source, target, found.name, found.why, imported.report, report)


def write_report(conversion: Conversion, path: Path) -> None:
    """Write everything that was said as JSON; raises WriteError.

    Every item has its stage ("read" or "write"), file, place, reason, action,
    whether it was left out, and the number of pixels that differ because of it.
    """
    imported, written = conversion.imported, conversion.written
    items = [
        *(_item("read", entry) for entry in (imported.entries if imported else ())),
        *(_item("write", entry) for entry in (written.losses if written else ())),
    ]
    content = {
        "source": str(conversion.source),
        "target": str(conversion.target),
        "status": int(conversion.status),
        "problem": conversion.problem,
        "read_as": conversion.read_as,
        "why": conversion.why,
        "read": None if imported is None else _counts(imported),
        "written": None
        if written is None
        else {
            **written.counts,
            "files": len(written.written),
            "verified": written.verified,
            "unexplained_pixels": written.mismatched_pixels,
        },
        "items": items,
    }
    write_atomically(path, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")


def _nothing(source: Path, target: Path, read_as: str, problem: str) -> Conversion:
    return Conversion(source, target, read_as, "", None, None, problem)


def _counts(report: ImportReport) -> dict[str, object]:
    return {
        "images": report.images,
        "annotations": report.annotations,
        "found_images": report.found_images,
        "found_annotations": report.found_annotations,
        "missing_images": list(report.missing_images),
    }


def _item(stage: str, entry: ReportEntry) -> dict[str, object]:
    return {
        "stage": stage,
        "file": entry.file,
        "place": entry.item,
        "reason": entry.reason,
        "action": entry.action,
        "left_out": entry.left_out,
        "pixels": entry.pixels,
    }
