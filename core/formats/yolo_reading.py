"""YOLO label files → ImportedDataset."""

from __future__ import annotations

from pathlib import Path

from core.document.annotation import Annotation
from core.document.geometry import Size
from core.errors import FormatError, MaskwrightError
from core.formats.building import DatasetBuilder
from core.formats.dataset import ImportedDataset
from core.formats.findings import Findings
from core.formats.pictures import Picture, Pictures
from core.formats.source_text import tagged
from core.formats.yolo_layout import LabelFile, is_text, layout_of, read_lines
from core.formats.yolo_lines import YoloObject, geometry_of, parse_line
from core.formats.yolo_names import YoloNames, read_names

FORMAT_NAME = "yolo"


def read_yolo(path: Path, image_root: Path | None = None) -> ImportedDataset:
    """Read a YOLO folder, its data.yaml or one label file: boxes, outlines, poses.

    A picture without a label file is unlabelled, an empty file says that there
    is nothing on it. Without its picture a file cannot be read, because its
    numbers are shares of the size. Raises FormatError when there is no label file.
    """
    layout = layout_of(path, image_root)
    if not layout.files:
        raise FormatError(path, "", "there is no YOLO label file in this folder.")
    findings = Findings(path.name)
    reader = _Reader(_names(layout.names_file, findings), layout.image_root, findings)
    for file in layout.files:
        reader.read(file)
    if not is_text(path):
        reader.add_unlabelled()
    return reader.finish()


def _names(path: Path | None, findings: Findings) -> YoloNames:
    if path is None:
        findings.note("", "there is no file with class names", "named by their numbers")
        return YoloNames()
    try:
        return read_names(path, findings)
    except MaskwrightError as error:
        findings.note("", error.message, "the classes are named by their numbers")
        return YoloNames(file=path)


class _Reader:
    """Turns label files into images with annotations."""

    def __init__(self, names: YoloNames, root: Path, findings: Findings) -> None:
        self._names = names
        self._pictures = Pictures(root)
        self._findings = findings
        self._builder = DatasetBuilder(FORMAT_NAME, findings)
        self._poses = 0
        for number, name in sorted(names.names.items()):
            self._builder.table.add(number, name, source_id=number)

    def read(self, file: LabelFile) -> None:
        """One label file."""
        findings = Findings(file.name)
        self._builder.found_images += 1
        try:
            lines, remark = read_lines(file.path)
        except MaskwrightError as error:
            findings.left_out("", error.message)
            self._findings.extend(findings.entries)
            return
        if remark:
            findings.note("", remark, "read all the same")
        picture = self._pictures.find(file.stem, "", None, findings)
        if picture is not None:
            self._builder.add_image(picture, self._annotations(lines, picture, file, findings))
        else:
            self._builder.found_annotations += sum(bool(line.strip()) for line in lines)
        self._findings.extend(findings.entries)

    def add_unlabelled(self) -> None:
        """Pictures that have no label file."""
        names = self._pictures.unclaimed()
        for name in names:
            picture = self._pictures.find(name, name, None, self._findings)
            if picture is not None:
                self._builder.add_image(picture, [])
        if names:
            self._findings.note(
                "", f"{len(names)} images have no label file", "brought in as unlabelled"
            )

    def finish(self) -> ImportedDataset:
        """Everything that was read, with its report."""
        if self._poses:
            self._findings.note(
                "",
                f"{self._poses} objects have a box beside their points",
                "the points are shown, the box stays in the record",
            )
        extra = {
            "names": {str(key): name for key, name in self._names.names.items()},
            "kpt_shape": list(self._names.keypoints),
        }
        return self._builder.finish(self._pictures.root, tagged(FORMAT_NAME, [extra]))

    def _annotations(
        self, lines: list[str], picture: Picture, file: LabelFile, findings: Findings
    ) -> list[Annotation]:
        found = []
        unplaced = 0
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            self._builder.found_annotations += 1
            item = self._parsed(line, f"line {number}", findings)
            if item is not None and picture.size is None:
                unplaced += 1
            elif item is not None and picture.size is not None:
                annotation = self._annotation(
                    line, item, f"line {number}", picture.size, file, findings
                )
                found.extend([annotation] if annotation is not None else [])
        if unplaced:
            findings.left_out(
                "", f"without the picture, the places of {unplaced} objects cannot be told"
            )
        return found

    def _parsed(self, line: str, place: str, findings: Findings) -> YoloObject | None:
        try:
            return parse_line(line, self._names.keypoints)
        except ValueError as error:
            findings.left_out(place, str(error))
            return None

    def _annotation(
        self,
        line: str,
        item: YoloObject,
        place: str,
        size: Size,
        file: LabelFile,
        findings: Findings,
    ) -> Annotation | None:
        try:
            geometry = geometry_of(item, size, self._names.keypoints)
        except ValueError as error:
            findings.left_out(place, str(error))
            return None
        if item.is_outside:
            findings.note(place, "the object reaches outside the image", "kept as it is")
        self._poses += item.is_pose
        label_id = self._label_id(item.class_number, place, findings)
        raw = tagged(FORMAT_NAME, [line])
        return self._builder.annotation(label_id, geometry, file.name, raw=raw, score=item.score)

    def _label_id(self, number: int, place: str, findings: Findings) -> int:
        table = self._builder.table
        if number not in table:
            label = table.add(number, f"class {number}", source_id=number)
            if self._names.names:
                findings.note(
                    place, f"class {number} has no name", f"a label “{label.name}” was made for it"
                )
        return table.id_of(number)
