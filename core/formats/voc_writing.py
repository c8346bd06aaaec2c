"""Dataset → Pascal VOC folder, read back and compared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from core.document.annotation import Annotation
from core.document.images import Dataset
from core.formats.dataset import ExportReport, SourceRecords
from core.formats.export_options import Pictures
from core.formats.findings import Findings
from core.formats.folder_writing import FolderWriter
from core.formats.voc_boxes import CONVENTION, Convention, is_below_pixel
from core.formats.voc_checking import count_mismatches
from core.formats.voc_layout import PlannedImage, file_stems, painted, plan_image
from core.formats.voc_masks import MAX_INDEX, labelmap_text, png_of_indices
from core.formats.voc_xml import xml_of_image, xml_safe

_SAFE_NAME = re.compile(r"[\w .()+-]{1,100}")


def write_voc(
    dataset: Dataset,
    layer_id: int,
    folder: Path,
    *,
    convention: Convention | None = None,
    source: SourceRecords | None = None,
    pictures: Pictures = Pictures.LEAVE,
    parts: Mapping[int, str] = MappingProxyType({}),
) -> ExportReport:
    """Write one layer as Annotations, ImageSets, SegmentationClass and SegmentationObject.

    Every image gets an XML file, those with masks or outlines the two label
    PNGs. ``convention`` is that of the file the layer came from, else the
    devkit's. With ``source``, files in which nothing was edited go out as they
    came in. ``pictures`` puts the pictures into JPEGImages. ``parts`` names the
    part of each image id: ImageSets then has lists of every part. What was
    written is read back and compared. Raises WriteError.
    """
    source = source or SourceRecords()
    findings = Findings(folder.name)
    layers = [dataset.load(image.id).in_layer(layer_id) for image in dataset.images]
    convention = convention or _convention(layers)
    labels = {label.id: label.name for label in dataset.state.labels.values()}
    names = [name for _, name in sorted(labels.items())]
    class_indices = {name: number for number, name in enumerate(names[:MAX_INDEX], start=1)}
    stems = file_stems(dataset.images, findings)
    writer = _Writer(folder, convention)
    plans: list[PlannedImage] = []
    mismatched = 0
    for image, layer in zip(dataset.images, layers, strict=True):
        size = dataset.load(image.id).size
        plan = plan_image(image, size, stems[image.id], layer, labels, class_indices, findings)
        plans.append(plan)
        _note_small_boxes(plan, convention, findings)
        writer.note_older_pictures(plan, findings)
        writer.write_image(plan, source.images.get(image.id))
        picture = dataset.path_of(image)
        name = f"JPEGImages/{plan.stem}{picture.suffix}"
        writer.files.place_picture(picture, name, pictures, findings)
        mismatched += count_mismatches(folder, plan, convention, findings)
    writer.write_lists("trainval", plans, names, findings)
    for part in dict.fromkeys(parts.values()):
        inside = [plan for plan in plans if parts.get(plan.record.id) == part]
        writer.write_lists(part, inside, names, Findings(folder.name))
    if any(plan.has_masks for plan in plans):
        indices = {number: xml_safe(name) for name, number in class_indices.items()}
        writer.write("labelmap.txt", labelmap_text(indices).encode("utf-8"))
    counts = {
        "images": len(plans),
        "annotations": sum(len(plan.objects) for plan in plans),
        "left out": sum(entry.left_out for entry in findings.entries),
    }
    return ExportReport(
        written=tuple(writer.written),
        counts=MappingProxyType(counts),
        losses=findings.entries,
        verified=mismatched == 0,
        mismatched_pixels=mismatched,
    )


def _note_small_boxes(plan: PlannedImage, convention: Convention, findings: Findings) -> None:
    small = sum(item.pixels is None and is_below_pixel(item.box) for item in plan.objects)
    if small and convention == "one-based":
        findings.note(
            plan.record.path,
            f"{small} boxes are narrower than a pixel, which pixels counted from 1 cannot say",
            "written as one pixel wide",
        )


def _convention(layers: Sequence[Sequence[Annotation]]) -> Convention:
    """The convention that all annotations which were read have; else the devkit's."""
    found = {item.provenance.parameters.get(CONVENTION) for layer in layers for item in layer} - {
        None
    }
    return "edges" if found == {"edges"} else "one-based"


class _Writer:
    """Writes files below one folder and remembers them."""

    def __init__(self, folder: Path, convention: Convention) -> None:
        self.files = FolderWriter(folder)
        self._folder = folder
        self._convention = convention

    @property
    def written(self) -> list[Path]:
        """All files so far."""
        return self.files.written

    def write(self, name: str, data: bytes) -> None:
        """Write one file by its path below the folder."""
        self.files.write(name, data)

    def write_image(self, plan: PlannedImage, raw: str | None) -> None:
        """The XML of an image and its label PNGs."""
        text = xml_of_image(plan, raw, self._convention)
        self.write(f"Annotations/{plan.stem}.xml", text.encode("utf-8"))
        if plan.has_masks:
            classes, objects = painted(plan)
            self.write(f"SegmentationClass/{plan.stem}.png", png_of_indices(classes))
            self.write(f"SegmentationObject/{plan.stem}.png", png_of_indices(objects))

    def note_older_pictures(self, plan: PlannedImage, findings: Findings) -> None:
        """Say which label PNGs of an earlier export stay, for an image that has none now."""
        for name in ("SegmentationClass", "SegmentationObject"):
            path = self._folder / name / f"{plan.stem}.png"
            if not plan.has_masks and path.exists():
                findings.note(
                    plan.record.path,
                    f"the image has no masks, and an older {name}/{path.name} is in the folder",
                    "left as it is; delete it if it is out of date",
                )

    def write_lists(
        self,
        part: str,
        plans: Sequence[PlannedImage],
        names: Sequence[str],
        findings: Findings,
    ) -> None:
        """ImageSets: all images, those with label PNGs, and one list for each class."""
        self._write_list(f"Main/{part}", [plan.stem for plan in plans])
        segmented = [plan.stem for plan in plans if plan.has_masks]
        if segmented:
            self._write_list(f"Segmentation/{part}", segmented)
        for name in names:
            if not _SAFE_NAME.fullmatch(name):
                findings.note(f"label “{name}”", "it can be no file name", "no list of its own")
                continue
            self._write_list(f"Main/{name}_{part}", _presence(plans, name))

    def _write_list(self, name: str, lines: Sequence[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        self.write(f"ImageSets/{name}.txt", text.encode("utf-8"))


def _presence(plans: Sequence[PlannedImage], name: str) -> list[str]:
    """Lines ``stem 1`` or ``stem -1``: whether the image has the class; 0 when only difficult."""
    lines = []
    for plan in plans:
        flags = [_is_difficult(item.annotation) for item in plan.objects if item.label == name]
        value = -1 if not flags else 0 if all(flags) else 1
        lines.append(f"{plan.stem} {value:2d}")
    return lines


def _is_difficult(annotation: Annotation) -> bool:
    attributes: Mapping[str, object] = annotation.attributes
    return annotation.is_crowd or bool(attributes.get("difficult"))
