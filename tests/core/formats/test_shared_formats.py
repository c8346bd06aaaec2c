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


CRAFTED_OTHERS = {
    # name: (annotations in, annotations found, words in the report)
    "labelme_all_shapes.json": (6, 6, "a circle has no form here"),
    "labelme_backslash_path.json": (0, 1, "at least 3 points and has 2"),
    "labelme_old_v3.json": (1, 1, ""),
    "coco_results_list.json": (2, 2, ""),
    "yolo_bad.txt": (0, 4, "“person” is not a whole number"),
    "yolo_boxes.txt": (0, 2, "without the picture"),
    "yolo_empty.txt": (0, 0, "no image"),
    "yolo_seg.txt": (0, 1, "without the picture"),
}


@pytest.mark.parametrize("name", CRAFTED_OTHERS)
def test_crafted_faults_of_other_formats(crafted: Path, name: str) -> None:
    brought, found, words = CRAFTED_OTHERS[name]
    report = read_annotations(crafted / name).report
    assert (report.annotations, report.found_annotations) == (brought, found)
    assert words in "\n".join(map(str, report.entries))


@pytest.mark.parametrize("name", ["yolo_bad", "yolo_boxes", "yolo_seg"])
def test_crafted_yolo_faults_with_their_picture(crafted: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.jpg").write_bytes((crafted / "img.jpg").read_bytes())
    (tmp_path / "a.txt").write_bytes((crafted / f"{name}.txt").read_bytes())
    (tmp_path / "classes.txt").write_bytes((crafted / "classes.txt").read_bytes())
    imported = read_annotations(tmp_path)
    expected = {"yolo_bad": (2, 4), "yolo_boxes": (2, 2), "yolo_seg": (1, 1)}[name]
    report = imported.report
    assert (report.annotations, report.found_annotations) == expected
    if name == "yolo_bad":
        assert [entry.item for entry in report.left_out] == ["line 2", "line 3"]
        assert "outside" in "\n".join(map(str, report.entries))
    if name == "yolo_seg":
        (image,) = imported.images
        area = rasterise(image.annotations[0].geometry, Size(320, 214)).area
        assert area == 12_000


def test_every_crafted_file_is_in_a_test(crafted: Path) -> None:
    named = {f"{name}.json" for name in CRAFTED_COCO} | set(CRAFTED_OTHERS)
    others = {"README.md", "classes.txt", "img.jpg", "truth_hole_parts.png", "coco_truncated.json"}
    for path in crafted.iterdir():
        assert path.name in named | others or path.name.startswith("voc_"), path.name
    with pytest.raises(FormatError, match=r"coco_truncated\.json, line"):
        read_annotations(crafted / "coco_truncated.json")


# What is opened of each of the 20 folders: (place, format, images, annotations,
# annotations found, missing images, words in the report).
FOLDERS = {
    "coco_panoptic": [
        ("panoptic_examples.json", "coco panoptic", 2, 50, 50, 0, "input_images"),
        ("panoptic_coco_detection_format.json", "coco", 2, 50, 50, 0, "input_images"),
    ],
    "crafted_from_reports": [("labelme_old_v3.json", "labelme", 1, 1, 1, 0, "")],
    "cvat_coco_boxes": [(".", "coco", 100, 100, 100, 100, "there is no image")],
    "cvat_coco_masks": [(".", "coco", 90, 117, 117, 90, "CVAT marks")],
    "cvat_coco_one": [(".", "coco", 1, 1, 1, 1, "")],
    "datumaro_cvat": [
        (
            "coco_dataset/coco_panoptic/annotations/panoptic_val.json",
            "coco panoptic",
            1,
            2,
            2,
            0,
            "",
        ),
        (
            "coco_dataset/coco_panoptic/annotations/panoptic_train.json",
            "coco panoptic",
            1,
            0,
            1,
            0,
            "5 × 5",
        ),
        ("common_semantic_segmentation_dataset/dataset", "png", 2, 4, 4, 0, ""),
        ("yolo_dataset/yolo", "yolo", 1, 2, 2, 0, ""),
        ("yolo_dataset/yolov8_detection", "yolo", 1, 2, 2, 0, ""),
        ("yolo_dataset/yolov8_detection_with_list_of_names/data.yaml", "yolo", 1, 2, 2, 0, ""),
        ("yolo_dataset/yolov8_segmentation/labels/train/1.txt", "yolo", 1, 2, 2, 0, ""),
        ("yolo_dataset/yolov8_oriented_boxes", "yolo", 1, 2, 2, 0, "reaches outside"),
        ("yolo_dataset/yolov8_pose", "yolo", 1, 1, 1, 0, "beside their points"),
        ("yolo_dataset/yolov8_pose_two_values_per_point", "yolo", 1, 1, 1, 0, ""),
        ("voc_dataset/voc_dataset1", "voc", 2, 2, 2, 0, ""),
    ],
    "imagenet_voc": [(".", "voc", 4, 6, 6, 4, "there is no image")],
    "label_studio": [
        ("test_export_yolo/data.json", "label studio", 2, 4, 6, 2, "another annotation"),
        ("test_export_yolo/data_obb.json", "label studio", 3, 25, 25, 3, ""),
        ("test_export_yolo/data_polygons.json", "label studio", 1, 1, 1, 1, ""),
        ("test_export_json_min/data.json", "label studio", 1, 1, 1, 1, ""),
        ("test_import_yolo_data", "yolo", 7, 25, 25, 0, ""),
        ("test_import_yolo_data_unif_dims", "yolo", 5, 0, 19, 5, "without the picture"),
    ],
    "labelme": [
        ("primitives", "labelme", 1, 8, 8, 0, "circle"),
        ("instance_segmentation/data_annotated", "labelme", 3, 14, 14, 0, ""),
        ("bbox_detection/data_annotated", "labelme", 3, 9, 9, 0, ""),
        ("instance_segmentation/data_dataset_voc", "voc", 3, 12, 12, 0, ""),
        ("instance_segmentation/data_dataset_coco", "coco", 3, 12, 12, 0, ""),
        ("annotated", "", 0, 0, 0, 0, ""),
    ],
    "roboflow_coco_boxes": [(".", "coco", 20, 470, 470, 0, "Roboflow")],
    "sahi": [
        ("coco_evaluate", "coco", 2, 249, 249, 2, ""),
        ("coco_evaluate/result.json", "coco results", 2, 89, 89, 2, ""),
        ("coco_utils/terrain1.json", "labelme", 1, 7, 7, 0, "terrain1.jpg"),
        ("coco_utils/terrain3.json", "labelme", 1, 10, 10, 1, ""),
    ],
    "taco_annotations": [(".", "coco", 1500, 4784, 4784, 1500, "there is no image")],
    "via_coco_flat": [
        ("data/via_project_13Mar2020_14h5m.json", "via", 58, 745, 745, 58, "“name”"),
        ("data - windows/trainval.json", "coco", 11, 70, 70, 11, "not in a list of its own"),
    ],
    "via_kudzu": [(".", "via", 24, 520, 520, 0, "“inseto”")],
    "via_project_small": [(".", "via", 7, 10, 10, 0, "“name”")],
    "voc_filename_noext": [(".", "voc", 11, 129, 129, 7, "there is no image")],
    "voc_imagesets": [(".", "voc", 364, 0, 0, 364, "there is no image")],
    "voc_messy": [(".", "voc", 6, 49, 49, 0, "")],
    "x_anylabeling": [
        ("Annotations/demo.xml", "voc", 1, 49, 49, 1, ""),
        ("demo.json", "labelme", 1, 51, 51, 1, ""),
        ("labels/demo.txt", "yolo", 1, 0, 49, 1, "without the picture"),
        ("annotations/coco_instance_segmentation.json", "coco", 4, 6, 6, 4, ""),
    ],
    "coco_results": [("instances_val2014_fakebbox100_results.json", "", 0, 0, 0, 0, "")],
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_another_program_gets_its_report(shared_data: Path, folder: str) -> None:
    for place, name, images, brought, found, missing, words in FOLDERS[folder]:
        path = shared_data / "formats" / folder / place
        if not name:
            with pytest.raises(FormatError):
                read_annotations(path)
            continue
        assert detect_format(path).name == name, place
        report = read_annotations(path).report
        assert report.images == images, place
        assert (report.annotations, report.found_annotations) == (brought, found), place
        assert len(report.missing_images) == missing, place
        assert words in "\n".join(map(str, report.entries)), place
        assert report.left_out or brought == found, place


def test_all_folders_are_in_a_test(shared_data: Path) -> None:
    folders = {path.name for path in (shared_data / "formats").iterdir() if path.is_dir()}
    assert folders == set(FOLDERS)


def test_panoptic_pngs_are_those_of_the_same_set_as_run_lengths(shared_data: Path) -> None:
    folder = shared_data / "formats" / "coco_panoptic"
    pngs = read_annotations(folder / "panoptic_examples.json")
    runs = read_annotations(folder / "panoptic_coco_detection_format.json")
    for first, second in zip(pngs.images, runs.images, strict=True):
        size = first.size or Size(1, 1)
        masks = {rasterise(item.geometry, size) for item in first.annotations}
        assert masks == {rasterise(item.geometry, size) for item in second.annotations}
