"""What an annotation file brought in, and what an import or export has to report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from core.document.annotation import (
    NO_ATTRIBUTES,
    Annotation,
    AttributeValue,
    Label,
    LayerRole,
)
from core.document.comment import Comment
from core.document.document import ImageState
from core.document.geometry import Size

LAYER_OF_A_NEW_PROJECT = 1
"""Objects are read into the layer that a new project begins with; an import moves them."""


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One thing that a person should know about a file that was read or written.

    ``item`` is a place that can be found again, such as
    ``annotations[12].segmentation`` or ``object 3``; empty for the whole file.
    ``reason`` says what is wrong, ``action`` what was done about it.
    ``left_out`` marks what is missing from the result. ``pixels`` is how many
    pixels of the objects differ from the source because of it, where that is known.
    """

    file: str
    item: str
    reason: str
    action: str
    left_out: bool = False
    pixels: int = 0

    def __str__(self) -> str:
        place = f"{self.file}, {self.item}" if self.item else self.file
        return f"{place}: {self.reason}; {self.action}"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was found, what came in, and everything that was not taken as it stands.

    ``images`` and ``annotations`` count what came in, the ``found_`` fields what
    the file holds. ``missing_images`` are the names that no file was found for;
    they came in all the same.
    """

    entries: tuple[ReportEntry, ...] = ()
    images: int = 0
    annotations: int = 0
    found_images: int = 0
    found_annotations: int = 0
    missing_images: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[ReportEntry, ...]:
        """Only the entries about what did not come in."""
        return tuple(entry for entry in self.entries if entry.left_out)

    @property
    def summary(self) -> str:
        """One sentence for the status line."""
        text = f"{_counted(self.annotations, self.images)} brought in"
        parts = [
            f"{self.found_annotations - self.annotations} of {self.found_annotations} "
            "annotations were left out"
            if self.found_annotations > self.annotations
            else "",
            f"{len(self.missing_images)} images were not found" if self.missing_images else "",
        ]
        return "; ".join([text, *filter(None, parts)]) + "."


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written, what the format could not express, and the result of reading it back.

    ``counts`` has at least "images" and "annotations". ``mismatched_pixels``
    are pixels that differ from the source after reading back and that no entry
    of ``losses`` explains; ``verified`` is true when there is none.
    """

    written: tuple[Path, ...]
    counts: Mapping[str, int]
    losses: tuple[ReportEntry, ...]
    verified: bool
    mismatched_pixels: int

    @property
    def summary(self) -> str:
        """One sentence for the status line."""
        counts = self.counts
        text = f"{_counted(counts.get('annotations', 0), counts.get('images', 0))} written"
        checked = (
            "read back and found equal"
            if self.verified
            else f"read back, {self.mismatched_pixels} pixels differ"
        )
        things = "1 thing" if len(self.losses) == 1 else f"{len(self.losses)} things"
        losses = f", {things} could not be expressed" if self.losses else ""
        return f"{text}, {checked}{losses}."


def _counted(annotations: int, images: int) -> str:
    objects = "1 annotation" if annotations == 1 else f"{annotations} annotations"
    pictures = "1 image" if images == 1 else f"{images} images"
    return f"{objects} on {pictures} {'was' if annotations == 1 else 'were'}"


def merged_reports(reports: Iterable[ExportReport]) -> ExportReport:
    """One report of exports that belong together."""
    found = tuple(reports)
    counts: Counter[str] = Counter()
    for report in found:
        counts.update(report.counts)
    return ExportReport(
        tuple(path for report in found for path in report.written),
        MappingProxyType(dict(counts)),
        tuple(entry for report in found for entry in report.losses),
        all(report.verified for report in found),
        sum(report.mismatched_pixels for report in found),
    )


@dataclass(frozen=True, slots=True)
class ImportedImage:
    """One image of an annotation file.

    ``name`` is a checked POSIX path relative to the image root: it never leaves
    the root, and ``raw`` keeps the name as it was written. ``size`` is that of
    the picture where it could be read, otherwise that of the file, upright.
    ``raw`` is the record as it was read (JSON or XML text). ``missing`` says
    that there is no such picture. ``attributes`` are those of the image itself,
    ``comments`` what people said about it, ``state`` what they decided, if the file
    says that.
    """

    name: str
    size: Size | None
    annotations: tuple[Annotation, ...]
    raw: str | None
    missing: bool = False
    attributes: Mapping[str, AttributeValue] = field(default_factory=lambda: NO_ATTRIBUTES)
    comments: tuple[Comment, ...] = ()
    state: ImageState | None = None


@dataclass(frozen=True, slots=True)
class ImportedDataset:
    """Everything that was read from an annotation file or folder.

    Annotations have fresh ids, layer id 0 and label ids of ``labels``.
    ``extra`` is what belongs to no image (JSON text: info, licences,
    categories and unknown keys), kept for the way back.
    """

    images: tuple[ImportedImage, ...]
    labels: tuple[Label, ...]
    role_hint: LayerRole
    report: ImportReport
    image_root: Path
    extra: str
    format_name: str = ""


@dataclass(frozen=True, slots=True)
class SourceRecords:
    """Records of the file that a layer came from, for writing it back as it was.

    ``images`` maps image id (of the project) to the record of the image, in the
    order of the file; ``extra`` is ``ImportedDataset.extra``. Both may be empty:
    then only the annotations go out as they came in.
    """

    extra: str = ""
    images: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
