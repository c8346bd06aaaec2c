"""Label Studio exports (JSON and JSON_MIN), read only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
import numpy as np

from core.document.annotation import Annotation, Geometry
from core.document.geometry import Box, Keypoints, Polygon, RotatedBox, Size, Visibility
from core.errors import FormatError
from core.formats.annotation_format import AnnotationFormat, Evidence
from core.formats.building import DatasetBuilder, score_of
from core.formats.coco_images import declared_size
from core.formats.dataset import ImportedDataset
from core.formats.findings import Findings
from core.formats.image_names import best_root, has_image_suffix, last_part
from core.formats.json_records import RawRecord, load_json, records_of, top_level
from core.formats.label_studio_brush import mask_of_brush
from core.formats.outlines import check_numbers, check_points, ellipse_ring
from core.formats.pictures import IMAGE_FOLDERS, Pictures
from core.formats.source_text import tagged
from core.imaging.rasterise import check_ring

FORMAT_NAME = "label studio"
_UPLOAD_PREFIX = re.compile(r"^[0-9a-f]{8}-")
_SHAPES = ("rectangle", "polygon", "ellipse", "brush", "keypoint")


def read_label_studio(path: Path, image_root: Path | None = None) -> ImportedDataset:
    """Read an export: rectangles (turned too), polygons, ellipses, brushes, keypoints.

    Of several annotations of one task the first that was not cancelled is
    taken, the others are reported. Raises ReadError and FormatError when the
    file as a whole is none.
    """
    findings = Findings(path.name)
    parts = top_level(path, load_json(path, findings))
    if not isinstance(parts, list):
        raise FormatError(path, "", "a Label Studio export is a list of tasks.")
    tasks = records_of(msgspec.Raw(msgspec.json.encode(parts)), "tasks", findings)
    names = [_image_name(task.values or {}) for task in tasks]
    bases = (path.parent, path.parent.parent)
    places = [path.parent, *(base / name for base in bases for name in IMAGE_FOLDERS)]
    root = image_root or best_root(places, names)
    reader = _Reader(path, root, findings)
    for task, name in zip(tasks, names, strict=True):
        reader.read(task, name)
    return reader.builder.finish(root, tagged(FORMAT_NAME, []))


def _image_name(task: Mapping[str, object]) -> str:
    """The file name of a task's image, from its data or its own keys (JSON_MIN)."""
    data = task.get("data")
    values = [*(data.values() if isinstance(data, dict) else task.values())]
    for value in (*values, task.get("file_upload")):
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and len(text) < 5000:
                name = _name_in(text)
                if has_image_suffix(name):
                    return name
    named = data.get("image") if isinstance(data, dict) else None
    return _name_in(named) if isinstance(named, str) else ""


def _name_in(text: str) -> str:
    """The file name at the end of a path or of a web address, which is never fetched."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return last_part(text)
    queried = last_part(unquote(parts.query.rpartition("=")[2]))
    return queried if has_image_suffix(queried) else last_part(unquote(parts.path))


class _Reader:
    """Turns tasks into images with annotations."""

    def __init__(self, path: Path, root: Path, findings: Findings) -> None:
        self.builder = DatasetBuilder(FORMAT_NAME, findings)
        self._path = path
        self._pictures = Pictures(root)
        self._findings = findings

    def read(self, task: RawRecord, name: str) -> None:
        """One task."""
        self.builder.found_images += 1
        values = task.values or {}
        results, author = self._results(task.place, values)
        shapes = [item for item in results if _kind(item)]
        self.builder.found_annotations += len(results)
        for item in results:
            if not _kind(item):
                kind = str(item.get("type", "none"))[:40]
                self._findings.left_out(task.place, f"a result of the kind “{kind}” has no shape")
        if not name:
            self._findings.left_out(task.place, "the task names no image")
            return
        size = next((found for item in shapes if (found := _size(item))), None)
        stripped = _UPLOAD_PREFIX.sub("", name)
        picture = self._pictures.find(stripped, name, size, self._findings, task.place)
        if picture is None:
            return
        annotations = [
            annotation
            for number, item in enumerate(shapes)
            if (annotation := self._annotation(item, f"{task.place}.result[{number}]", author))
        ]
        self.builder.add_image(picture, annotations)

    def _results(
        self, place: str, task: Mapping[str, object]
    ) -> tuple[list[Mapping[str, object]], str]:
        """The results of a task and who made them."""
        written = task.get("annotations", task.get("completions"))
        if not isinstance(written, list):
            return list(_short_results(task)), str(task.get("annotator", ""))
        kept = [
            item for item in written if isinstance(item, dict) and not item.get("was_cancelled")
        ]
        for _ in written[len(kept) :]:
            self._findings.left_out(place, "an annotation was cancelled")
        for other in kept[1:]:
            count = len(other["result"]) if isinstance(other.get("result"), list) else 0
            self.builder.found_annotations += count
            self._findings.left_out(
                place, f"the task has another annotation with {count} results", "the first is taken"
            )
        if task.get("predictions"):
            self._findings.note(place, "the task has predictions", "not read; import them apart")
        first = kept[0] if kept else {}
        results = first.get("result")
        author = first.get("completed_by")
        found: list[Mapping[str, object]] = []
        if isinstance(results, list):
            found = [item for item in results if isinstance(item, dict)]
        return found, "" if author is None or isinstance(author, dict) else str(author)

    def _annotation(self, item: Mapping[str, object], place: str, author: str) -> Annotation | None:
        value = item.get("value")
        value = value if isinstance(value, dict) else {}
        size = _size(item)
        if size is None:
            self._findings.left_out(place, "the result has no size of its image")
            return None
        try:
            if _rotation(item):
                raise ValueError("the image was turned in Label Studio, which is not read")
            geometry = _geometry(_kind(item), value, size)
        except ValueError as error:
            self._findings.left_out(place, str(error))
            return None
        return self.builder.annotation(
            self.builder.label_id(_label(value), place),
            geometry,
            self._path.name,
            raw=tagged(FORMAT_NAME, [item]),
            author=author,
            score=score_of(item.get("score")),
        )


def _short_results(task: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """JSON_MIN: lists of values right in the task, each with its labels and size."""
    for value in task.values():
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict) and "original_width" in item:
                kind = next((key for key in item if str(key).endswith("labels")), "")
                yield {**item, "type": kind, "value": item}


def _kind(item: Mapping[str, object]) -> str:
    """The kind of shape of a result, such as "rectangle"; empty when it has none."""
    kind = item.get("type")
    if not isinstance(kind, str):
        return ""
    return next((shape for shape in _SHAPES if kind in (shape, f"{shape}labels")), "")


def _rotation(item: Mapping[str, object]) -> bool:
    return item.get("image_rotation") not in (None, 0, 0.0)


def _size(item: Mapping[str, object]) -> Size | None:
    return declared_size(
        {"width": item.get("original_width"), "height": item.get("original_height")}
    )


def _label(value: Mapping[str, object]) -> object:
    for key, names in value.items():
        if key.endswith("labels") and isinstance(names, list) and names:
            return names[0]
    return None


def _geometry(kind: str, value: Mapping[str, object], size: Size) -> Geometry:
    """The shape in pixels; numbers are per cent of width and height. Raises ValueError."""
    match kind:
        case "rectangle":
            return _rectangle(value, size)
        case "polygon":
            ring = _scaled(check_points(value.get("points"), 3), size)
            check_ring(ring)
            return Polygon.from_points(ring)
        case "ellipse":
            x, y, first, second = _numbers(value, ("x", "y", "radiusX", "radiusY"), size)
            if first <= 0 or second <= 0:
                raise ValueError("the ellipse has no area")
            turn = _turn(_angle(value))
            ring = ellipse_ring(0.0, 0.0, first, second) @ turn + (x, y)
            check_ring(ring)
            return Polygon.from_points(ring)
        case "brush":
            mask = mask_of_brush(value.get("rle"), size)
            if mask.is_empty:
                raise ValueError("the brush has no pixel")
            return mask
        case _:
            x, y = _numbers(value, ("x", "y"), size)
            return Keypoints(((x, y, Visibility.VISIBLE),))


def _rectangle(value: Mapping[str, object], size: Size) -> Box | RotatedBox:
    """A rectangle, turned clockwise about its top left corner."""
    x, y, width, height = _numbers(value, ("x", "y", "width", "height"), size)
    if width <= 0 or height <= 0:
        raise ValueError("the rectangle has no area")
    angle = _angle(value)
    if angle % 360 == 0:
        return Box(x, y, width, height)
    middle = np.array([width / 2, height / 2]) @ _turn(angle)
    return RotatedBox(x + float(middle[0]), y + float(middle[1]), width, height, angle)


def _angle(value: Mapping[str, object]) -> float:
    (angle,) = check_numbers([value.get("rotation", 0)])
    return angle


def _turn(angle_degrees: float) -> np.ndarray:
    """Clockwise on the screen, for rows (x, y) on the left."""
    angle = np.deg2rad(angle_degrees)
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _numbers(value: Mapping[str, object], keys: Sequence[str], size: Size) -> list[float]:
    """Per cent as pixels: every first number of the width, every second of the height."""
    numbers = check_numbers([value.get(key) for key in keys])
    sides = (size.width, size.height)
    return [number / 100 * sides[index % 2] for index, number in enumerate(numbers)]


def _scaled(points: np.ndarray, size: Size) -> np.ndarray:
    return points / 100 * (size.width, size.height)


def _recognise(evidence: Evidence) -> str | None:
    first = evidence.first_item()
    if first is None:
        return None
    if "data" in first and ("annotations" in first or "completions" in first):
        return "the file is a list of tasks with data and annotations"
    if any(True for _ in _short_results(first)):
        return "the file is a list of tasks whose labels have an original_width"
    return None


FORMAT = AnnotationFormat("label studio", "Label Studio export", _recognise, read_label_studio)
