"""What goes over the pipe of the worker: packed values with their length before them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import MaskwrightError, ReadError, WriteError
from core.formats.dataset import ImportReport, ReportEntry
from core.project.packing import pack, unpack

_LENGTH_BYTES = 8
_KINDS = {kind.__name__: kind for kind in (MaskwrightError, ReadError, WriteError)}


@dataclass(frozen=True, slots=True)
class CreateProject:
    """To the worker: make a project of a source, and a preview in a folder of its own."""

    source: Path
    project: Path
    preview: Path
    author: str


@dataclass(frozen=True, slots=True)
class PreviewReady:
    """From the worker: the first images can be shown."""


@dataclass(frozen=True, slots=True)
class ProjectReady:
    """From the worker: the project is written; ``report`` is None for a folder of images."""

    notice: str
    report: ImportReport | None


@dataclass(frozen=True, slots=True)
class Failed:
    """From the worker: the error that a person should read."""

    error: MaskwrightError


FromWorker = PreviewReady | ProjectReady | Failed


def write_message(stream: BinaryIO, fields: list[Any]) -> None:
    """Write one message; raises OSError when nobody listens any more."""
    data = pack(fields)
    stream.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    stream.flush()


def read_message(stream: BinaryIO) -> Any:
    """The fields of the next message; None at the end of the pipe."""
    head = stream.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        return None
    length = int.from_bytes(head, "big")
    data = stream.read(length)
    return unpack(data) if len(data) == length else None


def job_fields(job: CreateProject) -> list[Any]:
    """The job as plain values."""
    paths = (job.source, job.project, job.preview)
    return [*map(os.fsencode, paths), job.author]


def job_from(fields: Any) -> CreateProject:
    """The job of ``job_fields``."""
    *paths, author = fields
    source, project, preview = (Path(os.fsdecode(path)) for path in paths)
    return CreateProject(source, project, preview, author)


def answer_fields(message: FromWorker) -> list[Any]:
    """An answer as plain values."""
    match message:
        case PreviewReady():
            return ["preview"]
        case ProjectReady(notice, report):
            return ["project", notice, None if report is None else _report_fields(report)]
        case Failed(error):
            name = next(
                kind.__name__
                for kind in (ReadError, WriteError, MaskwrightError)
                if isinstance(error, kind) or kind is MaskwrightError
            )
            return ["failed", name, error.message, error.hint]


def answer_from(fields: Any) -> FromWorker:
    """The answer of ``answer_fields``."""
    match fields:
        case ["preview"]:
            return PreviewReady()
        case ["project", notice, report]:
            return ProjectReady(notice, None if report is None else _report_from(report))
        case [_, kind, message, hint]:
            return Failed(_KINDS[kind](message, hint))
    raise ReadError("The reading process gave an answer that is none.")


def _report_fields(report: ImportReport) -> list[Any]:
    entries = [
        [item.file, item.item, item.reason, item.action, item.left_out, item.pixels]
        for item in report.entries
    ]
    counts = [report.images, report.annotations, report.found_images, report.found_annotations]
    return [entries, counts, list(report.missing_images)]


def _report_from(fields: Any) -> ImportReport:
    entries, (images, annotations, found_images, found_annotations), missing = fields
    return ImportReport(
        tuple(ReportEntry(*item) for item in entries),
        images,
        annotations,
        found_images,
        found_annotations,
        tuple(missing),
    )
