"""A check finds everything that is wrong, changes nothing, and a fix is one step of undo."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.checking.fixes import fix_change
from core.checking.problem import KINDS, SAFE_KINDS, CheckReport, Kind
from core.checking.project_file import check_project
from core.checking.report_file import write_check_report
from core.document.annotation import Annotation, Geometry, Label, Layer, LayerRole, ReviewState
from core.document.change import Change, Difference
from core.document.geometry import Box, Polygon, Size
from core.document.mask import Mask
from core.errors import ConflictError
from core.imaging.rasterise import rasterise
from core.project.project import Project
from tests.core.project.pictures import add, box, new_project, open_project, shape, write_picture

BOW = Polygon.from_points([(2, 2), (12, 12), (12, 2), (2, 12)])
SIZE = Size(40, 30)


def checked(project: Project) -> CheckReport:
    return check_project(project, lambda _: None)


def fixed(project: Project, *kinds: Kind) -> Change:
    change = fix_change(project.snapshot(), kinds or SAFE_KINDS, lambda _: None)
    assert change is not None
    project.history.apply(change)
    return change


def shapes_of(project: Project, image_id: int = 1) -> list[Geometry]:
    return [item.geometry for item in project.history.document(image_id).annotations.values()]


def test_a_sound_project_has_no_problem(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        project.history.apply(add(box(), box(9)))
        report = checked(project)
        assert report.problems == ()
        assert report.summary == "2 objects on 2 images were checked; nothing is wrong."
        assert fix_change(project.snapshot(), list(Kind), lambda _: None) is None


def test_every_kind_has_its_words() -> None:
    assert list(KINDS) == list(Kind)
    assert all(info.title and info.advice.endswith(".") for info in KINDS.values())
    assert all(info.fix for info in KINDS.values() if info.is_safe)


def test_problems_say_where_they_are_and_the_worst_come_first(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        project.history.apply(add(shape(BOW), shape(Box(-2, 3, 10, 5)), shape(Box(90, 2, 3, 3))))
        report = checked(project)

        assert list(report.counts) == [Kind.OUTSIDE, Kind.OVER_EDGE, Kind.SELF_CROSSING]
        outside = report.problems[0]
        assert str(outside).startswith("picture0.png, object at 90, 2: it lies at 90, 2")
        assert outside.image_id == 1
        assert report.summary.endswith("2 warnings, 1 note.")


def test_safe_fixes_are_one_step_and_change_no_pixel(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        items = (
            box(),
            shape(Mask.empty()),
            shape(Box(35, 3, 10, 5)),
            shape(Mask.from_array(np.ones((9, 9), bool), -3, 4)),
            shape(BOW),
            shape(BOW),
        )
        project.history.apply(add(*items))
        before = project.history.document(1)

        fixed(project)

        assert BOW in shapes_of(project), "it is fixed by name only"
        assert shapes_of(project).count(BOW) == 1
        assert Box(35, 3, 5, 5) in shapes_of(project)
        document = project.history.document(1)
        for item in document.annotations.values():
            old = before.annotations[item.id].geometry
            assert rasterise(item.geometry, SIZE) == rasterise(old, SIZE)
        assert list(checked(project).counts) == [Kind.SELF_CROSSING]
        project.history.undo()
        assert project.history.document(1).annotations == before.annotations


def test_an_outline_that_crosses_itself_is_traced_on_request(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        project.history.apply(add(shape(BOW)))
        fixed(project, Kind.SELF_CROSSING)
        (traced,) = shapes_of(project)
        assert isinstance(traced, Polygon)
        assert rasterise(traced, SIZE) == rasterise(BOW, SIZE)
        assert checked(project).problems == ()


def test_of_copies_the_approved_one_stays(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        first, second = box(), replace(box(), review=ReviewState.APPROVED, order=5)
        other_label = replace(box(), label_id=2)
        project.history.apply(Change("l", labels=Difference(added=(Label(2, "b", "#00ff00"),))))
        project.history.apply(add(first, second, other_label))
        fixed(project)
        assert set(project.history.document(1).annotations) == {second.id, other_label.id}


def test_near_copies_are_told_and_the_one_behind_goes_on_request(tmp_path: Path) -> None:
    pixels = np.ones((20, 20), bool)
    almost = pixels.copy()
    almost[0, :8] = False
    behind = shape(Mask.from_array(pixels, 3, 3))
    front = replace(shape(Mask.from_array(almost, 3, 3)), order=1)
    apart = shape(Mask.from_array(pixels, 15, 6))
    with open_project(new_project(tmp_path)) as project:
        project.history.apply(add(behind, front, apart))
        (problem,) = checked(project).problems
        assert problem.kind is Kind.NEAR_DUPLICATE
        assert problem.annotation_ids == (behind.id, front.id)
        assert "IoU 0.98" in problem.detail
        fixed(project, Kind.NEAR_DUPLICATE)
        assert set(project.history.document(1).annotations) == {front.id, apart.id}


def test_locked_objects_and_other_layers_are_told_but_never_fixed(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        layer = Layer(2, LayerRole.REFERENCE, "truth")
        project.history.apply(Change("layer", layers=Difference(added=(layer,))))
        locked = replace(shape(Mask.empty()), locked=True)
        theirs = shape(Box(90, 2, 3, 3), layer_id=2)
        project.history.apply(add(locked, theirs))
        report = checked(project)
        assert [problem.fixable for problem in report.problems] == [False, False]
        assert "(truth)" in report.problems[1].place
        assert report.fixable_kinds == ()
        assert fix_change(project.snapshot(), list(Kind), lambda _: None) is None


def test_labels_that_are_unused_alike_or_missing(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        more = (Label(2, "Cell", "#00ff00"), Label(3, "cell ", "#0000ff"))
        project.history.apply(Change("labels", labels=Difference(added=more)))
        stray = Annotation(77, 1, 9, Box(1, 1, 4, 4))
        project.history.apply(add(stray))
        counts = checked(project).counts
        assert counts == {Kind.LABEL_MISSING: 1, Kind.LABELS_ALIKE: 1, Kind.LABEL_UNUSED: 3}

        fixed(project, Kind.LABEL_MISSING, Kind.LABEL_UNUSED)
        assert [label.name for label in project.history.state.labels.values()] == ["recovered 9"]
        assert checked(project).problems == ()


def test_objects_of_a_missing_layer_can_be_seen_again(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        project.history.apply(add(box(layer_id=7)))
        assert list(checked(project).counts) == [Kind.LAYER_MISSING]
        fixed(project)
        assert project.history.state.layers[7].role is LayerRole.REFERENCE
        assert checked(project).problems == ()


def test_image_files_that_are_gone_changed_or_broken(tmp_path: Path) -> None:
    path = new_project(tmp_path, 4)
    with open_project(path) as project:
        for image in project.images:
            project.record_image(image.id, SIZE, f"digest {image.id}")
    (tmp_path / "picture0.png").unlink()
    write_picture(tmp_path / "picture1.png", 41, 30)
    (tmp_path / "picture2.png").write_bytes(b"no picture")
    write_picture(tmp_path / "picture3.png", value=200)
    with open_project(path) as project:
        report = checked(project)
        assert [(problem.kind, problem.place) for problem in report.problems] == [
            (Kind.IMAGE_MISSING, "picture0.png"),
            (Kind.IMAGE_UNREADABLE, "picture2.png"),
            (Kind.IMAGE_CHANGED, "picture1.png"),
            (Kind.IMAGE_CHANGED, "picture3.png"),
        ]
        assert "it is 41 × 30, annotated were 40 × 30" in report.problems[2].detail


def test_a_folder_that_is_gone_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_picture(tmp_path / "images" / "a.png")
    project = Project.create(
        tmp_path / "a" / "p.maskwright", tmp_path / "images", ["a.png"], author="me"
    )
    with closing(project):
        project.record_image(1, SIZE)
        (tmp_path / "images").rename(tmp_path / "moved")
        assert list(checked(project).counts) == [Kind.IMAGES_GONE]


def test_the_same_picture_twice_is_told(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        for image in project.images:
            project.record_image(image.id, SIZE, "one digest")
        (problem,) = checked(project).problems
        assert (problem.kind, problem.place) == (Kind.SAME_PICTURE, "picture1.png")


def test_damage_of_the_file_is_told(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        project.history.apply(add(box()))
        project.history.apply(add(box(9), image_id=2))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE changes SET record = x'00' WHERE place = 1")
        connection.execute("UPDATE annotations SET record = x'00' WHERE image_id = 2")
        connection.execute("INSERT INTO annotations VALUES (9, 1, 1, 1, x'00')")
        connection.commit()
    with open_project(path) as project:
        counts = checked(project).counts
        assert counts == {Kind.LOG_DAMAGED: 1, Kind.RECORDS_DAMAGED: 1, Kind.IMAGE_UNKNOWN: 1}


def test_the_report_as_json(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        project.history.apply(add(shape(Mask.empty())))
        write_check_report(checked(project), tmp_path / "report.json")
    content = json.loads((tmp_path / "report.json").read_text())
    (problem,) = content["problems"]
    assert content["counts"] == {"no-pixels": 1}
    assert (problem["fixable"], problem["safe"], problem["severity"]) == (True, True, "warning")


def test_a_fix_that_no_longer_fits_is_refused(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        project.history.apply(add(shape(Mask.empty())))
        change = fix_change(project.snapshot(), SAFE_KINDS, lambda _: None)
        assert change is not None
        project.history.undo()
        with pytest.raises(ConflictError):
            project.history.apply(change)


def test_a_check_can_be_called_off(tmp_path: Path) -> None:
    class Stop(Exception):  # noqa: N818 - an outcome
        pass

    def stop(_: float) -> None:
        raise Stop

    with open_project(new_project(tmp_path)) as project, pytest.raises(Stop):
        check_project(project, stop)
