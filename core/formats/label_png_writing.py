"""Dataset → label PNGs with a class file, read back and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np

from core.document.document import ImageState
from core.document.geometry import Size
from core.document.images import Dataset
from core.formats.dataset import ExportReport
from core.formats.findings import Findings
from core.formats.folder_writing import FolderWriter
from core.formats.label_png_classes import CLASSES, INSTANCES, classes_text, instances_text
from core.formats.label_png_pixels import (
    MAX_8_BIT,
    MAX_16_BIT,
    IndexImage,
    png_bytes,
    read_index_image,
    void_of,
)
from core.formats.outlines import SeenObject, seen_objects
from core.formats.pictures import tree_stems

PngMeaning = Literal["classes", "instances"]


def write_label_png(
    dataset: Dataset, layer_id: int, folder: Path, *, meaning: PngMeaning
) -> ExportReport:
    """Write one layer as ``masks/*.png``: an index to a pixel, 0 background.

    With ``meaning`` "classes" the index is that of ``classes.txt``; with
    "instances" it counts the objects of the image, and ``instances.csv`` names
    the class of each. 8 bits with a palette, 16 bits where there are more than
    254. Objects in front cover those behind. Raises WriteError.
    """
    return _Export(dataset, layer_id, folder, meaning).write()


class _Export:
    """One export on its way."""

    def __init__(self, dataset: Dataset, layer_id: int, folder: Path, meaning: PngMeaning) -> None:
        self._dataset = dataset
        self._layer_id = layer_id
        self._meaning = meaning
        self._writer = FolderWriter(folder)
        self._findings = Findings(folder.name)
        self._labels = dataset.state.labels
        ordered = sorted(self._labels)
        self._class_index = {label_id: index for index, label_id in enumerate(ordered, start=1)}
        self._with_16_bit = self._most_indices() > MAX_8_BIT
        self._table: list[tuple[str, int, str]] = []

    def write(self) -> ExportReport:
        """Everything, and the report."""
        stems = tree_stems(self._dataset.images, self._findings, "label PNGs")
        annotations = mismatched = 0
        for image, document in self._dataset.documents():
            layer = document.in_layer(self._layer_id)
            objects = seen_objects(
                layer,
                document.size,
                frozenset(self._labels),
                self._findings,
                image.path,
                "a label PNG",
            )
            stem = stems[image.id]
            name = f"masks/{stem}.png"
            annotations += len(objects)
            if not layer and self._dataset.state.state_of(image.id) is ImageState.UNLABELLED:
                self._writer.note_older(name, image.path, self._findings)
                continue
            indices = self._indices(objects, stem, image.path)
            painted = _painted(objects, indices, document.size)
            path = self._writer.write(name, png_bytes(painted, with_16_bit=self._with_16_bit))
            wrong = _mismatches(path, objects, indices, document.size)
            if wrong:
                self._findings.note(image.path, f"{wrong} pixels differ", "written")
            mismatched += wrong
        self._write_class_file()
        findings = self._findings.entries
        return ExportReport(
            written=tuple(self._writer.written),
            counts=MappingProxyType(
                {
                    "images": len(self._dataset.images),
                    "annotations": annotations,
                    "left out": sum(entry.left_out for entry in findings),
                }
            ),
            losses=findings,
            verified=mismatched == 0,
            mismatched_pixels=mismatched,
        )

    def _most_indices(self) -> int:
        if self._meaning == "classes":
            return len(self._labels)
        counts = (len(doc.in_layer(self._layer_id)) for _, doc in self._dataset.documents())
        return max(counts, default=0)

    def _indices(self, objects: Sequence[SeenObject], stem: str, image: str) -> list[int]:
        void = void_of(self._with_16_bit)
        indices = []
        for number, item in enumerate(objects, start=1):
            place = f"object {number} of {image}"
            index = number
            if self._meaning == "classes":
                index = self._class_index[item.annotation.label_id]
            if item.annotation.is_crowd:
                self._findings.left_out(
                    place,
                    "a label PNG has no crowds",
                    "written as void",
                    pixels=item.seen.area,
                )
                index = void
            elif index > MAX_16_BIT:
                self._findings.left_out(
                    place,
                    f"a label PNG holds {MAX_16_BIT} indices",
                    "written as void",
                    pixels=item.seen.area,
                )
                index = void
            elif self._meaning == "instances":
                self._table.append((stem, index, self._labels[item.annotation.label_id].name))
            indices.append(index)
        if self._meaning == "classes":
            self._note_merged(indices, image)
        return indices

    def _note_merged(self, indices: list[int], image: str) -> None:
        merged = sum(count for count in Counter(indices).values() if count > 1)
        if merged:
            self._findings.left_out(
                image,
                f"{merged} objects share their class with another one",
                "they are one region of that class; their pixels are kept, not their borders",
            )

    def _write_class_file(self) -> None:
        names = {index: self._labels[key].name for key, index in self._class_index.items()}
        if self._meaning == "classes":
            self._writer.write(CLASSES, classes_text(names))
        else:
            self._writer.write(INSTANCES, instances_text(self._table))


def _painted(objects: Sequence[SeenObject], indices: list[int], size: Size) -> IndexImage:
    painted = np.zeros(size.shape, np.uint16)
    for item, index in zip(objects, indices, strict=True):
        painted[item.pixels.box.slices][item.pixels.crop()] = index
    return painted


def _mismatches(path: Path, objects: Sequence[SeenObject], indices: list[int], size: Size) -> int:
    """Pixels that differ from the visible part of the objects, after decoding the file again."""
    found = read_index_image(path, size, {}).indices
    expected = np.zeros(size.shape, np.bool_)
    wrong = 0
    for item, index in zip(objects, indices, strict=True):
        pixels = item.seen.to_array(size)
        expected |= pixels
        wrong += int(np.count_nonzero(found[pixels] != index))
    return wrong + int(np.count_nonzero(found[~expected]))
