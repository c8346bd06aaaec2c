"""Scribbling in the window: a preview as one draws, objects at Enter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from core.project.project import Project
from gui.main_window import MainWindow
from gui.tools.events import Button, Modifiers, PointerEvent, PointerKind
from gui.tools.scribble import ScribbleTool
from tests.core.models.pictures import Truth, blobs
from tests.gui.windows import main_window


@pytest.fixture
def truth(tmp_path: Path) -> Truth:
    pixels, truth = blobs(4, 160, 120, count=6)
    Image.fromarray(pixels).save(tmp_path / "blobs.png")
    return truth


@pytest.fixture
def window(qtbot: QtBot, truth: Truth, tmp_path: Path) -> Iterator[MainWindow]:
    project = Project.create(tmp_path / "t.maskwright", tmp_path, ["blobs.png"], author="tester")
    with main_window(project, tmp_path) as window:
        qtbot.waitUntil(lambda: _has_picture(window))
        yield window
    project.close(give_up_unsaved=True)


def _has_picture(window: MainWindow) -> bool:
    image = window.bench.loaded_image()
    return image is not None and image.rgb is not None and window.bench.presenter.shows(1)


def _scribble(window: MainWindow, x: float, y: float, button: Button) -> None:
    for kind, dx in ((PointerKind.PRESS, -3), (PointerKind.MOVE, 3), (PointerKind.RELEASE, 3)):
        event = PointerEvent(kind, x + dx, y, button, Modifiers.NONE, 1.0)
        window.bench.tools.handle(event)


def test_scribbles_light_up_what_is_like_them_and_become_objects(
    window: MainWindow, truth: Truth, qtbot: QtBot
) -> None:
    bench = window.bench
    window.actions_table["tool_scribble"].trigger()
    tool = bench.tools.active
    assert isinstance(tool, ScribbleTool)
    for number in (1, 2):
        rows, columns = np.nonzero(truth == number)
        _scribble(window, columns.mean(), rows.mean(), Button.LEFT)
    near = cv2.dilate((truth > 0).astype(np.uint8), np.ones((9, 9), np.uint8))
    ground = np.argwhere(near == 0)
    for y, x in ground[:: len(ground) // 5]:
        _scribble(window, float(x), float(y), Button.RIGHT)
    qtbot.waitUntil(lambda: bool(tool._found), timeout=20_000)
    window.actions_table["finish"].trigger()
    document = bench.session.document
    qtbot.waitUntil(
        lambda: len(bench.session.project.history.document(1).annotations) >= 4, timeout=20_000
    )
    assert document is not None
    assert tool.strokes == ()
    bench.undo()
    assert len(bench.session.project.history.document(1).annotations) == 0
