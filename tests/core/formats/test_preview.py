"""The first images of a large file, the same as when it is read whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from core.document.annotation import Annotation
from core.document.geometry import Size
from core.formats.coco import read_coco
from core.formats.preview import IMAGES_READ, preview_annotations
from tests.core.formats.damage import other_json
from tests.core.formats.datasets import record, write_picture
from tests.core.formats.large_files import write_large_coco
from tests.core.formats.sound_files import COCO
from tests.core.formats.test_hostile_input import QUIET


def plain(items: tuple[Annotation, ...]) -> list[Annotation]:
    """Without the random ids."""
    return [replace(item, id=0) for item in items]


def test_the_first_images_are_those_of_the_whole_file(tmp_path: Path) -> None:
    path = write_large_coco(tmp_path / "set.json", 20, 5)
    for number in (2, 3, 5, 9):
        write_picture(tmp_path / f"{number:012}.jpg", Size(640, 480))

    preview, whole = preview_annotations(path, 0), read_coco(path)

    assert preview is not None
    assert [image.name for image in preview.images] == [image.name for image in whole.images]
    assert [label.name for label in preview.labels] == [label.name for label in whole.labels]
    with_objects = [image for image in preview.images if image.annotations]
    assert [image.name[-5:] for image in with_objects] == ["2.jpg", "3.jpg", "5.jpg"]
    assert len(with_objects) == IMAGES_READ
    for image in with_objects:
        (same,) = (item for item in whole.images if item.name == image.name)
        assert image.size == same.size
        assert plain(image.annotations) == plain(same.annotations)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"null",
        b'{"images": []}',
        b'{"images": [], "annotations": {}, "categories": []}',
        b'{"images": [], "annotations": [1], "categories": []}',
        b"\xff\xfe{",
    ],
)
def test_what_cannot_be_previewed_is_left_to_the_reader(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "set.json"
    path.write_bytes(content)
    assert preview_annotations(path, 0) is None


def test_small_files_folders_and_other_files_have_none(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text(json.dumps(COCO))
    assert preview_annotations(path) is None
    assert preview_annotations(path, 0) is not None
    assert preview_annotations(tmp_path, 0) is None
    assert preview_annotations(tmp_path / "gone.json", 0) is None
    assert preview_annotations(path.rename(tmp_path / "set.txt"), 0) is None


@settings(QUIET, max_examples=80)
@given(data=other_json(json.dumps(COCO).encode()))
def test_damage_never_ends_a_preview_otherwise(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "set.json"
    path.write_bytes(data)
    preview_annotations(path, 0)


@pytest.mark.parametrize("key", [5, 5.0, "5"])
def test_ids_written_in_another_way_are_the_same(tmp_path: Path, key: object) -> None:
    content = {**COCO, "annotations": [record(1, image_id=key)]}
    path = tmp_path / "set.json"
    path.write_text(json.dumps(content))
    preview = preview_annotations(path, 0)
    assert preview is not None
    assert len(preview.images[0].annotations) == 1
