"""Exports from the window: reported, backed up, and over when they say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.formats.exporting import ExportKind
from core.project.project import Project
from gui.dialogs.export_dialog import ExportRequest
from gui.main_window import MainWindow
from tests.gui.windows import main_window


@pytest.fixture
def window(qtbot: QtBot, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        yield window


def _request(window: MainWindow, target: Path) -> ExportRequest:
    return ExportRequest(ExportKind.COCO_RLE, window.bench.session.layer.id, target)


def test_the_window_may_be_closed_as_soon_as_an_export_has_reported(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    running: list[bool] = []
    window.commands.exports.exported.connect(
        lambda _report: running.append(window.commands.exports.is_exporting())
    )
    with qtbot.waitSignal(window.commands.exports.exported):
        window.commands.exports.export_now(_request(window, tmp_path / "out.json"))
        assert window.commands.exports.is_exporting()
    assert running == [False]


def test_what_was_there_before_is_kept(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("somebody's work")
    with qtbot.waitSignal(window.commands.exports.exported):
        window.commands.exports.export_now(_request(window, target))
    assert (tmp_path / "out.json.bak").read_text() == "somebody's work"


def test_an_export_that_fails_is_over_too(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    window.commands.exports.export_now(_request(window, blocked / "out.json"))
    qtbot.waitUntil(lambda: window.message_bar.isVisibleTo(window))
    assert not window.commands.exports.is_exporting()
