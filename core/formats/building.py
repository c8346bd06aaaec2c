"""Collecting images and annotations into an ImportedDataset, for readers of many small files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.document.annotation import (
    NO_ATTRIBUTES,
    Annotation,
    AttributeValue,
    Geometry,
    LayerRole,
    Provenance,
    new_annotation_id,
)
from core.formats.dataset import (
    LAYER_OF_A_NEW_PROJECT,
    ImportedDataset,
    ImportedImage,
    ImportReport,
)
from core.formats.findings import Findings
from core.formats.labels import LabelTable
from core.formats.pictures import Picture

MAX_NAME_LENGTH = 1000


class DatasetBuilder:
    """An import that grows image by image; labels are made when they are first met."""

    def __init__(self, format_name: str, findings: Findings) -> None:
        self.findings = findings
        self.table = LabelTable()
        self.found_images = 0
        self.found_annotations = 0
        self._format_name = format_name
        self._images: list[ImportedImage] = []
        self._order = 0

    def label_id(self, name: object, place: str) -> int:
        """Label id of a class by its name; one is made up, and noted, where there is none."""
        text = name.strip()[:MAX_NAME_LENGTH] if isinstance(name, str) else ""
        if not text:
            self.findings.note(place, "the object has no class name", "“uncategorised”")
            text = "uncategorised"
        if text not in self.table:
            self.table.add(text, text)
        return self.table.id_of(text)

    def annotation(
        self,
        label_id: int,
        geometry: Geometry,
        source: str,
        *,
        raw: str | None = None,
        attributes: Mapping[str, AttributeValue] = NO_ATTRIBUTES,
        score: float | None = None,
        author: str = "",
        is_crowd: bool = False,
    ) -> Annotation:
        """An annotation with a fresh id, in front of those before it."""
        self._order += 1
        return Annotation(
            id=new_annotation_id(),
            layer_id=LAYER_OF_A_NEW_PROJECT,
            label_id=label_id,
            geometry=geometry,
            order=self._order,
            provenance=Provenance(source=source, author=author, score=score),
            attributes=attributes,
            is_crowd=is_crowd,
            raw=raw,
        )

    def add_image(
        self,
        picture: Picture,
        annotations: list[Annotation],
        raw: str | None = None,
        attributes: Mapping[str, AttributeValue] = NO_ATTRIBUTES,
    ) -> None:
        """One image with what is on it."""
        found = tuple(annotations)
        self._images.append(
            ImportedImage(picture.name, picture.size, found, raw, picture.missing, attributes)
        )

    def finish(
        self, root: Path, extra: str, role: LayerRole = LayerRole.REFERENCE
    ) -> ImportedDataset:
        """Everything that was read, with its report."""
        images = tuple(self._images)
        report = ImportReport(
            entries=self.findings.entries,
            images=len(images),
            annotations=sum(len(image.annotations) for image in images),
            found_images=max(self.found_images, len(images)),
            found_annotations=self.found_annotations,
            missing_images=tuple(image.name for image in images if image.missing),
        )
        return ImportedDataset(
            images, self.table.labels, role, report, root, extra, self._format_name
        )


def plain_attributes(values: object) -> Mapping[str, AttributeValue]:
    """The values of an object that an attribute can hold."""
    if not isinstance(values, Mapping):
        return NO_ATTRIBUTES
    return {
        key: value
        for key, value in values.items()
        if isinstance(key, str) and isinstance(value, str | int | float | bool)
    }


def score_of(value: object) -> float | None:
    """A score in [0, 1]; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    return None
