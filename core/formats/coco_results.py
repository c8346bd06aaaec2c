"""COCO results: bare lists of detections, read as predictions and written from proposals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from core.document.annotation import LayerRole
from core.document.geometry import Size
from core.document.images import ImageRecord
from core.errors import FormatError, MaskwrightError
from core.formats.atomic import write_atomically
from core.formats.coco_images import ImageEntry, image_root_of, read_images
from core.formats.coco_reading import AnnotationReader, is_finite
from core.formats.coco_shapes import shape_fields
from core.formats.dataset import ExportReport, ImportedDataset
from core.formats.findings import Findings
from core.formats.image_names import ImageFinder, checked_name
from core.formats.json_records import RawRecord, load_json, records_of, top_level
from core.formats.labels import LabelTable, add_categories, number_of
from core.imaging.reading import probe_image
from core.models.proposal import ProposalSet

_MAX_SIBLINGS = 30
_MAX_SIBLING_BYTES = 300_000_000


def read_coco_results(
    path: Path,
    dataset_json: Path | None = None,
    image_root: Path | None = None,
    *,
    probe_images: bool = True,
) -> ImportedDataset:
    """Read a list of results as a layer of predictions.

    Results name images and categories by number only: ``dataset_json`` is the
    COCO file that the numbers belong to. Without it one is looked for in the
    same folder; failing that, images are those whose file names end in the
    number. Results that name their image and class, as Maskwright writes them,
    go by these names alone. Raises ReadError, and
    FormatError when the images cannot be told.
    """
    findings = Findings(path.name)
    parts = top_level(path, load_json(path, findings))
    if isinstance(parts, dict):
        raise FormatError(path, "", "a file of COCO results is a list, and this one is an object.")
    records = records_of(msgspec.Raw(msgspec.json.encode(parts)), "results", findings)
    numbers = {number_of(record.values.get("image_id")) for record in records if record.values}
    if _are_named(records):
        # Numbers of a run mean nothing in another file; names do.
        dataset_json = None
    else:
        dataset_json = dataset_json or _sibling_dataset(path, numbers - {None})
    table = LabelTable()
    if dataset_json is not None:
        findings.note("", f"images and categories are those of {dataset_json.name}", "used")
        finder, entries = _dataset_images(dataset_json, image_root, table, findings, probe_images)
    else:
        finder = ImageFinder(image_root or path.parent)
        entries = _named_images(path, records, finder, findings)
    by_key = {entry.key: entry for entry in entries}
    reader = AnnotationReader(path.name, entries, table, findings)
    for index, record in enumerate(records):
        key = number_of(record.values.get("image_id")) if record.values else None
        if record.values and "score" in record.values and not is_finite(record.values["score"]):
            # Nobody can say where among the others it belongs.
            findings.left_out(f"{record.place}.score", "the score is no finite number")
            continue
        _note_name(record, table)
        reader.read(index, record, by_key.get(key))
    return reader.finish(finder.root, "", len(entries), LayerRole.PREDICTIONS)


def write_proposals(
    path: Path, images: Sequence[ImageRecord], proposal_sets: Sequence[ProposalSet]
) -> ExportReport:
    """Write what models proposed as COCO results: masks as run lengths, with scores.

    One set for each image. ``image_id`` is the id of the image record; the file
    name and the model's name for the class stand beside it, because results
    have no lists of their own. Raises WriteError.
    """
    findings = Findings(path.name)
    results, left_out = result_records(images, proposal_sets)
    for subject in left_out:
        findings.left_out(subject, "it is a scribble")
    write_atomically(path, msgspec.json.encode(results))
    again = msgspec.json.decode(path.read_bytes())
    counts = {"images": len(images), "annotations": len(results)}
    return ExportReport((path,), counts, findings.entries, again == results, 0)


def result_records(
    images: Sequence[ImageRecord], proposal_sets: Sequence[ProposalSet]
) -> tuple[list[dict[str, object]], list[str]]:
    """The records that ``write_proposals`` writes, and what results cannot say."""
    categories: dict[str, int] = {}
    results: list[dict[str, object]] = []
    left_out: list[str] = []
    for image, proposals in zip(images, proposal_sets, strict=True):
        for item in proposals.items:
            fields = shape_fields(item.geometry, proposals.image_size, "rle")
            if fields is None:
                left_out.append(f"proposal {item.id} of “{image.path}”")
                continue
            named = item.label or "object"
            result: dict[str, object] = {
                "image_id": image.id,
                "category_id": categories.setdefault(named, len(categories) + 1),
                **{key: value for key, value in fields.fields.items() if value != []},
                "score": float(item.score),
                "file_name": image.path,
                "category_name": named,
            }
            results.append(result)
    return results, left_out


def _dataset_images(
    path: Path, image_root: Path | None, table: LabelTable, findings: Findings, probe: bool
) -> tuple[ImageFinder, list[ImageEntry]]:
    """The images of the annotation file that results belong to; its categories go into the table.

    Faults of that file are reported when it is opened itself.
    """
    parts = top_level(path, load_json(path, findings))
    if isinstance(parts, list):
        raise FormatError(path, "", "this is a list of results, not the file they belong to.")
    ignored = Findings(path.name)
    records = records_of(parts.get("images"), "images", ignored)
    finder = ImageFinder(image_root or image_root_of(path, records))
    entries = read_images(records, finder, ignored, probe=probe)
    categories = records_of(parts.get("categories"), "categories", ignored)
    add_categories(table, [(item.place, item.values or {}) for item in categories], ignored)
    return finder, entries


def _are_named(records: Sequence[RawRecord]) -> bool:
    """Whether every result says in words which image and class it is of, as ours do."""
    return bool(records) and all(
        isinstance(record.values.get("file_name"), str)
        and isinstance(record.values.get("category_name"), str)
        for record in records
        if record.values
    )


def _sibling_dataset(path: Path, numbers: set[int | str | None]) -> Path | None:
    """A COCO file in the same folder that has the images of these results."""
    siblings = [item for item in sorted(path.parent.glob("*.json")) if item != path]
    for sibling in siblings[:_MAX_SIBLINGS]:
        if sibling.stat().st_size > _MAX_SIBLING_BYTES:
            continue
        try:
            parts = top_level(sibling, load_json(sibling, Findings("")))
        except MaskwrightError:
            continue
        if isinstance(parts, dict) and "images" in parts:
            records = records_of(parts["images"], "images", Findings(""))
            found = {number_of(record.values.get("id")) for record in records if record.values}
            if numbers and numbers <= found:
                return sibling
    return None


def _named_images(
    path: Path, records: Sequence[RawRecord], finder: ImageFinder, findings: Findings
) -> list[ImageEntry]:
    """The images that results name by ``file_name``, or by a number that ends a file name."""
    by_number: dict[int, list[str]] = {}
    for found in finder.images:
        digits = _last_digits(found)
        if digits is not None:
            by_number.setdefault(digits, []).append(found)
    entries: dict[int | str, ImageEntry] = {}
    for record in records:
        key = number_of(record.values.get("image_id")) if record.values else None
        if key is None or key in entries or record.values is None:
            continue
        name = _name_in(record.values)
        if name is None and isinstance(key, int) and len(by_number.get(key, ())) == 1:
            name = by_number[key][0]
        if name is not None and finder.take(name):
            entries[key] = _entry(key, name, finder, record, findings)
    if records and not entries:
        raise FormatError(
            path,
            "",
            "these results name their images by number, and no file here tells which they are.",
            "Put the COCO file that they belong to beside them, or open both together.",
        )
    return list(entries.values())


def _entry(
    key: int | str, name: str, finder: ImageFinder, record: RawRecord, findings: Findings
) -> ImageEntry:
    missing = not finder.exists(name)
    size: Size | None = None
    if missing:
        findings.note(f"{record.place}.file_name", f"there is no image “{name}”", "kept as missing")
    else:
        try:
            size = probe_image(finder.root / name)
        except MaskwrightError as error:
            findings.note(record.place, error.message, "kept without a picture")
    return ImageEntry(key, name, "", None, size, missing)


def _name_in(values: Mapping[str, object]) -> str | None:
    text = values.get("file_name")
    if not isinstance(text, str):
        return None
    try:
        return checked_name(text)
    except ValueError:
        return None


def _last_digits(name: str) -> int | None:
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    digits = stem[len(stem.rstrip("0123456789")) :]
    return int(digits) if 0 < len(digits) < 19 else None


def _note_name(record: RawRecord, table: LabelTable) -> None:
    """Make a label by the name beside a result, where the numbers alone say nothing."""
    values = record.values or {}
    key, name = number_of(values.get("category_id")), values.get("category_name")
    if key is not None and key not in table and isinstance(name, str) and name.strip():
        table.add(key, name, source_id=key if isinstance(key, int) else None)
