"""The shell command, called as the shell calls it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.cli import build_command
from core.demo.project import copy_pictures
from core.document.geometry import Box
from core.document.mask import Mask
from core.headless import doctor
from core.headless.doctor import Finding
from tests.core.project.pictures import (
    add,
    box,
    new_project,
    open_project,
    shape,
    write_picture,
)

COMMANDS = (
    *("open", "demo", "export", "score", "propose", "convert"),
    *("check", "backup", "relocate", "doctor"),
)


@dataclass
class Screens:
    """Remembers what was to be opened."""

    opened: list[tuple[Path | None, bool]] = field(default_factory=list)
    played: list[Path | None] = field(default_factory=list)

    def open_window(self, path: Path | None, *, demo: bool) -> int:
        self.opened.append((path, demo))
        return 0

    def play_demo(self, folder: Path | None) -> int:
        self.played.append(folder)
        return 0


Run = Callable[..., int]


@pytest.fixture
def screens() -> Screens:
    return Screens()


@pytest.fixture
def run(screens: Screens, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``maskwright WORDS`` and returns the exit status."""
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "dumb")

    def call(*words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["maskwright", *map(str, words)])
        try:
            build_command(screens)()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 0
        return 0

    return call


def test_help_teaches_every_command(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    text = capsys.readouterr().out
    assert all(command in text for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_explains_its_options(
    run: Run, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert run(command, "--help") == 0
    text = capsys.readouterr().out
    assert len(text.split()) > 20
    if command in ("open", "export", "score", "propose"):
        assert "Example" in text


def test_a_path_alone_is_opened(run: Run, screens: Screens, tmp_path: Path) -> None:
    assert run(tmp_path) == 0
    assert run("open", tmp_path) == 0
    assert run() == 0
    assert screens.opened == [(tmp_path, False), (tmp_path, False), (None, False)]


def test_without_a_display_it_says_so(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert run(tmp_path) == 1
    assert "no display" in capsys.readouterr().err


def test_the_demo_is_played_where_there_is_no_display(
    run: Run, screens: Screens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("demo") == 0
    assert screens.opened == [(None, True)]
    assert run("demo", "--offscreen", "--folder", tmp_path) == 0
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert run("demo") == 0
    assert screens.played == [tmp_path, None]


def test_the_version_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("maskwright ")


@pytest.mark.parametrize("words", [("score",), ("export", "a"), ("propose", "x", "--nonsense")])
def test_wrong_words_are_refused(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words) == 2


def test_export_writes_coco_and_voc(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = _annotated(tmp_path)
    assert run("export", project, tmp_path / "out.json") == 0
    assert "found equal" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["annotations"]) == 1
    assert run("export", project, tmp_path / "voc", "--to", "voc") in (0, 3)
    assert (tmp_path / "voc" / "Annotations").is_dir()


def test_export_says_what_could_not_be_expressed(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import numpy as np

    from core.document.geometry import Scribble
    from tests.core.project.pictures import shape

    project = _annotated(tmp_path)
    line = Scribble(np.array([[1.0, 1.0], [9.0, 9.0]]), 2.0)
    with open_project(project) as opened:
        opened.history.apply(add(shape(line), image_id=1))
    assert run("export", project, tmp_path / "out.json") == 3
    assert "scribble" in capsys.readouterr().out


def test_export_names_formats_and_layers(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = _annotated(tmp_path)
    assert run("export", project, tmp_path / "out", "--to", "yolo9") == 1
    assert "coco" in capsys.readouterr().err
    assert run("export", project, tmp_path / "out.json", "--layer", "theirs") == 1
    assert "theirs" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_score_prints_a_table_and_writes_files(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = _annotated(tmp_path)
    assert run("export", project, tmp_path / "out.json") == 0
    capsys.readouterr()
    scores, table = tmp_path / "scores.json", tmp_path / "scores.csv"
    words = ("--json", scores, "--csv", table)
    assert run("score", tmp_path / "out.json", tmp_path / "out.json", *words) == 0
    text = capsys.readouterr().out
    assert "picture0.png" in text
    assert "1.0000" in text
    assert "n/a" in text, "a picture without objects has no score"
    assert json.loads(scores.read_text(encoding="utf-8"))
    assert "picture0.png" in table.read_text(encoding="utf-8")


def test_score_of_a_missing_file_is_a_sentence(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("score", tmp_path / "nothing.json") == 1
    error = capsys.readouterr().err
    assert "nothing.json" in error
    assert "Traceback" not in error


def test_propose_knows_its_models(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_picture(tmp_path / "a.png")
    assert run("propose", tmp_path, "--model", "alexnet", "--out", tmp_path / "out.json") == 1
    assert "unet-nuclei" in capsys.readouterr().err
    assert run("propose", tmp_path / "no", "--model", "unet-nuclei", "--out", "x.json") == 1


@pytest.mark.timeout(120)
def test_what_a_model_proposes_can_be_scored(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_pictures(tmp_path / "all")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (tmp_path / "all" / "nuclei-2.png").rename(pictures / "nuclei-2.png")
    out = tmp_path / "out" / "proposals.json"
    out.parent.mkdir()
    assert run("propose", pictures, "--model", "unet-nuclei", "--out", out, "--device", "cpu") == 0
    assert "1 images" in capsys.readouterr().out
    records = json.loads(out.read_text(encoding="utf-8"))
    assert len(records) > 20
    assert {record["file_name"] for record in records} == {"nuclei-2.png"}


def test_doctor_ends_badly_when_something_is_wrong(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    findings = [Finding("Display", "there is one")]
    monkeypatch.setattr(doctor, "examine", lambda: tuple(findings))
    assert run("doctor") == 0
    findings.append(Finding("Device", "none", well=False, advice="Buy one."))
    assert run("doctor") == 1
    assert "Buy one." in capsys.readouterr().out


def _annotated(folder: Path) -> Path:
    project = new_project(folder)
    with open_project(project) as opened:
        opened.history.apply(add(box(), image_id=1))
    return project


def test_check_says_what_is_wrong_and_fixes_it(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        project.history.apply(add(box(), shape(Mask.empty()), shape(Box(90, 2, 3, 3))))

    assert run("check", path, "--report", tmp_path / "report.json") == 3
    text = capsys.readouterr().out
    assert "2 warnings" in text
    assert "picture0.png, object at 90, 2" in text
    assert "--fix-kind outside" in text
    assert json.loads((tmp_path / "report.json").read_text())["counts"] == {
        "no-pixels": 1,
        "outside": 1,
    }
    assert run("check", path, "--fix") == 3
    assert "1 problems were fixed" in capsys.readouterr().out
    assert run("check", path, "--fix-kind", "outside") == 0
    assert "nothing is wrong" in capsys.readouterr().out
    with open_project(path) as project:
        assert len(project.history.document(1).annotations) == 1
        project.history.undo()
        project.history.undo()
        assert len(project.history.document(1).annotations) == 3


def test_check_of_an_annotation_file_writes_nothing(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_picture(tmp_path / "a.png")
    record = {
        "images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 30}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [35, 1, 9, 3]}],
        "categories": [{"id": 1, "name": "cell"}],
    }
    (tmp_path / "set.json").write_text(json.dumps(record))
    before = sorted(tmp_path.iterdir())

    assert run("check", tmp_path / "set.json") == 0
    assert "reach over the edge" in capsys.readouterr().out
    assert run("check", tmp_path / "set.json", "--fix") == 1
    assert "Only projects are fixed" in capsys.readouterr().err
    assert run("check", tmp_path / "set.json", "--fix-kind", "nonsense") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_backup_and_relocate(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = new_project(tmp_path)
    assert run("backup", path) == 0
    copy = Path(capsys.readouterr().out.strip())
    assert copy.name.startswith("test-backup-")
    assert run("backup", path, copy) == 1, "nothing is written over"
    (tmp_path / "moved").mkdir()
    for image in ("picture0.png", "picture1.png"):
        (tmp_path / image).rename(tmp_path / "moved" / image)
    (tmp_path / "empty").mkdir()
    assert run("relocate", path, tmp_path / "empty") == 1
    assert run("relocate", path, tmp_path / "moved") == 0
    assert "All 2 images were found" in capsys.readouterr().out
    with open_project(path) as project:
        assert project.image_root == tmp_path / "moved"


def test_parts_of_an_export_are_not_written_over_unasked(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        project.history.apply(add(box()))
    target = tmp_path / "out.json"
    choices = ("--split", "50/50", "--seed", "1", "--label", "object")
    assert run("export", path, target, *choices) == 0
    assert sorted(item.name for item in tmp_path.glob("out*")) == ["out-train.json", "out-val.json"]
    assert run("export", path, target, *choices) == 1
    assert "out-train.json already" in capsys.readouterr().err
    assert run("export", path, target, *choices, "--force") == 0
    assert (tmp_path / "out-train.json.bak").is_file()
    assert run("export", path, target, "--state", "nonsense", "--force") == 1
    assert "needs-review" in capsys.readouterr().err
