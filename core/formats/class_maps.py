"""Class maps for formats of objects: each class becomes one region behind all objects."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from core.document.annotation import Annotation, Provenance
from core.document.document import ImageDocument
from core.document.images import Dataset
from core.document.mask import Mask
from core.document.semantic import SemanticMap
from core.formats.dataset import ReportEntry

CLASS_MAP_SOURCE = "class map"


def with_class_regions(dataset: Dataset, layer_id: int) -> Dataset:
    """The data set with the classes of a layer's maps as objects, one for each class.

    They lie behind all objects of the layer; void and unlabelled pixels belong
    to none. Images without a map come as they are.
    """

    def load(image_id: int) -> ImageDocument:
        document = dataset.load(image_id)
        semantic = document.semantic.get(layer_id)
        if semantic is None:
            return document
        regions = _regions(document, semantic, frozenset(dataset.state.labels))
        annotations = {**document.annotations, **{item.id: item for item in regions}}
        return replace(document, annotations=MappingProxyType(annotations))

    return replace(dataset, load=load)


def is_class_region(annotation: Annotation) -> bool:
    """Whether this is a class of a class map, made into a region for an export."""
    return annotation.provenance.source == CLASS_MAP_SOURCE


def left_out_maps(dataset: Dataset, layer_id: int) -> tuple[ReportEntry, ...]:
    """What a format without classes of pixels loses of a layer's maps."""
    entries = []
    for image, document in dataset.documents():
        semantic = document.semantic.get(layer_id)
        pixels = 0 if semantic is None else sum(_counts(semantic).values())
        if pixels:
            entries.append(
                ReportEntry(
                    image.path,
                    "",
                    "this format has no classes of pixels",
                    f"the {pixels} pixels of the class map were not exported",
                    left_out=True,
                    pixels=pixels,
                )
            )
    return tuple(entries)


def _counts(semantic: SemanticMap) -> dict[int, int]:
    """Number of pixels of every class that occurs."""
    counts = np.bincount(semantic.classes.reshape(-1))
    return {
        int(code): int(counts[code])
        for code in np.flatnonzero(counts)
        if code not in (semantic.void, semantic.unlabelled)
    }


def _regions(
    document: ImageDocument, semantic: SemanticMap, labels: frozenset[int]
) -> list[Annotation]:
    present = [code for code in _counts(semantic) if code in labels]
    first_id = max(document.annotations, default=0) + 1
    lowest = min((item.order for item in document.annotations.values()), default=0)
    return [
        Annotation(
            first_id + place,
            semantic.layer_id,
            code,
            Mask.from_array(semantic.classes == code),
            order=lowest - len(present) + place,
            provenance=Provenance(CLASS_MAP_SOURCE),
        )
        for place, code in enumerate(present)
    ]
