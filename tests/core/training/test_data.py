from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import FormatError, ReadError
from core.training.data import group_of, read_bccd, read_dsb2018
from tests.core.models.pictures import blobs


def _write_nuclei(folder: Path) -> None:
    pixels, truth = blobs(0, 64, 48, count=3)
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True)
    Image.fromarray(pixels).save(folder / "images" / "a.png")
    Image.fromarray(truth.astype(np.uint16)).save(folder / "labels" / "a.png")


def test_nuclei_come_with_masks_and_tight_boxes(tmp_path: Path) -> None:
    _write_nuclei(tmp_path)
    (image,) = read_dsb2018(tmp_path)
    assert image.instances is not None
    assert image.group == "fluorescence"
    assert len(image.boxes) == len(np.unique(image.instances)) - 1
    x0, y0, x1, y1 = image.boxes[0].astype(int)
    rows, columns = np.nonzero(image.instances == 1)
    assert (x0, y0, x1, y1) == (
        columns.min(),
        rows.min(),
        columns.max() + 1,
        rows.max() + 1,
    )


def test_excluded_pictures_are_not_read(tmp_path: Path) -> None:
    _write_nuclei(tmp_path)
    assert read_dsb2018(tmp_path, frozenset({"a.png"})) == ()


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="There are no pictures"):
        read_dsb2018(tmp_path)


def _write_blood(folder: Path, width: str) -> None:
    for name in ("JPEGImages", "Annotations"):
        (folder / name).mkdir()
    Image.fromarray(blobs(0, 64, 48)[0]).save(folder / "JPEGImages" / "a.jpg")
    boxes = ((1, 1, 10, width), (5, 5, 5, 4))
    items = "".join(
        f"<object><bndbox><xmin>{a}</xmin><ymin>{b}</ymin><xmax>{c}</xmax><ymax>{d}</ymax>"
        "</bndbox></object>"
        for a, b, c, d in boxes
    )
    (folder / "Annotations" / "a.xml").write_text(f"<annotation>{items}</annotation>")


def test_voc_boxes_become_pixel_edges_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    _write_blood(tmp_path, "20")
    (image,) = read_bccd(tmp_path)
    assert image.instances is None
    assert image.boxes.tolist() == [[0, 0, 10, 20]]


def test_a_box_that_is_no_number_is_named_by_file_and_place(tmp_path: Path) -> None:
    _write_blood(tmp_path, "wide")
    with pytest.raises(FormatError, match=r"a\.xml, bndbox 0: ymax is not a number"):
        read_bccd(tmp_path)


@pytest.mark.parametrize(
    ("color", "group"),
    [((20, 20, 20), "fluorescence"), ((200, 201, 200), "bright"), ((180, 90, 160), "stained")],
)
def test_the_kind_of_microscopy_is_told_from_the_picture(
    color: tuple[int, int, int], group: str
) -> None:
    assert group_of(np.full((8, 8, 3), color, np.uint8)) == group
