"""Whatever is wrong with the input: one clear sentence, and the rest keeps working."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import platformdirs
import pytest
from PySide6.QtWidgets import QFileDialog, QLabel

from core.project import locations
from gui.dialogs.report_dialog import ReportDialog
from gui.status_line import StatusLine
from tests.journeys.conftest import Play
from tests.journeys.driver import Person, wait_until
from tests.journeys.pictures import folder_of_pictures


def test_a_broken_image_leaves_the_others_alone(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png", "coins.png")
    whole = (pictures / "cat.png").read_bytes()
    (pictures / "broken.png").write_bytes(whole[: len(whole) // 3])
    (pictures / "words.jpg").write_text("no picture at all", encoding="utf-8")

    def story(person: Person) -> None:
        window = person.window
        assert person.image_name == "broken.png"
        wait_until(lambda: person.message, "a sentence")
        assert "broken.png" in person.message
        assert "broken.png cannot be shown" in window.workspace.broken.text()
        assert window.workspace.broken.isVisible()
        person.key("R", window.workspace.broken)
        person.open_picture("cat.png")
        assert not window.workspace.broken.isVisible()
        person.drag((20.0, 30.0), (60.0, 50.0), (90.0, 80.0))
        assert len(person.mine) == 1

    assert play([pictures], story) == 0


def test_an_image_that_is_none_can_be_walked_over(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png", "tissue.png")
    (pictures / "no.png").write_text("no picture at all", encoding="utf-8")

    def story(person: Person) -> None:
        assert person.image_name == "cat.png"
        person.key("D")
        wait_until(lambda: person.message, "a sentence")
        assert "no.png" in person.message
        person.key("D")
        assert person.image_name == "tissue.png"

    assert play([pictures], story) == 0


def test_an_empty_folder_is_told_on_the_start_page(tmp_path: Path, play: Play) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    def story(person: Person) -> None:
        page = person.start_window
        assert "no image" in page.message.text()
        assert str(empty) in page.message.text()
        assert list(empty.iterdir()) == [], "nothing is left behind"
        pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")
        with person.answering(QFileDialog, person.naming_file(pictures)):
            person.press(page.folder)
        assert person.image_name == "cat.png"

    assert play([empty], story) == 0


def test_coco_that_names_missing_images_says_which(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")
    annotations = _coco(pictures / "found.json", ["gone-1.png", "cat.png", "gone-2.png"])

    def story(person: Person) -> None:
        assert person.image_name == "cat.png", "the first that is there"
        reports = person.window.findChildren(ReportDialog)
        assert len(reports) == 1
        words = " ".join(label.text() for label in reports[0].findChildren(QLabel))
        assert "2 images were not found" in words
        reports[0].close()
        person.open_picture("cat.png")
        assert len(person.mine) == 1
        person.key("A")
        wait_until(lambda: "gone-1.png" in person.message, "a sentence about the image")
        assert "gone-1.png cannot be shown" in person.window.workspace.broken.text()

    assert play([annotations], story) == 0


def test_a_folder_that_cannot_be_written_keeps_its_project_elsewhere(
    tmp_path: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")
    before = sorted(pictures.iterdir())
    # Permission bits do not bind the superuser, so the answer itself is replaced.
    monkeypatch.setattr(locations, "folder_is_writable", lambda folder: folder != pictures)

    def story(person: Person) -> None:
        place = platformdirs.user_data_path("maskwright", appauthor=False)
        assert str(pictures) in person.message
        assert str(place) in person.message
        person.key("R")
        person.drag((20.0, 30.0), (60.0, 50.0), (90.0, 80.0))

    def later(person: Person) -> None:
        assert len(person.mine) == 1, "it is found again"

    assert play([pictures], story) == 0
    assert sorted(pictures.iterdir()) == before
    assert play([pictures], later) == 0


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere"
)
def test_a_folder_without_the_right_to_write(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")
    pictures.chmod(0o555)
    try:
        assert play([pictures], lambda person: _expect(str(pictures) in person.message)) == 0
    finally:
        pictures.chmod(0o755)


def test_a_weights_file_that_is_none_is_told(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "nuclei-2.png")
    weights = tmp_path / "weights.safetensors"
    weights.write_text("these are no weights", encoding="utf-8")

    def story(person: Person) -> None:
        person.wait_for_picture()
        panel = person.window.panes.proposals
        panel.source.setCurrentIndex(panel.source.findData("unet-nuclei"))
        with person.answering(QFileDialog, person.naming_file(weights)):
            person.menu("weights")
        if not person.message:
            person.key("Ctrl+Return")
        wait_until(lambda: person.message, "a sentence")
        assert "weights.safetensors" in person.message
        assert panel.list.topLevelItemCount() == 0
        person.key("R")
        person.drag((20.0, 30.0), (60.0, 50.0), (90.0, 80.0))
        assert len(person.mine) == 1

    assert play([pictures], story) == 0


def test_a_damaged_project_is_told_and_left_as_it_is(tmp_path: Path, play: Play) -> None:
    project = tmp_path / "damaged.maskwright"
    project.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    before = project.read_bytes()

    def story(person: Person) -> None:
        assert "damaged.maskwright" in person.start_window.message.text()

    assert play([project], story) == 0
    assert project.read_bytes() == before


def test_a_project_that_is_open_elsewhere_is_read_only(tmp_path: Path, play: Play) -> None:
    from core.project.opening import open_source

    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")
    first = open_source(pictures, author="first").project

    def story(person: Person) -> None:
        assert "reading only" in person.message
        status = person.window.statusBar()
        assert isinstance(status, StatusLine)
        assert status.saved.text() == "read-only"
        person.key("R")
        person.drag((20.0, 30.0), (60.0, 50.0), (90.0, 80.0))
        assert person.mine == ()
        assert "nothing was changed" in person.message

    try:
        assert play([pictures], story) == 0
    finally:
        first.close()


@pytest.mark.allows_logs
def test_the_unexpected_is_reported_and_the_window_stays(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")

    def story(person: Person) -> None:
        window = person.window

        def fail() -> None:
            raise ZeroDivisionError("a mistake of ours")

        # As when a slot of the program fails: Qt hands it to the hook.
        try:
            fail()
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
        assert "unexpected" in person.message
        assert window.isVisible()
        folder = platformdirs.user_log_path("maskwright", appauthor=False)
        (report,) = folder.glob("report-*.txt")
        assert str(report) in person.message
        text = report.read_text(encoding="utf-8")
        assert "a mistake of ours" in text
        assert "PySide6-Essentials" in text
        assert "a mistake of ours" in (folder / "maskwright.log").read_text(encoding="utf-8")

    assert play([pictures], story) == 0


def test_a_path_that_is_not_there_ends_with_a_sentence(
    tmp_path: Path, play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play([tmp_path / "nowhere"], lambda _person: None) == 1
    assert "nowhere" in capsys.readouterr().err


def _coco(target: Path, names: list[str]) -> Path:
    content = {
        "images": [
            {"id": number, "file_name": name, "width": 451, "height": 300}
            for number, name in enumerate(names, start=1)
        ],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {
                "id": number,
                "image_id": number,
                "category_id": 1,
                "iscrowd": 0,
                "area": 100,
                "bbox": [10, 10, 10, 10],
                "segmentation": [[10, 10, 20, 10, 20, 20, 10, 20]],
            }
            for number in range(1, len(names) + 1)
        ],
    }
    target.write_text(json.dumps(content), encoding="utf-8")
    return target


def _expect(condition: bool) -> None:
    assert condition
