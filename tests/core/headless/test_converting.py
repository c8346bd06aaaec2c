"""Converting from one format to another, and the command that does it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from core.cli import build_command
from core.errors import MaskwrightError
from core.formats.exporting import ExportKind
from core.headless.converting import ConversionStatus, convert, write_report
from tests.core.formats.datasets import coco_file, record, write_picture


class _NoScreens:
    def open_window(self, path: Path | None, *, demo: bool) -> int:
        raise AssertionError

    def play_demo(self, folder: Path | None) -> int:
        raise AssertionError


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Exit status of ``maskwright`` with these arguments."""
    monkeypatch.setattr(sys, "argv", ["maskwright", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        build_command(_NoScreens())()
    return int(ended.value.code or 0)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def test_everything_that_can_be_said_ends_with_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = coco_file(tmp_path, [record()])
    out, report = tmp_path / "out", tmp_path / "report.json"
    status = _run(monkeypatch, "convert", source, out, "--to", "yolo-polygons", "--report", report)
    assert status == 0
    assert (out / "labels" / "a.txt").exists()
    content = _read(report)
    assert content["status"] == 0
    assert content["read_as"] == "coco"
    assert content["written"]["verified"]
    assert "Read as coco" in capsys.readouterr().out


def test_losses_end_with_3_and_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = coco_file(tmp_path, [record(1), record(2, image_id=77), record(3)])
    report = tmp_path / "report.json"
    arguments = ("convert", source, tmp_path / "out", "--to", "yolo", "--report", report)
    assert _run(monkeypatch, *arguments) == 3
    content = _read(report)
    assert content["status"] == 3
    assert content["read"]["annotations"] == 2
    read = [item for item in content["items"] if item["stage"] == "read"]
    written = [item for item in content["items"] if item["stage"] == "write"]
    assert [item["place"] for item in read if item["left_out"]] == ["annotations[1].image_id"]
    assert [item["place"] for item in written] == ["object 1 of a.png", "object 2 of a.png"]
    assert all(item["pixels"] > 0 and item["reason"] and item["action"] for item in written)
    assert "no image has the id 77" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["{", "[]", '{"images": [], "annotations": []}', "words"])
def test_nothing_to_read_ends_with_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    source, report = tmp_path / "a.json", tmp_path / "report.json"
    source.write_text(content)
    arguments = ("convert", source, tmp_path / "out", "--to", "voc", "--report", report)
    assert _run(monkeypatch, *arguments) == 4
    assert _read(report)["problem"]
    assert not (tmp_path / "out").exists()


def test_no_source_ends_with_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(monkeypatch, "convert", tmp_path / "gone", tmp_path / "out", "--to", "voc") == 4


def test_an_unknown_format_ends_with_1_and_names_those_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = coco_file(tmp_path, [record()])
    assert _run(monkeypatch, "convert", source, tmp_path / "out", "--to", "xyz") == 1
    assert "yolo-polygons" in capsys.readouterr().err
    arguments = ("convert", source, tmp_path / "out", "--to", "voc", "--from", "xyz")
    assert _run(monkeypatch, *arguments) == 1
    assert "label-studio" in capsys.readouterr().err


def test_the_format_of_the_source_can_be_given(tmp_path: Path) -> None:
    source = coco_file(tmp_path, [record()])
    done = convert(source, tmp_path / "out", ExportKind.VOC, source_format="labelme")
    assert done.status is ConversionStatus.NOTHING_READ
    done = convert(source, tmp_path / "out", ExportKind.VOC, source_format="coco")
    assert done.status is ConversionStatus.COMPLETE


def test_images_can_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    source = coco_file(tmp_path / "in", [record()], picture=False)
    write_picture(tmp_path / "pictures" / "a.png")
    assert convert(source, tmp_path / "one", ExportKind.YOLO_BOXES).imported is not None
    done = convert(
        source, tmp_path / "two", ExportKind.YOLO_BOXES, image_root=tmp_path / "pictures"
    )
    assert done.imported is not None
    assert done.imported.missing_images == ()


def test_pictures_come_along_where_there_is_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = coco_file(tmp_path, [record()])
    out = tmp_path / "out"
    assert _run(monkeypatch, "convert", source, out, "--to", "yolo", "--copy-images") == 3
    assert (out / "images" / "a.png").read_bytes() == (tmp_path / "a.png").read_bytes()
    more = tmp_path / "more"
    arguments = ("convert", source, more, "--to", "labelme", "--pictures", "link")
    assert _run(monkeypatch, *arguments) == 0
    assert (more / "a.png").is_symlink()


def test_a_conversion_can_choose_labels_parts_and_outlines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = coco_file(tmp_path, [record(1), record(2, category_id=7)])
    arguments = ("--to", "coco", "--label", "dust", "--split", "80/20", "--seed", "4")
    assert _run(monkeypatch, "convert", source, tmp_path / "o.json", *arguments) == 0
    (written,) = tmp_path.glob("o-*.json")
    assert len(json.loads(written.read_text())["annotations"]) == 1
    unknown = ("--to", "coco", "--label", "nonsense")
    assert _run(monkeypatch, "convert", source, tmp_path / "p.json", *unknown) == 1
    assert "The labels are: “cell”, “dust”" in capsys.readouterr().err


def test_the_source_is_never_the_target_and_never_changed(tmp_path: Path) -> None:
    source = coco_file(tmp_path, [record()])
    before = source.read_bytes()
    with pytest.raises(MaskwrightError, match="the same"):
        convert(source, source, ExportKind.COCO_RLE)
    convert(source, tmp_path / "new.json", ExportKind.COCO_RLE)
    assert source.read_bytes() == before
    assert _read(tmp_path / "new.json") == _read(source)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["a.png", "instances.json", "new.json"]


def test_the_report_of_nothing_has_all_its_keys(tmp_path: Path) -> None:
    done = convert(tmp_path / "gone", tmp_path / "out", ExportKind.VOC)
    write_report(done, tmp_path / "report.json")
    content = _read(tmp_path / "report.json")
    assert (content["read"], content["written"], content["items"]) == (None, None, [])
    assert content["status"] == 4
