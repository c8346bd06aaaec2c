"""Through every pair of formats: pixels differ by exactly what the reports name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.document.annotation import Geometry, Label
from core.document.geometry import Polygon, PolygonPart, Size
from core.document.images import Dataset
from core.document.mask import Mask
from core.document.semantic import SemanticMap
from core.formats.class_maps import with_class_regions
from core.formats.combining import combine
from core.formats.dataset import ExportReport
from core.formats.exporting import EXPORT_FORMATS, ExportKind, export_layer
from core.formats.registry import format_named
from core.imaging.rasterise import rasterise
from tests.core.formats.datasets import dataset_of, write_picture

SIZE = Size(61, 47)
Objects = Mapping[tuple[str, str], Mask]


def _ring(rng: np.random.Generator, x: float, y: float, radius: float, corners: int) -> np.ndarray:
    angles = (np.arange(corners) + rng.uniform(0.1, 0.9, corners)) * (2 * np.pi / corners)
    lengths = radius * rng.uniform(0.75, 1.0, corners)
    return np.stack([x + lengths * np.cos(angles), y + lengths * np.sin(angles)], axis=1)


def _holed_polygon(rng: np.random.Generator) -> Polygon:
    """Two parts, one of them with a hole; some reach outside the image."""
    x, y = rng.uniform(12, 50), rng.uniform(10, 38)
    outline = _ring(rng, x, y, 15, 14)
    hole = _ring(rng, x, y, 5, 7)
    other = _ring(rng, x + (25 if x < 31 else -25), rng.uniform(0, 47), 6, 5)
    return Polygon((PolygonPart(outline, (hole,)), PolygonPart(other)))


def _holed_mask(rng: np.random.Generator) -> Mask:
    pixels = np.zeros(SIZE.shape, np.bool_)
    left, top = rng.integers(0, 30), rng.integers(0, 22)
    pixels[top : top + 20, left : left + 25] = True
    pixels[top + 5 : top + 11, left + 6 : left + 14] = False
    pixels[rng.integers(0, 47, 9), rng.integers(0, 61, 9)] = True
    return Mask.from_array(pixels)


def generated(root: Path, seed: int = 7, images: int = 2, *, write: bool = True) -> Dataset:
    """Three objects on each image that overlap, have holes and several parts."""
    rng = np.random.default_rng(seed)
    shapes: dict[str, list[Geometry]] = {}
    for number in range(images):
        name = f"set/picture {number}.png"
        if write:
            write_picture(root / name, SIZE)
        shapes[name] = [_holed_polygon(rng), _holed_mask(rng), _holed_polygon(rng)]
    return dataset_of(shapes, names=("first", "second", "third"), root=root, size=SIZE)


def with_class_map(dataset: Dataset, seed: int) -> Dataset:
    """The data set with two more labels painted into a class map, partly under the objects."""
    rng = np.random.default_rng(seed)
    labels = {
        **dataset.state.labels,
        4: Label(4, "road", "#404040"),
        5: Label(5, "sky", "#4040ff"),
    }
    documents = {}
    for image, document in dataset.documents():
        classes = np.full(SIZE.shape, 65534, np.uint16)
        classes[rng.integers(2, 15) :] = 4
        classes[:, rng.integers(30, 55) :] = 5
        classes[-4:] = 65535
        documents[image.id] = replace(document, semantic={1: SemanticMap(1, classes)})
    state = replace(dataset.state, labels=labels)
    return replace(dataset, state=state, load=documents.__getitem__)


def objects_of(dataset: Dataset) -> dict[tuple[str, str], Mask]:
    """The pixels of each object by image and label; labels occur once on an image."""
    found: dict[tuple[str, str], Mask] = {}
    for image, document in dataset.documents():
        for annotation in document.in_layer(1):
            label = dataset.state.labels[annotation.label_id].name
            assert (image.path, label) not in found
            found[image.path, label] = rasterise(annotation.geometry, document.size)
    return found


def differing(before: Objects, after: Objects) -> int:
    """Pixels of objects that differ; an object that is gone counts with all of its own."""
    empty = Mask.empty()
    return sum(
        _exclusive_or(before.get(key, empty), after.get(key, empty)) for key in {*before, *after}
    )


def _exclusive_or(first: Mask, second: Mask) -> int:
    return first.area + second.area - 2 * first.intersected(second).area


def _through(dataset: Dataset, kind: ExportKind, folder: Path) -> tuple[Dataset, ExportReport, int]:
    """Write, and read by the ordinary reader; the third number is what the import says it lost."""
    form = EXPORT_FORMATS[kind]
    folder.mkdir()
    target = folder / f"set{form.suffix}"
    report = export_layer(dataset, 1, target, kind)
    imported = format_named(form.family).read(target, dataset.image_root)
    assert imported.report.missing_images == ()
    lost = sum(entry.pixels for entry in imported.report.entries)
    return combine([imported]).dataset, report, lost


def _named(report: ExportReport) -> int:
    return sum(entry.pixels for entry in report.losses)


def _by_image(objects: Objects) -> dict[str, Objects]:
    paths = sorted({path for path, _ in objects})
    return {path: {key: m for key, m in objects.items() if key[0] == path} for path in paths}


def _named_by_image(report: ExportReport) -> dict[str, int]:
    """Pixels that the report names, by the picture that the entry is about."""
    found: Counter[str] = Counter()
    for entry in report.losses:
        if entry.pixels:
            (number,) = re.findall(r"picture (\d)", f"{entry.file} {entry.item}")
            found[f"set/picture {number}.png"] += entry.pixels
    return dict(found)


# Formats in which objects may overlap, and those that hold every pixel of each.
LOSSLESS = {
    *(ExportKind.COCO_RLE, ExportKind.COCO_POLYGONS),
    *(ExportKind.YOLO_POLYGONS, ExportKind.LABELME),
}


def test_the_generated_objects_are_what_they_should_be() -> None:
    """Three to an image, some of which overlap, each with holes and several parts."""
    start = generated(Path("nowhere"), write=False)
    for objects in _by_image(objects_of(start)).values():
        pairs = list(combinations(objects.values(), 2))
        assert len(pairs) == 3
        assert any(not first.intersected(second).is_empty for first, second in pairs)
        for mask in objects.values():
            inside = np.pad(mask.crop(), 1)
            parts, _ = cv2.connectedComponents(inside.astype(np.uint8), connectivity=8)
            outside, _ = cv2.connectedComponents((~inside).astype(np.uint8), connectivity=4)
            assert parts > 2, "several parts beside the background"
            assert outside > 2, "a hole beside what is around"


@pytest.mark.parametrize("first", list(ExportKind), ids=lambda kind: kind.value)
def test_a_pair_of_formats_loses_what_it_says(tmp_path: Path, first: ExportKind) -> None:
    start = generated(tmp_path / "pictures")
    between, report, lost = _through(start, first, tmp_path / "first")
    assert report.verified
    before, middle = objects_of(start), objects_of(between)
    gone = differing(before, middle)
    assert gone == _named(report) + lost
    assert (gone == 0) is (first in LOSSLESS), "overlaps cost pixels where a pixel has one object"
    for path, objects in _by_image(before).items():
        kept = _by_image(middle)[path]
        assert differing(objects, kept) == _named_by_image(report).get(path, 0) + lost
    for second in ExportKind:
        end, report, lost = _through(between, second, tmp_path / f"then-{second.value}")
        assert report.verified
        after = objects_of(end)
        assert after, "something came through"
        assert differing(middle, after) == _named(report) + lost
        if second in LOSSLESS:
            assert after == middle


@pytest.mark.parametrize("first", list(ExportKind), ids=lambda kind: kind.value)
def test_a_class_map_goes_on_as_regions_or_is_counted(tmp_path: Path, first: ExportKind) -> None:
    start = with_class_map(generated(tmp_path / "pictures", images=1), seed=5)
    between, report, lost = _through(start, first, tmp_path / "first")
    before, middle = objects_of(with_class_regions(start, 1)), objects_of(between)
    assert report.verified
    assert len(before) == 5
    assert differing(before, middle) == _named(report) + lost
    holds = EXPORT_FORMATS[first].has_pixel_classes
    assert {label for _, label in middle} >= ({"road", "sky"} if holds else set())
    end, report, lost = _through(between, ExportKind.VOC, tmp_path / "then")
    assert differing(middle, objects_of(end)) == _named(report) + lost


@pytest.mark.parametrize("kind", list(ExportKind), ids=lambda kind: kind.value)
def test_crowds_lose_what_the_report_says(tmp_path: Path, kind: ExportKind) -> None:
    """Number 1 lies behind the others, number 6 in front of them."""
    plain = generated(tmp_path / "pictures")
    documents = {
        image.id: replace(
            document,
            annotations={
                key: replace(item, is_crowd=key in (1, 6))
                for key, item in document.annotations.items()
            },
        )
        for image, document in plain.documents()
    }
    start = replace(plain, load=documents.__getitem__)
    end, report, lost = _through(start, kind, tmp_path / "out")
    assert report.verified
    assert differing(objects_of(start), objects_of(end)) == _named(report) + lost
    crowds = sum(item.is_crowd for _, found in end.documents() for item in found.in_layer(1))
    said = sum("no crowds" in entry.reason and entry.left_out for entry in report.losses)
    assert crowds + said == 2


def test_more_objects_than_voc_can_number_lose_what_the_report_says(tmp_path: Path) -> None:
    dots = [
        Mask.from_array(np.eye(2, dtype=np.bool_), 3 * (n % 20), 3 * (n // 20)) for n in range(258)
    ]
    names = tuple(f"label {number}" for number in range(len(dots)))
    write_picture(tmp_path / "a.png", SIZE)
    start = dataset_of({"a.png": dots}, names=names, root=tmp_path, size=SIZE)
    end, report, lost = _through(start, ExportKind.VOC, tmp_path / "out")
    assert report.verified
    assert differing(objects_of(start), objects_of(end)) == _named(report) + lost == 8


def test_a_loss_that_nobody_names_is_seen(tmp_path: Path) -> None:
    """The measure itself: an object or a pixel less is not taken for equal."""
    start = generated(tmp_path / "pictures")
    between, report, lost = _through(start, ExportKind.VOC, tmp_path / "first")
    before, middle = objects_of(start), objects_of(between)
    key, mask = next(iter(middle.items()))
    without = {k: v for k, v in middle.items() if k != key}
    assert differing(before, without) > _named(report) + lost
    shifted = {**middle, key: mask.moved(1, 0)}
    assert differing(before, shifted) != _named(report) + lost


@pytest.mark.parametrize(
    "kind",
    [
        ExportKind.COCO_RLE,
        ExportKind.COCO_POLYGONS,
        ExportKind.YOLO_POLYGONS,
        ExportKind.LABELME,
    ],
    ids=lambda kind: kind.value,
)
def test_formats_that_hold_overlaps_lose_no_pixel(tmp_path: Path, kind: ExportKind) -> None:
    start = generated(tmp_path / "pictures", seed=3)
    end, report, _ = _through(start, kind, tmp_path / "out")
    assert _named(report) == 0
    assert objects_of(end) == objects_of(start)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(6))
def test_many_generated_sets_through_every_format(tmp_path: Path, seed: int) -> None:
    start = generated(tmp_path / "pictures", seed=100 + seed, images=5)
    before = objects_of(start)
    for kind in ExportKind:
        end, report, lost = _through(start, kind, tmp_path / kind.value)
        assert report.verified
        assert differing(before, objects_of(end)) == _named(report) + lost
