"""Folders of label PNGs → ImportedDataset."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from core.document.annotation import Annotation
from core.document.geometry import Size
from core.document.mask import Mask
from core.errors import FormatError, ReadError
from core.formats.building import DatasetBuilder
from core.formats.dataset import ImportedDataset
from core.formats.findings import Findings
from core.formats.label_png_classes import ClassFile, read_class_file
from core.formats.label_png_pixels import IndexImage, read_index_image, regions
from core.formats.pictures import IMAGE_FOLDERS, Picture, Pictures
from core.formats.source_text import tagged

FORMAT_NAME = "png"
LABEL_FOLDERS = ("masks", "labels", "annotations", "gt")


def label_folder(folder: Path) -> Path | None:
    """The folder with the PNGs: one of the usual names, else the folder itself."""
    for name in LABEL_FOLDERS:
        if next((folder / name).rglob("*.png"), None) is not None:
            return folder / name
    return folder if next(folder.glob("*.png"), None) is not None else None


def read_label_png(path: Path, image_root: Path | None = None) -> ImportedDataset:
    """Read a folder of label PNGs: an index to a pixel, 8 or 16 bits, or colours that are named.

    With ``instances.csv`` an index is an object, without it a class, and all
    pixels of a class become one object. 0 is background, 255 (65535 in 16 bits)
    void. Raises FormatError when there is no such PNG.
    """
    folder = path if path.is_dir() else path.parent
    labels = label_folder(folder)
    files = [path] if path.is_file() else sorted(labels.rglob("*.png")) if labels else []
    if not files or labels is None:
        raise FormatError(path, "", "there is no label PNG in this folder.")
    findings = Findings(path.name)
    classes = read_class_file(folder, findings)
    if not classes.file and labels != folder:
        classes = read_class_file(labels, Findings(path.name))
    reader = _Reader(classes, _root(folder, labels, image_root), findings)
    for file in files:
        reader.read(file, labels if labels in file.parents else file.parent)
    reader.add_unlabelled(labels)
    extra = {"names": {str(key): name for key, name in classes.names.items()}}
    return reader.builder.finish(reader.pictures.root, tagged(FORMAT_NAME, [extra]))


def _root(folder: Path, labels: Path, image_root: Path | None) -> Path:
    """The folder of the pictures, never that of the labels."""
    if image_root is not None:
        return image_root
    bases = (folder, folder.parent) if labels == folder else (folder,)
    found = (base / name for base in bases for name in IMAGE_FOLDERS)
    return next((place for place in found if place.is_dir()), folder / IMAGE_FOLDERS[0])


class _Reader:
    """Turns label PNGs into images with annotations."""

    def __init__(self, classes: ClassFile, root: Path, findings: Findings) -> None:
        self.builder = DatasetBuilder(FORMAT_NAME, findings)
        self.pictures = Pictures(root)
        self._classes = classes
        for index, name in sorted(classes.names.items()):
            if classes.instances is None and name not in self.builder.table:
                self.builder.table.add(name, name, source_id=index)

    def read(self, file: Path, base: Path) -> None:
        """One PNG."""
        stem = file.relative_to(base).with_suffix("").as_posix()
        findings = Findings(f"{stem}.png")
        self.builder.found_images += 1
        picture = self.pictures.find(stem, "", None, findings)
        if picture is not None:
            self._add(file, stem, picture, findings)
        self.builder.findings.extend(findings.entries)

    def add_unlabelled(self, labels: Path) -> None:
        """Pictures that have no label PNG."""
        findings = self.builder.findings
        names = [
            name
            for name in self.pictures.unclaimed()
            if labels not in (self.pictures.root / name).parents
        ]
        for name in names:
            picture = self.pictures.find(name, name, None, findings)
            if picture is not None:
                self.builder.add_image(picture, [])
        if names:
            findings.note("", f"{len(names)} images have no label PNG", "brought in as unlabelled")

    def _add(self, file: Path, stem: str, picture: Picture, findings: Findings) -> None:
        try:
            read = read_index_image(file, picture.size, self._classes.colors)
        except ReadError as error:
            findings.left_out("", error.message)
            self.builder.found_annotations += 1
            self.builder.add_image(picture, [])
            return
        indices, void = read.indices, read.void
        if read.unknown:
            findings.left_out(
                "", f"{read.unknown} pixels have a colour that no class has", pixels=read.unknown
            )
        size = picture.size or Size(indices.shape[1], indices.shape[0])
        annotations = [
            self._annotation(index, stem, mask, findings, file.name)
            for index, mask in islice(regions(indices), 65535)
            if index != void or index in self._classes.names
        ]
        _note_void(indices, void, self._classes, findings)
        self.builder.found_annotations += len(annotations)
        self.builder.add_image(Picture(picture.name, size, picture.missing), annotations)

    def _annotation(
        self, index: int, stem: str, mask: Mask, findings: Findings, source: str
    ) -> Annotation:
        return self.builder.annotation(
            self.builder.label_id(self._name(index, stem, findings), ""), mask, source
        )

    def _name(self, index: int, stem: str, findings: Findings) -> str:
        if self._classes.instances is not None:
            name = self._classes.instances.get((stem, index))
            if name is None:
                findings.note(f"index {index}", "the table does not name its class", "“object”")
            return name or "object"
        name = self._classes.names.get(index)
        if name is None and self._classes.names:
            findings.note(f"index {index}", "it has no class name", f"“class {index}”")
        return name or f"class {index}"


def _note_void(indices: IndexImage, void: int, classes: ClassFile, findings: Findings) -> None:
    count = int((indices == void).sum())
    if count and void not in classes.names:
        findings.note("", f"{count} pixels are void ({void})", "nothing was made of them")
