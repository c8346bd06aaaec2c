"""Pascal VOC folders → ImportedDataset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import MappingProxyType

from core.document.annotation import (
    NO_ATTRIBUTES,
    Annotation,
    AttributeValue,
    Geometry,
    LayerRole,
    Provenance,
    new_annotation_id,
)
from core.document.geometry import Box, Size
from core.errors import FormatError, MaskwrightError
from core.formats.dataset import (
    LAYER_OF_A_NEW_PROJECT,
    ImportedDataset,
    ImportedImage,
    ImportReport,
)
from core.formats.findings import Findings
from core.formats.image_names import checked_name
from core.formats.json_records import encode_json
from core.formats.labels import LabelTable
from core.formats.voc_boxes import (
    CONVENTION,
    Convention,
    box_of_edges,
    convention_of,
    is_swapped,
)
from core.formats.voc_document import VocDocument, VocObject, read_voc_document
from core.formats.voc_images import VocImages, annotation_files, image_root_of
from core.formats.voc_instances import InstanceMask, SegmentationFolder, match_instances

FORMAT_NAME = "voc"
_FLAG = re.compile(r"\s+-?[01]$")


@dataclass(frozen=True, slots=True)
class _Source:
    """One image of the folder: its stem, its XML file if any, what was found out about it."""

    stem: str
    document: VocDocument | None
    findings: Findings


def read_voc(
    folder: Path, image_root: Path | None = None, *, convention: Convention | None = None
) -> ImportedDataset:
    """Read a VOC folder (Annotations, ImageSets, SegmentationClass and -Object) or one XML file.

    ``convention`` says how boxes are written; without it the numbers decide, and
    the report says how. Files and objects that cannot be used are left out one
    by one and reported. Raises FormatError when there is nothing to read.
    """
    sources, failed = _sources(folder)
    if not sources and not failed:
        raise FormatError(folder, "", "there is no Pascal VOC annotation in this folder.")
    findings = Findings(folder.name)
    objects = [item for source in sources if source.document for item in source.document.objects]
    edges = [item.edges for item in objects if item.edges is not None]
    if convention is None:
        convention, why = convention_of(edges)
        if edges:
            findings.note("bndbox", why, f"the boxes are read as {convention}")
    findings.extend(tuple(entry for item in failed for entry in item.entries))
    builder = _Builder(folder, image_root or image_root_of(folder), convention)
    images = [image for source in sources if (image := builder.image(source)) is not None]
    for source in sources:
        findings.extend(source.findings.entries)
    report = ImportReport(
        entries=findings.entries,
        images=len(images),
        annotations=sum(len(image.annotations) for image in images),
        found_images=len(sources) + len(failed),
        found_annotations=len(objects) + builder.added,
        missing_images=tuple(image.name for image in images if image.missing),
    )
    return ImportedDataset(
        images=tuple(images),
        labels=builder.table.labels,
        role_hint=LayerRole.REFERENCE,
        report=report,
        image_root=builder.images.root,
        extra=_extra(folder, convention),
        format_name=FORMAT_NAME,
    )


def _sources(folder: Path) -> tuple[list[_Source], list[Findings]]:
    """Every image that has an XML file, a label PNG or a line in a list; and what failed."""
    sources: list[_Source] = []
    failed: list[Findings] = []
    for stem, path in annotation_files(folder):
        findings = Findings(path.name)
        try:
            sources.append(_Source(stem, read_voc_document(path), findings))
        except MaskwrightError as error:
            findings.left_out("", error.message.removeprefix(f"{path}, ").removeprefix(f"{path}: "))
            failed.append(findings)
    known = {source.stem for source in sources} | {Path(item.file).stem for item in failed}
    others = dict.fromkeys([*SegmentationFolder(folder).stems(), *_listed(folder)])
    for stem in others:
        if stem not in known:
            sources.append(_Source(stem, None, Findings(stem)))
    return sources, failed


def _image_sets(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Lists of stems by their name below ImageSets, such as ``Main/train``."""
    known = frozenset(stem for stem, _ in annotation_files(folder))
    base = folder / "ImageSets"
    sets: dict[str, tuple[str, ...]] = {}
    for path in sorted(base.rglob("*.txt")) if base.is_dir() else ():
        try:
            lines = path.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        written = (line.strip() for line in lines if not line.startswith("#"))
        stems = tuple(_listed_stem(line, known) for line in written if line)
        sets[path.relative_to(base).with_suffix("").as_posix()] = stems
    return sets


def _listed_stem(line: str, known: frozenset[str]) -> str:
    """The stem of a line; lists of a class have a flag behind it, and stems may hold spaces."""
    return line if line in known else _FLAG.sub("", line)


def _listed(folder: Path) -> list[str]:
    """Stems in the lists of the folder that could be file names below it."""
    return [stem for stems in _image_sets(folder).values() for stem in stems if _is_safe(stem)]


def _is_safe(stem: str) -> bool:
    try:
        return checked_name(stem) == stem
    except ValueError:
        return False


def _extra(folder: Path, convention: Convention) -> str:
    sets = {name: list(stems) for name, stems in _image_sets(folder).items()}
    return encode_json({"voc": {"convention": convention, "image_sets": sets}}).decode("utf-8")


class _Builder:
    """Turns documents into images with annotations."""

    def __init__(self, folder: Path, root: Path, convention: Convention) -> None:
        self.table = LabelTable()
        self.images = VocImages(root)
        self.added = 0
        self._convention = convention
        self._masks = SegmentationFolder(folder)
        self._order = count()

    def image(self, source: _Source) -> ImportedImage | None:
        """One image; None when it cannot come in."""
        document, findings = source.document, source.findings
        name = self.images.name_for(source.stem, document, findings)
        if name is None:
            return None
        size = self.images.size_of(name, document, findings)
        segmented = self._masks.read(source.stem, size, findings)
        masks = segmented.instances
        if size is None:
            size = self._masks.size_of(source.stem)
        objects = document.objects if document else ()
        boxes = [self._box(item, size, findings) for item in objects]
        matched = match_instances(
            [(item.name, box) for item, box in zip(objects, boxes, strict=True)], masks
        )
        annotations = [self._unnamed(source, region) for region in segmented.regions]
        self.added += len(segmented.regions)
        annotations += [
            self._annotation(source, item, matched.get(index) or box)
            for index, (item, box) in enumerate(zip(objects, boxes, strict=True))
            if matched.get(index) is not None or box is not None
        ]
        taken = {id(mask) for mask in matched.values()}
        for instance in masks:
            if id(instance.mask) not in taken:
                self.added += 1
                annotations.append(self._unnamed(source, instance))
        raw = document.text if document is not None else None
        return ImportedImage(name, size, tuple(annotations), raw, not self.images.exists(name))

    def _box(self, item: VocObject, size: Size | None, findings: Findings) -> Box | None:
        if item.edges is None:
            findings.left_out(f"{item.place}.bndbox", item.problem)
            return None
        box = box_of_edges(item.edges, self._convention)
        place = f"{item.place}.bndbox"
        if box.area == 0:
            findings.left_out(place, "the box has no area")
            return None
        if item.edges[:2] == item.edges[2:]:
            findings.note(place, "the box has no extent", "kept as one pixel")
        if is_swapped(item.edges):
            findings.note(place, "the corners of the box are swapped", "put right")
        if size is not None and not box.intersects(size.box):
            findings.note(place, "the box lies outside the image", "kept as it is")
        elif size is not None and box.united(size.box) != size.box:
            findings.note(place, "the box reaches outside the image", "kept as it is")
        if item.parts:
            findings.note(
                f"{item.place}.part", "the object has parts", "kept in the record, not shown"
            )
        return box

    def _annotation(
        self, source: _Source, item: VocObject, geometry: Geometry | None
    ) -> Annotation:
        if not item.name:
            source.findings.note(f"{item.place}.name", "the object has no name", "“uncategorised”")
        return self._make(
            source,
            item.name or "uncategorised",
            geometry or Box(0, 0, 0, 0),
            item.attributes,
            item.raw,
        )

    def _unnamed(self, source: _Source, instance: InstanceMask) -> Annotation:
        return self._make(source, instance.class_name, instance.mask, NO_ATTRIBUTES, None)

    def _make(
        self,
        source: _Source,
        name: str,
        geometry: Geometry,
        attributes: Mapping[str, AttributeValue],
        raw: str | None,
    ) -> Annotation:
        if name not in self.table:
            self.table.add(name, name)
        return Annotation(
            id=new_annotation_id(),
            layer_id=LAYER_OF_A_NEW_PROJECT,
            label_id=self.table.id_of(name),
            geometry=geometry,
            order=next(self._order),
            provenance=Provenance(
                source=source.findings.file,
                parameters=MappingProxyType({CONVENTION: self._convention}),
            ),
            attributes=attributes,
            raw=raw,
        )
