"""What was chosen is written and nothing else; what was simplified says what it cost."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.document.annotation import ReviewState
from core.document.document import ImageState
from core.document.geometry import Box
from core.document.images import Dataset, ImageRecord
from core.document.mask import Mask
from core.errors import MaskwrightError
from core.formats.coco import read_coco
from core.formats.combining import combine
from core.formats.export_options import ExportOptions, Pictures, Split
from core.formats.export_preview import VOID, preview_classes
from core.formats.export_split import split_images
from core.formats.exporting import EXPORT_FORMATS, ExportKind, export_layer
from core.formats.registry import read_annotations
from core.imaging.rasterise import rasterise
from tests.core.formats.datasets import SIZE, dataset_of, edited, square, write_picture

DISC = Mask.from_array(np.hypot(*np.mgrid[-9:10, -9:10]) < 9.3, 4, 2)


def images_of(*paths: str, digest: str = "") -> list[ImageRecord]:
    return [ImageRecord(number, path, SIZE, digest) for number, path in enumerate(paths, start=1)]


def coco(path: Path) -> Any:
    return json.loads(path.read_text())


def with_states(dataset: Dataset, states: dict[int, ImageState]) -> Dataset:
    return replace(dataset, state=replace(dataset.state, states=MappingProxyType(states)))


# What is chosen.


def test_only_the_chosen_labels(tmp_path: Path) -> None:
    data = dataset_of({"a.png": [square(1, 1, 5), square(9, 9, 5), square(20, 2, 5)]})
    options = ExportOptions(labels=frozenset({1}))
    report = export_layer(data, 1, tmp_path / "o.json", ExportKind.COCO_RLE, None, options)
    written = coco(tmp_path / "o.json")
    assert report.verified
    assert [item["name"] for item in written["categories"]] == ["cell"]
    assert len(written["annotations"]) == 2


def test_only_images_in_the_chosen_states(tmp_path: Path) -> None:
    data = dataset_of({"a.png": [square(1, 1, 5)], "b.png": [square(1, 1, 5)], "c.png": []})
    data = with_states(data, {1: ImageState.APPROVED, 2: ImageState.IN_PROGRESS})
    options = ExportOptions(states=frozenset({ImageState.APPROVED}))
    export_layer(data, 1, tmp_path / "o.json", ExportKind.COCO_RLE, None, options)
    assert [item["file_name"] for item in coco(tmp_path / "o.json")["images"]] == ["a.png"]
    none = ExportOptions(states=frozenset({ImageState.REJECTED}))
    with pytest.raises(MaskwrightError, match="nothing to export"):
        export_layer(data, 1, tmp_path / "p.json", ExportKind.COCO_RLE, None, none)
    assert not (tmp_path / "p.json").exists()


def test_only_objects_that_were_reviewed_so(tmp_path: Path) -> None:
    data = dataset_of({"a.png": [square(1, 1, 5), square(9, 9, 6)]})
    approved = replace(data.load(1).annotations[2], review=ReviewState.APPROVED)
    options = ExportOptions(reviews=frozenset({ReviewState.APPROVED}))
    export_layer(
        edited(data, {2: approved}), 1, tmp_path / "o.json", ExportKind.COCO_RLE, None, options
    )
    (written,) = coco(tmp_path / "o.json")["annotations"]
    assert written["area"] == 36


# Parts.

LOTS = images_of(*(f"folder{number % 7}/s{number % 13}_{number}.png" for number in range(60)))
SHARES = (("train", 70.0), ("val", 15.0), ("test", 15.0))


@settings(deadline=None)
@given(seed=st.integers(0, 99), group=st.sampled_from(["image", "folder", "prefix", r"s(\d+)"]))
def test_groups_stay_together_and_the_seed_decides(seed: int, group: str) -> None:
    split = Split(SHARES, seed, group)
    parts = split_images(LOTS, split)
    assert parts == split_images(list(reversed(LOTS)), split), "not the order of the images"
    assert parts.keys() == {image.id for image in LOTS}
    keys = {
        "image": lambda image: image.path,
        "folder": lambda image: image.path.split("/")[0],
        "prefix": lambda image: image.name.split("_")[0],
        r"s(\d+)": lambda image: image.name.split("_")[0],
    }
    found: dict[str, set[str]] = {}
    for image in LOTS:
        found.setdefault(keys[group](image), set()).add(parts[image.id])
    assert all(len(names) == 1 for names in found.values())
    counts = Counter(parts.values())
    largest = max(Counter(map(keys[group], LOTS)).values())
    for name, share in SHARES:
        assert abs(counts[name] - share * 0.6) <= largest


def test_another_seed_gives_other_parts() -> None:
    assert split_images(LOTS, Split(SHARES, 1)) != split_images(LOTS, Split(SHARES, 2))


def test_the_same_picture_is_never_trained_and_tested_on() -> None:
    images = [replace(image, digest=f"digest {number % 30}") for number, image in enumerate(LOTS)]
    for seed in range(5):
        parts = split_images(images, Split(SHARES, seed))
        for first, second in zip(images[:30], images[30:], strict=True):
            assert parts[first.id] == parts[second.id]


@pytest.mark.parametrize("text", ["", "70", "a/b", "-1/2", "0/0", "1/2/3/4", "nan/1", "inf/1"])
def test_what_is_no_split_is_refused(text: str) -> None:
    with pytest.raises(MaskwrightError, match="no split"):
        Split.parse(text)
    with pytest.raises(MaskwrightError, match="no pattern"):
        split_images(LOTS, Split(SHARES, group="("))


SPLIT = ExportOptions(split=Split.parse("50/25/25", seed=3))
FOUR = {f"{name}.png": [square(1, 1, 5)] for name in "abcd"}


@pytest.mark.parametrize("kind", ExportKind)
def test_every_format_writes_parts_that_together_are_all(tmp_path: Path, kind: ExportKind) -> None:
    for name in FOUR:
        write_picture(tmp_path / "in" / name)
    data = dataset_of(FOUR, root=tmp_path / "in")
    form = EXPORT_FORMATS[kind]
    target = tmp_path / "out" / f"set{form.suffix}"
    target.parent.mkdir()
    report = export_layer(data, 1, target, kind, None, SPLIT)
    assert report.verified
    assert report.counts["images"] == 4
    expected = split_images(data.images, SPLIT.split) if SPLIT.split else {}
    if form.family == "voc":
        lists = (target / "ImageSets" / "Main").glob("*.txt")
        names = {path.stem for path in lists if "_" not in path.stem}
        assert names == {"train", "val", "test", "trainval"}
        train = (target / "ImageSets" / "Segmentation" / "train.txt").read_text().split()
        assert len(train) == 2
        assert (target / "ImageSets" / "Main" / "cell_val.txt").is_file()
    elif form.family == "yolo":
        assert len(list((target / "labels" / "train").glob("*.txt"))) == 2
        assert "val: images/val" in (target / "data.yaml").read_text()
    else:
        for name, count in (("train", 2), ("val", 1), ("test", 1)):
            part = target / name if form.is_folder else target.with_name(f"set-{name}.json")
            read = read_annotations(part, tmp_path / "in")
            assert read.report.annotations == count
            for image in filter(lambda image: image.annotations, read.images):
                (record,) = (item for item in data.images if item.path == image.name)
                assert expected[record.id] == name


# Pictures.


@pytest.mark.parametrize("pictures", [Pictures.COPY, Pictures.LINK])
@pytest.mark.parametrize("kind", ExportKind)
def test_pictures_come_along_in_every_format(
    tmp_path: Path, kind: ExportKind, pictures: Pictures
) -> None:
    original = write_picture(tmp_path / "in" / "a.png")
    content = original.read_bytes()
    data = dataset_of({"a.png": [square(1, 1, 5)]}, root=tmp_path / "in")
    form = EXPORT_FORMATS[kind]
    target = tmp_path / "out" / f"set{form.suffix}"
    options = ExportOptions(pictures=pictures)
    report = export_layer(data, 1, target, kind, None, options)
    assert report.verified
    (placed,) = (
        path
        for path in (tmp_path / "out").rglob("a.png")
        if path.is_file() and path.read_bytes() == content
    )
    assert placed.is_symlink() == (pictures is Pictures.LINK)
    assert placed in report.written
    read = read_annotations(target)
    assert read.report.missing_images == (), "the set can be moved on with its pictures"
    again = export_layer(data, 1, target, kind, None, options)
    assert again.verified
    assert original.read_bytes() == content
    assert not original.is_symlink()


def test_another_picture_is_never_written_over(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"somebody's work")
    data = dataset_of({"a.png": [square(1, 1, 5)]}, root=tmp_path)
    for pictures in (Pictures.COPY, Pictures.LINK):
        options = ExportOptions(pictures=pictures)
        report = export_layer(data, 1, tmp_path / "o.json", ExportKind.COCO_RLE, None, options)
        assert any("another picture is at a.png already" in str(entry) for entry in report.losses)
    assert (tmp_path / "images" / "a.png").read_bytes() == b"somebody's work"


def test_a_copy_takes_the_place_of_a_link(tmp_path: Path) -> None:
    write_picture(tmp_path / "in" / "a.png")
    data = dataset_of({"a.png": []}, root=tmp_path / "in")
    placed = tmp_path / "images" / "a.png"
    for pictures in (Pictures.LINK, Pictures.COPY, Pictures.COPY, Pictures.LINK):
        options = ExportOptions(pictures=pictures)
        report = export_layer(data, 1, tmp_path / "o.json", ExportKind.COCO_RLE, None, options)
        assert placed.is_symlink() == (pictures is Pictures.LINK)
        assert placed in report.written
        assert not report.losses


def test_a_picture_that_is_gone_is_said(tmp_path: Path) -> None:
    data = dataset_of({"a.png": [square(1, 1, 5)]}, root=tmp_path)
    for pictures in (Pictures.COPY, Pictures.LINK):
        options = ExportOptions(pictures=pictures)
        report = export_layer(data, 1, tmp_path / "o.json", ExportKind.COCO_RLE, None, options)
        assert any("a.png" in str(entry) and entry.left_out for entry in report.losses)


# Simpler outlines.


@pytest.mark.parametrize("kind", [ExportKind.COCO_POLYGONS, ExportKind.YOLO_POLYGONS])
def test_the_loss_of_simpler_outlines_is_said_for_each_object(
    tmp_path: Path, kind: ExportKind
) -> None:
    write_picture(tmp_path / "a.png")
    data = dataset_of({"a.png": [DISC, square(25, 1, 4), Box(1, 1, 4, 4)]}, root=tmp_path)
    target = tmp_path / f"out{EXPORT_FORMATS[kind].suffix}"
    options = ExportOptions(simplify_px=1.5)
    report = export_layer(data, 1, target, kind, None, options)
    assert report.verified
    simpler = [entry for entry in report.losses if "simplified" in entry.reason]
    assert [entry.item for entry in simpler] == ["object 1", "object 2"]
    assert "became" in simpler[0].reason
    imported = read_annotations(target, tmp_path)
    (image,) = imported.images
    drawn = rasterise(image.annotations[0].geometry, SIZE)
    differing = drawn.without(DISC).area + DISC.without(drawn).area
    assert simpler[0].pixels == differing > 0
    iou = 1 - differing / drawn.united(DISC).area
    assert simpler[0].action == f"IoU with the exact one is {iou:.4f}"
    assert simpler[1].action == "IoU with the exact one is 1.0000"


def test_a_mask_that_would_vanish_stays_exact(tmp_path: Path) -> None:
    dot = Mask.from_array(np.ones((1, 1), bool), 5, 5)
    data = dataset_of({"a.png": [dot]})
    options = ExportOptions(simplify_px=4)
    target = tmp_path / "o.json"
    report = export_layer(data, 1, target, ExportKind.COCO_POLYGONS, None, options)
    assert report.verified
    (item,) = read_coco(target).images[0].annotations
    assert rasterise(item.geometry, SIZE) == dot


# What lies in front.


def overlapping() -> Dataset:
    """cell, dust, cell … one over the other; the last one is a crowd."""
    shapes = [square(2, 2, 12), square(8, 6, 12), square(5, 10, 8), square(22, 2, 8)]
    return dataset_of({"a.png": shapes}, crowds=frozenset({4}))


MAPS = (ExportKind.PNG_CLASSES, ExportKind.VOC, ExportKind.COCO_PANOPTIC)


def test_the_label_in_front_covers_the_others() -> None:
    data = overlapping()
    kind = ExportKind.PNG_CLASSES
    usual = preview_classes(data, 1, 1, kind, ExportOptions())
    assert usual[11, 9] == 1, "the third square is the foremost"
    front = preview_classes(data, 1, 1, kind, ExportOptions(front_labels=(2, 1)))
    assert front[11, 9] == 2
    assert np.count_nonzero(front == 2) == 144
    one = preview_classes(data, 1, 1, kind, ExportOptions(front_labels=(1,)))
    assert (
        np.count_nonzero(one == 1)
        == rasterise(square(2, 2, 12), SIZE).united(rasterise(square(5, 10, 8), SIZE)).area
    )
    assert np.count_nonzero(one == VOID) == 64


@pytest.mark.parametrize("front", [(), (1,), (2,), (2, 1)])
def test_the_preview_is_what_is_written(tmp_path: Path, front: tuple[int, ...]) -> None:
    data = overlapping()
    options = ExportOptions(front_labels=front)
    for kind, picture in (
        (ExportKind.PNG_CLASSES, "masks/a.png"),
        (ExportKind.VOC, "SegmentationClass/a.png"),
    ):
        target = tmp_path / kind.value
        report = export_layer(data, 1, target, kind, None, options)
        assert report.verified
        written = np.array(Image.open(target / picture)).astype(np.uint16)
        written[written == 255] = VOID
        assert np.array_equal(preview_classes(data, 1, 1, kind, options), written)


def test_the_preview_of_panoptic_pixels_is_what_is_written(tmp_path: Path) -> None:
    data = overlapping()
    options = ExportOptions(front_labels=(2,))
    kind = ExportKind.COCO_PANOPTIC
    assert export_layer(data, 1, tmp_path / "set.json", kind, None, options).verified
    expected = preview_classes(data, 1, 1, kind, options)
    for item in read_annotations(tmp_path / "set.json").images[0].annotations:
        pixels = rasterise(item.geometry, SIZE).to_array(SIZE)
        if not item.is_crowd:
            assert (expected[pixels] == item.label_id).all()


def test_order_changes_nothing_where_objects_may_overlap(tmp_path: Path) -> None:
    """What was not edited goes out as it came in, whatever is in front."""
    data = overlapping()
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    export_layer(data, 1, first, ExportKind.COCO_RLE)
    combined = combine([read_coco(first)])
    options = ExportOptions(front_labels=(2,))
    export_layer(combined.dataset, 1, second, ExportKind.COCO_RLE, combined.sources[1], options)
    assert second.read_bytes() == first.read_bytes()


def test_all_kinds_of_one_object_to_a_pixel_are_marked() -> None:
    marked = {kind for kind, form in EXPORT_FORMATS.items() if form.is_pixel_map}
    assert marked == {*MAPS, ExportKind.PNG_INSTANCES}
