"""Imported files as one dataset in memory, a layer for each: for scores, exports and tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from core.document.annotation import (
    Annotation,
    AttributeValue,
    Label,
    Layer,
    LayerRole,
    bounds_of_geometry,
)
from core.document.comment import Comment
from core.document.document import ImageDocument, ImageState, ProjectState
from core.document.geometry import Size
from core.document.images import Dataset, ImageRecord
from core.errors import MaskwrightError
from core.formats.dataset import ImportedDataset, ImportedImage, SourceRecords
from core.formats.image_names import last_part
from core.imaging.reading import probe_image


@dataclass(frozen=True, slots=True)
class CombinedDataset:
    """A dataset in memory and, by layer id, the records to write each layer back with."""

    dataset: Dataset
    sources: dict[int, SourceRecords]


@dataclass(slots=True)
class _Slot:
    record: ImageRecord
    annotations: dict[int, Annotation] = field(default_factory=dict)
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    state: ImageState | None = None


def combine(
    imports: Sequence[ImportedDataset], roles: Sequence[LayerRole] | None = None
) -> CombinedDataset:
    """One dataset with layer 1 for the first import, 2 for the second, and so on.

    Images are the same when their names are, or when only their folders differ;
    labels are the same when their names are. Images of unknown size take that
    of the picture, or else the extent of what is annotated. The image root is
    that of the first import.
    """
    slots: list[_Slot] = []
    labels: dict[str, Label] = {}
    layers: dict[int, Layer] = {}
    sources: dict[int, SourceRecords] = {}
    for layer_id, imported in enumerate(imports, start=1):
        role = roles[layer_id - 1] if roles else imported.role_hint
        layers[layer_id] = Layer(layer_id, role, f"{imported.format_name} {layer_id}")
        sources[layer_id] = _add(imported, layer_id, slots, _merged(labels, imported.labels))
    documents = {slot.record.id: _document(slot) for slot in slots}
    state = ProjectState(
        labels=MappingProxyType({label.id: label for label in labels.values()}),
        layers=MappingProxyType(layers),
        states=MappingProxyType({slot.record.id: slot.state for slot in slots if slot.state}),
        image_attributes=MappingProxyType(
            {slot.record.id: slot.attributes for slot in slots if slot.attributes}
        ),
    )
    records = tuple(slot.record for slot in slots)
    root = imports[0].image_root
    return CombinedDataset(Dataset(root, records, state, documents.__getitem__), sources)


def _merged(labels: dict[str, Label], added: Sequence[Label]) -> dict[int, int]:
    """Add labels that are new; returns the label id of the dataset for each of the import."""
    for label in added:
        if label.name not in labels:
            labels[label.name] = replace(label, id=len(labels) + 1)
    return {label.id: labels[label.name].id for label in added}


def _add(
    imported: ImportedDataset, layer_id: int, slots: list[_Slot], label_ids: dict[int, int]
) -> SourceRecords:
    find = _Lookup(slots)
    raws: dict[int, str] = {}
    for image in imported.images:
        slot = find.slot_of(image.name)
        if slot is None:
            slot = _Slot(ImageRecord(len(slots) + 1, image.name, _size(imported, image)))
            slots.append(slot)
        slot.attributes = {**image.attributes, **slot.attributes}
        slot.comments.update((item.id, item) for item in image.comments)
        slot.state = slot.state or image.state
        for item in image.annotations:
            placed = replace(item, layer_id=layer_id, label_id=label_ids[item.label_id])
            slot.annotations[placed.id] = placed
        if image.raw is not None:
            raws[slot.record.id] = image.raw
    return SourceRecords(imported.extra, MappingProxyType(raws))


class _Lookup:
    """Finds the image that another file names, by its path or else by its file name."""

    def __init__(self, slots: Sequence[_Slot]) -> None:
        self._by_path = {slot.record.path: slot for slot in slots}
        self._by_name: dict[str, list[_Slot]] = {}
        for slot in slots:
            self._by_name.setdefault(slot.record.name, []).append(slot)

    def slot_of(self, name: str) -> _Slot | None:
        if name in self._by_path:
            return self._by_path[name]
        found = self._by_name.get(last_part(name), [])
        return found[0] if len(found) == 1 else None


def _size(imported: ImportedDataset, image: ImportedImage) -> Size:
    if image.size is not None:
        return image.size
    try:
        return probe_image(imported.image_root / image.name)
    except MaskwrightError:
        boxes = [bounds_of_geometry(item.geometry) for item in image.annotations]
        width = max((math.ceil(box.right) for box in boxes), default=1)
        height = max((math.ceil(box.bottom) for box in boxes), default=1)
        return Size(max(width, 1), max(height, 1))


def _document(slot: _Slot) -> ImageDocument:
    size = slot.record.size or Size(1, 1)
    return ImageDocument(
        slot.record.id,
        size,
        MappingProxyType(slot.annotations),
        comments=MappingProxyType(slot.comments),
    )
