"""Dataset → COCO file, read back and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import msgspec

from core.document.annotation import Annotation, AttributeValue, LayerRole
from core.document.comment import Comment
from core.document.document import ImageDocument, ImageState
from core.document.geometry import Size
from core.document.images import Dataset, ImageRecord
from core.errors import WriteError
from core.formats.atomic import write_atomically
from core.formats.coco_captions import Caption, captions_of, ids_of_captions
from core.formats.coco_categories import CategoryPlan, plan_categories
from core.formats.coco_checking import count_mismatches
from core.formats.coco_comments import changed_comments
from core.formats.coco_fields import changed_attributes
from core.formats.coco_images import declared_size
from core.formats.coco_records import (
    ImageFrame,
    RecordWriter,
    WrittenRecord,
    image_id_of,
    reserved_ids,
)
from core.formats.coco_review import ORIENTATION, changed_state
from core.formats.coco_shapes import MaskStyle
from core.formats.dataset import ExportReport, SourceRecords
from core.formats.findings import Findings
from core.formats.json_records import parse_object, raw_fields
from core.formats.labels import number_of
from core.formats.orientation import stored_orientation

_NEW_FILE = (
    '{"info": {"description": "Exported by Maskwright"}, "licenses": [],'
    ' "images": [], "annotations": [], "categories": []}'
)


@dataclass(frozen=True, slots=True)
class _Image:
    """An image to be written: its record, its annotations in the layer, its place in the file."""

    record: ImageRecord
    size: Size
    annotations: tuple[Annotation, ...]
    raw: str | None
    attributes: Mapping[str, AttributeValue]
    comments: tuple[Comment, ...] = ()
    state: ImageState = ImageState.UNLABELLED


def write_coco(
    dataset: Dataset,
    layer_id: int,
    path: Path,
    *,
    masks: MaskStyle = "rle",
    source: SourceRecords | None = None,
    with_reviews: bool = False,
) -> ExportReport:
    """Write one layer as a COCO file and compare what was written, pixel by pixel.

    Annotations that were read from COCO and not edited go out as they came in;
    edited ones keep every field but those that changed. With ``source``,
    images, categories and everything else of the file that the layer came from
    go out as they were too. ``masks`` chooses run lengths or exact outlines for
    masks that were painted or edited. ``with_reviews`` adds what was found of each
    object in review. Raises WriteError.
    """
    source = source or SourceRecords()
    findings = Findings(path.name)
    parts = raw_fields(source.extra or _NEW_FILE) or raw_fields(_NEW_FILE)
    images = _ordered(dataset, layer_id, source)
    plan = plan_categories(dataset.state.labels, parts.get("categories"))
    frames = _frames(images, dataset)
    annotations = [item for image in images for item in image.annotations]
    captions = captions_of(parts.get("annotations"))
    writer = RecordWriter(
        plan.ids,
        masks,
        findings,
        with_scores=_with_scores(dataset, layer_id),
        with_reviews=with_reviews,
        loose_ids=bool(source.images),
        reserved=reserved_ids(annotations) | ids_of_captions(captions),
    )
    numbered = _records(images, frames, writer)
    records = _with_captions(numbered, captions, images, frames)
    written = {annotation.id: record.number for annotation, record in numbered}
    image_texts = [
        _image_text(image, frame, written) for image, frame in zip(images, frames, strict=True)
    ]
    write_atomically(path, _file(parts, image_texts, [item.text for item in records], plan))
    mismatched = count_mismatches(path, records, len(images), findings)
    return ExportReport(
        written=(path,),
        counts=MappingProxyType(
            {
                "images": len(images),
                "annotations": len(numbered),
                "categories": len(plan.records),
                "left out": sum(entry.left_out for entry in findings.entries),
            }
        ),
        losses=findings.entries,
        verified=mismatched == 0,
        mismatched_pixels=mismatched,
    )


def _with_scores(dataset: Dataset, layer_id: int) -> bool:
    layer = dataset.state.layers.get(layer_id)
    return layer is not None and layer.role in (LayerRole.PREDICTIONS, LayerRole.PROPOSALS)


def _ordered(dataset: Dataset, layer_id: int, source: SourceRecords) -> list[_Image]:
    """All images: first those of the file that was read, in its order."""
    place = {image_id: index for index, image_id in enumerate(source.images)}
    records = sorted(dataset.images, key=lambda image: place.get(image.id, len(place)))
    return [
        _image(
            record,
            dataset.load(record.id),
            layer_id,
            source.images.get(record.id),
            dataset.state.attributes_of_image(record.id),
            dataset.state.state_of(record.id),
        )
        for record in records
    ]


def _image(
    record: ImageRecord,
    document: ImageDocument,
    layer_id: int,
    raw: str | None,
    attributes: Mapping[str, AttributeValue],
    state: ImageState,
) -> _Image:
    usable = raw if raw is not None and raw_fields(raw) else None
    said = tuple(document.comments.values())
    layer = document.in_layer(layer_id)
    return _Image(record, document.size, layer, usable, attributes, said, state)


def _frames(images: Sequence[_Image], dataset: Dataset) -> list[ImageFrame]:
    written: list[object] = [_raw_id(image) for image in images]
    used = Counter(number_of(value) for value in written if value is not None)
    for index, image in enumerate(images):
        if written[index] is None or used[number_of(written[index])] > 1:
            guess = _remembered_id(image)
            written[index] = guess if guess is not None and guess not in used else None
            used.update([guess] if written[index] is not None else [])
    free = max((key for key in used if isinstance(key, int)), default=0) + 1
    for index, value in enumerate(written):
        if value is None:
            written[index], free = free, free + 1
    return [_frame(image, number, dataset) for image, number in zip(images, written, strict=True)]


def _raw_id(image: _Image) -> object:
    values = parse_object(image.raw) if image.raw is not None else None
    value = (values or {}).get("id")
    return value if number_of(value) is not None else None


def _remembered_id(image: _Image) -> int | None:
    """The id that the image had in the file, as all its annotations remember it."""
    found = {image_id_of(item) for item in image.annotations} - {None}
    only = found.pop() if len(found) == 1 else None
    return only if isinstance(only, int) else None


def _frame(image: _Image, number: object, dataset: Dataset) -> ImageFrame:
    orientation = _orientation(image, dataset)
    size = image.size if orientation == 1 else Size(image.size.height, image.size.width)
    return ImageFrame(number, image.record.path, size, orientation)


def _orientation(image: _Image, dataset: Dataset) -> int:
    """The EXIF value when the file describes the picture as stored, else 1."""
    for item in image.annotations:
        value = item.provenance.parameters.get(ORIENTATION)
        if isinstance(value, int) and 5 <= value <= 8:
            return value
    declared = declared_size(parse_object(image.raw) or {}) if image.raw is not None else None
    swapped = Size(image.size.height, image.size.width)
    if declared != swapped or declared == image.size:
        return 1
    value = stored_orientation(dataset.path_of(image.record))
    return value if value >= 5 else 1


def _records(
    images: Sequence[_Image], frames: Sequence[ImageFrame], writer: RecordWriter
) -> list[tuple[Annotation, WrittenRecord]]:
    """All annotations: those that were read in their order, then the new ones."""
    pairs = [
        (annotation, frame)
        for image, frame in zip(images, frames, strict=True)
        for annotation in image.annotations
    ]
    old = [pair for pair in pairs if image_id_of(pair[0]) is not None]
    new = [pair for pair in pairs if image_id_of(pair[0]) is None]
    old.sort(key=lambda pair: pair[0].order)
    found = ((annotation, writer.write(annotation, frame)) for annotation, frame in (*old, *new))
    return [(annotation, record) for annotation, record in found if record is not None]


def _with_captions(
    numbered: Sequence[tuple[Annotation, WrittenRecord]],
    captions: Sequence[Caption],
    images: Sequence[_Image],
    frames: Sequence[ImageFrame],
) -> list[WrittenRecord]:
    """All records, the captions of the images that are written in their old places."""
    by_id = {
        number_of(_raw_id(image)): frame
        for image, frame in zip(images, frames, strict=True)
        if image.raw is not None and _raw_id(image) == frame.written_id
    }
    waiting = [item for item in reversed(captions) if item.image_id in by_id]
    records: list[WrittenRecord] = []
    for annotation, record in numbered:
        is_old = image_id_of(annotation) is not None
        while waiting and (not is_old or waiting[-1].place < annotation.order):
            records.append(_caption_record(waiting.pop(), by_id))
        records.append(record)
    records.extend(_caption_record(item, by_id) for item in reversed(waiting))
    return records


def _caption_record(item: Caption, frames: Mapping[int | str | None, ImageFrame]) -> WrittenRecord:
    return WrittenRecord(item.id, item.text.encode("utf-8"), None, frames[item.image_id])


def _image_text(image: _Image, frame: ImageFrame, written: Mapping[int, object]) -> bytes:
    values = parse_object(image.raw) or {} if image.raw is not None else {}
    changes = changed_attributes(image.attributes, values)
    changes.update(changed_state(image.state, values))
    changes.update(changed_comments(image.comments, values, written, image.size, frame.orientation))
    if image.raw is not None:
        if _raw_id(image) != frame.written_id:
            changes["id"] = frame.written_id
        if not changes:
            return image.raw.encode("utf-8")
        return msgspec.json.encode({**raw_fields(image.raw), **changes})
    record = {
        "id": frame.written_id,
        "file_name": image.record.path,
        "width": frame.size.width,
        "height": frame.size.height,
    }
    return msgspec.json.encode({**record, **changes})


def _file(
    parts: Mapping[str, msgspec.Raw],
    images: Sequence[bytes],
    annotations: Sequence[bytes],
    plan: CategoryPlan,
) -> bytes:
    """The whole file, with one record to a line."""
    lists = {
        "images": images,
        "annotations": annotations,
        "categories": [msgspec.json.encode(record) for record in plan.records],
    }
    texts = {key: bytes(value) for key, value in parts.items()}
    texts.update((key, _list_text(items)) for key, items in lists.items())
    members = (msgspec.json.encode(key) + b": " + text for key, text in texts.items())
    try:
        return b"{\n" + b",\n".join(members) + b"\n}\n"
    except MemoryError as error:
        raise WriteError("The file is too large for the memory of this machine.") from error


def _list_text(items: Iterable[bytes]) -> bytes:
    return b"[\n" + b",\n".join(items) + b"\n]"
