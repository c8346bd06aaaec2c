"""Dataset → YOLO folder, read back and compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from core.document.annotation import Label
from core.document.document import ImageState
from core.document.images import Dataset
from core.formats.dataset import ExportReport, SourceRecords
from core.formats.export_options import Pictures
from core.formats.findings import Findings
from core.formats.folder_writing import FolderWriter
from core.formats.pictures import tree_stems
from core.formats.source_text import untagged
from core.formats.yolo_checking import count_mismatches
from core.formats.yolo_names import yaml_of_names
from core.formats.yolo_planning import LinePlanner, PlannedLine, YoloShapes


def write_yolo(
    dataset: Dataset,
    layer_id: int,
    folder: Path,
    *,
    shapes: YoloShapes,
    source: SourceRecords | None = None,
    pictures: Pictures = Pictures.LEAVE,
    parts: Mapping[int, str] = MappingProxyType({}),
) -> ExportReport:
    """Write one layer as ``labels/*.txt`` and ``data.yaml``, in the tree of the images.

    Training programs expect the pictures in ``images`` beside it; ``pictures``
    puts them there. ``parts`` names the part of each image id: both trees then
    have a folder for each part, which data.yaml names. Images on which nobody has worked get no
    file, those that are checked and empty an empty one. Lines that were read
    from YOLO and not edited go out as they came in. Raises WriteError.
    """
    findings = Findings(folder.name)
    names, keypoints = _names(dataset.state.labels, source)
    numbers = {label_id: number for number, (label_id, _) in names.items()}
    planner = LinePlanner(numbers, keypoints, shapes, findings)
    writer = FolderWriter(folder)
    stems = tree_stems(dataset.images, findings, "YOLO")
    images = annotations = mismatched = 0
    for image, document in dataset.documents():
        layer = document.in_layer(layer_id)
        lines = planner.plan(layer, document.size, image.path)
        part = parts.get(image.id, "")
        stem = f"{part}/{stems[image.id]}" if part else stems[image.id]
        name = f"labels/{stem}.txt"
        images += 1
        annotations += len(lines)
        picture = f"images/{stem}.{image.path.rsplit('.', 1)[-1]}"
        writer.place_picture(dataset.path_of(image), picture, pictures, findings)
        if not lines and dataset.state.state_of(image.id) is ImageState.UNLABELLED:
            writer.note_older(name, image.path, findings)
            continue
        path = writer.write(name, _text(lines))
        wrong = count_mismatches(path, lines, document.size)
        if wrong:
            findings.note(image.path, f"{wrong} pixels differ after reading back", "written")
        mismatched += wrong
    writer.write(
        "data.yaml",
        yaml_of_names(
            {number: name for number, (_, name) in names.items()},
            keypoints,
            tuple(dict.fromkeys(parts.values())),
        ),
    )
    return ExportReport(
        written=tuple(writer.written),
        counts=MappingProxyType(
            {
                "images": images,
                "annotations": annotations,
                "left out": sum(entry.left_out for entry in findings.entries),
            }
        ),
        losses=findings.entries,
        verified=mismatched == 0,
        mismatched_pixels=mismatched,
    )


def _names(
    labels: Mapping[int, Label], source: SourceRecords | None
) -> tuple[dict[int, tuple[int, str]], tuple[int, int]]:
    """(label id, name) by class number, and the shape of keypoints.

    Labels keep the numbers that they had in the data set that the layer came
    from; without one they are counted from 0.
    """
    written, keypoints = _of_source(source)
    by_name = {name: number for number, name in written.items()}
    names: dict[int, tuple[int, str]] = {}
    for _, label in sorted(labels.items()):
        number = by_name.get(label.name)
        if number is not None and number not in names:
            names[number] = (label.id, label.name)
    taken = {label_id for label_id, _ in names.values()}
    free = iter(range(len(labels) + len(names) + 1))
    for _, label in sorted(labels.items()):
        if label.id not in taken:
            number = next(number for number in free if number not in names)
            names[number] = (label.id, label.name)
    return names, keypoints


def _of_source(source: SourceRecords | None) -> tuple[dict[int, str], tuple[int, int]]:
    records = untagged(source.extra, "yolo") if source is not None else ()
    try:
        content = msgspec.json.decode(records[0], type=_Extra) if records else _Extra()
    except (msgspec.DecodeError, msgspec.ValidationError):
        return {}, (0, 0)
    return content.names, content.kpt_shape


class _Extra(msgspec.Struct):
    """What the import kept of data.yaml."""

    names: dict[int, str] = {}  # msgspec copies the default of each object
    kpt_shape: tuple[int, int] = (0, 0)


def _text(lines: list[PlannedLine]) -> bytes:
    return "".join(f"{line.text}\n" for line in lines).encode("ascii")
