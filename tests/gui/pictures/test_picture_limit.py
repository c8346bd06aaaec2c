"""A picture that is too large is refused in words; a higher limit opens it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from core.imaging.header import LIMIT_VARIABLE, MAX_PIXELS, pixel_limit
from core.project.project import Project
from gui.pictures.picture_limit import LIMIT_SETTING, apply_picture_limit
from tests.core.project.pictures import write_picture
from tests.gui.windows import main_window


def test_the_page_says_why_and_a_higher_limit_opens_the_picture(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, "1")
    write_picture(tmp_path / "large.png", 1200, 1000)
    project = Project.create(
        tmp_path / "large.maskwright", tmp_path, ["large.png"], author="tester"
    )
    with main_window(project, tmp_path) as window:
        page = window.workspace.broken
        qtbot.waitUntil(page.isVisible)
        assert "limit of 1 megapixels" in page.text()
        assert "Largest picture" in page.text()
        window.commands.picture_limit.use(2)
        qtbot.waitUntil(window.bench.canvas.isVisible)
        qtbot.waitUntil(lambda: window.bench.loaded_image() is not None)
    project.close(give_up_unsaved=True)


@pytest.mark.parametrize("saved", ["", "many", "0", "-3", "99999999"])
def test_a_limit_that_makes_no_sense_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saved: str
) -> None:
    monkeypatch.delenv(LIMIT_VARIABLE, raising=False)
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue(LIMIT_SETTING, saved)
    apply_picture_limit(settings)
    assert pixel_limit() == MAX_PIXELS
