import json
from pathlib import Path

import pytest

from core.errors import FormatError, ReadError
from core.headless.exporting import layer_to_export
from core.headless.scoring import score_files
from core.project.project import Project
from tests.core.project.pictures import add, box, new_project, open_project, write_picture

Shape = list[list[int]]

SQUARE = [[10, 10, 20, 10, 20, 20, 10, 20]]
HALF = [[10, 10, 20, 10, 20, 15, 10, 15]]


def _coco(target: Path, shapes: dict[str, Shape], category: str = "cell") -> Path:
    content = {
        "images": [
            {"id": number, "file_name": name, "width": 40, "height": 30}
            for number, name in enumerate(shapes, start=1)
        ],
        "categories": [{"id": 7, "name": category}],
        "annotations": [
            {
                "id": number,
                "image_id": number,
                "category_id": 7,
                "iscrowd": 0,
                "area": 50,
                "bbox": [10, 10, 10, 10],
                "segmentation": shape,
            }
            for number, shape in enumerate(shapes.values(), start=1)
        ],
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content), encoding="utf-8")
    return target


@pytest.fixture
def images(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        write_picture(tmp_path / "images" / name)
    return tmp_path / "images"


def test_half_of_a_square_scores_a_half(tmp_path: Path, images: Path) -> None:
    truth = _coco(tmp_path / "truth.json", {"a.png": SQUARE, "b.png": SQUARE})
    prediction = _coco(tmp_path / "prediction.json", {"a.png": SQUARE, "b.png": HALF})
    score, dataset, notes = score_files(truth, prediction, images)
    assert [image.path for image in dataset.images] == ["a.png", "b.png"]
    assert [image.mean_iou for image in score.images] == [1.0, 0.5]
    assert score.images[1].mean_dice == pytest.approx(2 / 3)
    assert score.mean_iou_of_images == 0.75
    assert score.mean_iou_summed == pytest.approx(150 / 200)
    assert notes == ()


def test_images_are_matched_by_name_whatever_their_numbers(tmp_path: Path, images: Path) -> None:
    truth = _coco(tmp_path / "truth.json", {"a.png": SQUARE, "b.png": HALF})
    prediction = _coco(tmp_path / "prediction.json", {"b.png": HALF, "a.png": SQUARE})
    score, _, _ = score_files(truth, prediction, images)
    assert [image.mean_iou for image in score.images] == [1.0, 1.0]


def test_predicted_images_that_the_truth_lacks_are_told(tmp_path: Path, images: Path) -> None:
    truth = _coco(tmp_path / "truth.json", {"a.png": SQUARE})
    prediction = _coco(tmp_path / "prediction.json", {"a.png": SQUARE, "b.png": SQUARE})
    score, _, notes = score_files(truth, prediction, images)
    assert len(score.images) == 1
    assert any("b.png" in note for note in notes)


def test_a_class_that_the_truth_lacks_scores_nothing(tmp_path: Path, images: Path) -> None:
    truth = _coco(tmp_path / "truth.json", {"a.png": SQUARE})
    prediction = _coco(tmp_path / "prediction.json", {"a.png": SQUARE}, category="dust")
    score, _, _ = score_files(truth, prediction, images)
    assert score.images[0].mean_iou == 0.0


def test_a_project_without_a_reference_cannot_be_scored_alone(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    with pytest.raises(ReadError, match="no reference"):
        score_files(project, project)


def test_a_project_counts_by_what_people_drew(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        project.history.apply(add(box(), image_id=1))
    score, dataset, _ = score_files(path, _project_copy(tmp_path, path))
    assert [image.mean_iou for image in score.images] == [1.0, None]
    assert [label.name for label in dataset.state.labels.values()] == ["object"]


def _project_copy(folder: Path, path: Path) -> Path:
    copy = folder / "copy.maskwright"
    copy.write_bytes(path.read_bytes())
    return copy


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text("{", encoding="utf-8")
    with pytest.raises(FormatError, match=r"truth\.json"):
        score_files(truth, truth)


def test_the_layer_to_export_is_found_by_name_or_role(tmp_path: Path) -> None:
    project = Project.open(new_project(tmp_path), author="tester")
    try:
        state = project.history.state
        assert layer_to_export(state, None).id == 1
        assert layer_to_export(state, "mine").id == 1
        with pytest.raises(Exception, match="no layer “theirs”"):
            layer_to_export(state, "theirs")
    finally:
        project.close()


def test_results_of_a_run_are_matched_by_the_names_they_carry(tmp_path: Path, images: Path) -> None:
    """A run numbers images and classes its own way; only the names mean the same everywhere."""
    truth = _coco(tmp_path / "truth.json", {"b.png": SQUARE, "a.png": HALF})
    results = [
        {
            "image_id": number,
            "category_id": 1,
            "segmentation": shape,
            "bbox": [10, 10, 10, 10],
            "score": 0.9,
            "file_name": name,
            "category_name": "cell",
        }
        for number, (name, shape) in enumerate((("a.png", HALF), ("b.png", SQUARE)), start=1)
    ]
    prediction = tmp_path / "results" / "proposals.json"
    prediction.parent.mkdir()
    prediction.write_text(json.dumps(results), encoding="utf-8")
    score, _, _ = score_files(truth, prediction, images)
    assert [image.mean_iou for image in score.images] == [1.0, 1.0]
