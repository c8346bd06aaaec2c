"""Files as other programs write them, and crafted faults: no crash, a fitting report."""

from pathlib import Path

import pytest

from core.document.geometry import Size
from core.document.mask import Mask
from core.errors import FormatError, ReadError
from core.formats.coco import read_coco
from core.formats.registry import detect_format, read_annotations
from core.formats.voc import read_voc
from core.imaging.rasterise import rasterise

CRAFTED_COCO = {
    # name: (annotations in, annotations found, words in the report)
    "coco_annotations_object": (1, 1, "object instead of a list"),
    "coco_bom": (1, 1, ""),
    "coco_category_zero_and_gaps": (2, 2, ""),
    "coco_dangling_refs": (1, 2, "no image has the id 77"),
    "coco_duplicate_ids": (2, 2, "occurs twice"),
    "coco_empty_segmentation": (4, 4, "the outline is empty"),
    "coco_flat_segmentation": (1, 1, "not in a list of its own"),
    "coco_hole_as_second_polygon": (1, 1, ""),
    "coco_iscrowd_variants": (3, 3, ""),
    "coco_missing_fields": (2, 2, ""),
    "coco_nan": (1, 1, "NaN"),
    "coco_no_size": (1, 1, ""),
    "coco_outside_negative": (2, 2, ""),
    "coco_paths": (1, 1, "web address"),
    "coco_point_polygon": (2, 2, "at least three points"),
    "coco_rle_list_short": (1, 1, "do not add up"),
    "coco_rle_list_string_in_list": (1, 1, "stand in a list"),
    "coco_rle_size_mismatch": (1, 1, "320 rows and 214 columns"),
    "coco_string_ids": (1, 1, ""),
    "coco_truth_rle_list": (1, 1, ""),
    "coco_truth_rle_string": (1, 1, ""),
    "coco_truth_two_parts_no_hole": (1, 1, ""),
    "coco_wrong_size": (1, 1, "the picture is 320 × 214"),
}


@pytest.fixture
def crafted(shared_data: Path) -> Path:
    return shared_data / "formats" / "crafted_from_reports"


@pytest.mark.parametrize("name", CRAFTED_COCO)
def test_crafted_coco_faults(crafted: Path, name: str) -> None:
    brought, found, words = CRAFTED_COCO[name]
    report = read_coco(crafted / f"{name}.json").report
    assert (report.annotations, report.found_annotations) == (brought, found)
    assert words in "\n".join(map(str, report.entries))
    assert bool(report.entries) == bool(words)


def test_the_truth_mask_is_read_from_both_kinds_of_run_lengths(crafted: Path) -> None:
    areas = []
    for name in ("list", "string"):
        (image,) = read_coco(crafted / f"coco_truth_rle_{name}.json").images
        geometry = image.annotations[0].geometry
        assert isinstance(geometry, Mask)
        areas.append(geometry.area)
    assert areas == [12900, 12900]
    (image,) = read_coco(crafted / "coco_truth_two_parts_no_hole.json").images
    assert rasterise(image.annotations[0].geometry, Size(320, 214)).area == 14400


def test_crafted_voc_faults(crafted: Path) -> None:
    unreadable = {"voc_entity_bomb", "voc_truncated"}
    for path in sorted(crafted.glob("voc_*.xml")):
        report = read_voc(path).report
        if path.stem in unreadable:
            assert len(report.left_out) == 1
        else:
            assert report.images == 1
            assert report.missing_images == ()
            assert report.annotations == report.found_annotations


def test_every_file_is_read_or_refused_in_words(shared_data: Path) -> None:
    known, unspoken = 0, []
    for path in sorted((shared_data / "formats").rglob("*")):
        if path.suffix not in (".json", ".xml") or path.stat().st_size > 2_000_000:
            continue
        try:
            detect_format(path)
            read_annotations(path)
            known += 1
        except (FormatError, ReadError) as error:
            if path.name not in str(error):
                unspoken.append(path.name)
    assert known > 100
    assert unspoken == []


@pytest.mark.parametrize(
    ("folder", "images", "annotations"),
    [
        ("coco_tiny", 80, 705),
        ("dsb2018", 107, 4788),
        ("bccd", 147, 1973),
        ("raccoon", 100, 108),
        ("facade_roboflow", 24, 769),
    ],
)
def test_whole_sets_come_in_complete(
    shared_data: Path, folder: str, images: int, annotations: int
) -> None:
    report = read_annotations(shared_data / folder).report
    assert (report.images, report.annotations) == (images, annotations)
    assert report.missing_images == ()
    assert report.left_out == ()
