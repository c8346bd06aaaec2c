"""The same numbers in every report, undefined ones explained, nothing needed but the file."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from core.document.annotation import Annotation, Layer, LayerRole
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument
from core.document.geometry import Box
from core.document.images import Dataset, ImageRecord
from core.errors import ReadError, WriteError
from core.headless.scoring import layers_agreement, measured_files
from core.project.project import Project
from core.scoring.comparison_picture import comparison_picture
from core.scoring.html_report import write_html
from core.scoring.metric_files import (
    markdown_of,
    write_markdown,
    write_metrics_csv,
    write_metrics_json,
)
from core.scoring.metric_rows import metric_rows
from core.scoring.metrics import DatasetMetrics, measure_dataset
from core.scoring.plots import charts
from tests.core.scoring.examples import (
    CAT,
    DOG,
    PREDICTION,
    SIZE,
    STATE,
    TRUTH,
    document,
    rectangle,
)


@pytest.fixture
def items(tmp_path: Path) -> Dataset:
    (tmp_path / "images").mkdir()
    documents = (
        document(
            [(CAT, rectangle(0, 0, 10, 10)), (DOG, rectangle(20, 0, 10, 10))],
            [(CAT, rectangle(0, 0, 10, 8)), (CAT, rectangle(20, 0, 10, 10))],
            image_id=1,
        ),
        document([(CAT, Box(2, 2, 9, 9))], [(CAT, Box(2, 2, 9, 9))], image_id=2),
        document(image_id=3),
    )
    by_id: dict[int, ImageDocument] = {item.image_id: item for item in documents}
    for number in (1, 3):
        picture = np.full((*SIZE.shape, 3), 90, np.uint8)
        cv2.imwrite(str(tmp_path / "images" / f"<{number}>.png"), picture)
    records = tuple(ImageRecord(number, f"<{number}>.png", SIZE) for number in by_id)
    return Dataset(tmp_path / "images", records, STATE, by_id.__getitem__)


@pytest.fixture
def metrics(items: Dataset) -> DatasetMetrics:
    return measure_dataset(items, TRUTH, PREDICTION)


def test_csv_json_and_markdown_carry_the_same_numbers(
    items: Dataset, metrics: DatasetMetrics, tmp_path: Path
) -> None:
    write_metrics_csv(metrics, items, tmp_path / "a.csv")
    write_metrics_json(metrics, items, tmp_path / "a.json")
    write_markdown(metrics, items, tmp_path / "a.md")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as stream:
        table = {row["measure"]: row for row in csv.DictReader(stream)}
    content = json.loads((tmp_path / "a.json").read_text("utf-8"))
    text = (tmp_path / "a.md").read_text("utf-8")
    for row in metric_rows(metrics):
        cell = table[f"{row.group}: {row.name}"]
        assert content["metrics"][row.group][row.name] == row.value
        if row.value is None:
            assert (cell["value"], cell["reason"]) == ("n/a", row.reason)
            assert row.reason
            assert content["undefined"][f"{row.group}: {row.name}"] == row.reason
        else:
            assert float(cell["value"]) == row.value
        assert f"| {row.name} | {row.shown}" in text
    confusion = {
        (part["truth"], part["prediction"]): part for part in content["confusion_of_objects"]
    }
    assert confusion["dog", "cat"]["images"] == ["<1>.png"]


class _Tags(HTMLParser):
    """Everything that an HTML file refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_html_report_needs_no_other_file_and_no_script(
    items: Dataset, metrics: DatasetMetrics, tmp_path: Path
) -> None:
    heard: list[float] = []
    write_html(metrics, items, tmp_path / "a.html", title="Cells & co", progress=heard.append)
    text = (tmp_path / "a.html").read_text("utf-8")
    found = _Tags()
    found.feed(text)
    assert heard == [0.5, 1.0]
    assert len(found.sources) == 1
    assert all(source.startswith("data:image/jpeg;base64,") for source in found.sources)
    assert not {"script", "link", "iframe"} & set(found.tags)
    assert "url(" not in text
    assert "Cells &amp; co" in text
    assert "&lt;2&gt;.png" in text, "a picture that is missing is named"
    assert "<1>.png" not in text
    for row in metric_rows(metrics):
        if row.value is not None:
            assert row.shown in text


def test_charts_are_svg_that_a_parser_reads(metrics: DatasetMetrics) -> None:
    found = charts(metrics)
    assert len(found) >= 4
    for chart in found:
        root = ElementTree.fromstring(chart)  # noqa: S314 - it is our own
        numbers = [float(value) for value in re.findall(r"[\d.]+(?=[, ])", _points(root))]
        assert all(0 <= number <= 420 for number in numbers)


def _points(root: ElementTree.Element) -> str:
    lines: Iterator[ElementTree.Element] = root.iter("{http://www.w3.org/2000/svg}polyline")
    return " ".join(line.get("points", "") for line in lines)


def test_the_picture_has_both_outlines_and_the_file_stays_as_it_was(items: Dataset) -> None:
    path = items.image_root / "<1>.png"
    before = path.read_bytes()
    data = comparison_picture(path, items.load(1), TRUTH, PREDICTION, side_px=320)
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (240, 320, 3)
    blue, green, red = (picture[:, :, channel].astype(int) for channel in range(3))
    assert ((green > red + 40) & (green > 110)).any(), "the truth's outline is green"
    assert ((red > green + 60) & (red > blue + 60)).any(), "the prediction's is orange"
    assert path.read_bytes() == before


def test_nothing_to_score_is_written_as_undefined(tmp_path: Path, items: Dataset) -> None:
    empty = Dataset(items.image_root, items.images[2:], items.state, items.load)
    metrics = measure_dataset(empty, TRUTH, PREDICTION)
    values = {row.name: row for row in metric_rows(metrics)}
    assert values["AP"].value is values["PQ"].value is None
    assert values["Pixel accuracy"].value == 1.0
    assert "n/a (the truth has no object to find)" in markdown_of(metrics, empty)
    write_html(metrics, empty, tmp_path / "empty.html")
    assert "n/a: the truth has no object to find" in (tmp_path / "empty.html").read_text("utf-8")


def test_a_report_that_cannot_be_written_says_so(
    items: Dataset, metrics: DatasetMetrics, tmp_path: Path
) -> None:
    for write in (write_metrics_csv, write_metrics_json, write_markdown, write_html):
        with pytest.raises(WriteError):
            write(metrics, items, tmp_path / "missing" / "a")


def test_files_are_measured_and_unknown_labels_and_sizes_said(tmp_path: Path) -> None:
    truth = coco_file(tmp_path / "truth.json", "bird", 40)
    prediction = coco_file(tmp_path / "prediction.json", "birds", 50)
    with measured_files(truth, prediction) as (metrics, dataset, notes):
        assert len(dataset.images) == 1
        assert metrics.score.mean_iou_summed == 0.0
    text = "\n".join(notes)
    assert "“birds”" in text
    assert "“bird” is meant?" in text
    assert "another size in the prediction" in text


def test_layers_of_a_project_are_compared_two_by_two(tmp_path: Path) -> None:
    names = ["a.png"]
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((30, 40, 3), np.uint8))
    path = tmp_path / "p.maskwright"
    project = Project.create(path, tmp_path, names, author="ann")
    layer = Layer(2, LayerRole.PREDICTIONS, "bob")
    try:
        project.history.apply(Change("Add layer", layers=Difference(added=(layer,))))
        label = min(project.history.state.labels)
        items = tuple(Annotation(n, n, label, rectangle(0, 0, 9, 9)) for n in (1, 2))
        change = ImageChange(annotations=Difference(added=items))
        project.history.apply(Change.of_image("Add", 1, change))
        project.wait_until_saved(5.0)
    finally:
        project.close()
    (pair,), layers = layers_agreement(path)
    assert (pair.f1, pair.iou, pair.objects_in_both) == (1.0, 1.0, 1)
    assert layers[2] == "bob"
    with pytest.raises(ReadError, match="no project"):
        layers_agreement(tmp_path / "a.png")


def coco_file(path: Path, name: str, width: int) -> Path:
    content = {
        "images": [{"id": 1, "file_name": "a.png", "width": width, "height": 30}],
        "categories": [{"id": 1, "name": name}],
        "annotations": [
            {"id": 0, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9], "area": 81}
            | {"iscrowd": 0, "segmentation": []}
        ],
    }
    path.write_text(json.dumps(content), "utf-8")
    return path
