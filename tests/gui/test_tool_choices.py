"""The choices of the active tool: another tool neither moves the picture nor widens the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QToolButton

from core.project.project import Project
from gui.main_window import MainWindow
from gui.tools.registry import tool_infos
from tests.gui.windows import main_window


@pytest.fixture
def window(qapp: QApplication, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        yield window


@pytest.mark.parametrize("width", [820, 1000, 1280, 1360, 1900])
def test_the_picture_stays_where_it_is_whatever_tool_is_taken(
    window: MainWindow, width: int
) -> None:
    window.show()
    window.resize(width, 700)
    QApplication.processEvents()
    canvas, places = window.bench.canvas, set()
    for info in tool_infos():
        window.bench.tools.use(info.name)
        for _ in range(3):  # Layouts settle from the inside to the outside.
            QApplication.processEvents()
        place = canvas.mapTo(window, QPoint(0, 0))
        for button in window.workspace.choices.findChildren(QToolButton):
            seen = button.visibleRegion().boundingRect()
            assert seen.isEmpty() or seen.height() == button.height(), "nothing lies over it"
        places.add((window.width(), place.x(), place.y(), canvas.width(), canvas.height()))
    assert len(places) == 1


def test_choices_that_do_not_fit_can_be_scrolled_to(window: MainWindow) -> None:
    window.show()
    window.resize(820, 700)
    window.bench.tools.use("classes")
    QApplication.processEvents()
    bar = window.workspace.class_bar
    assert bar.fill.visibleRegion().isEmpty()
    window.workspace.choices.ensureWidgetVisible(bar.fill)
    QApplication.processEvents()
    assert not bar.fill.visibleRegion().isEmpty()
