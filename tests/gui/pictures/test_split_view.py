"""Two views side by side: the same place of the picture, another layer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.annotation import Annotation, Layer, LayerRole
from core.document.change import Change, Difference, ImageChange
from core.document.geometry import Box
from core.project.project import Project
from gui.canvas.canvas import Canvas
from gui.main_window import MainWindow
from gui.pictures.split_view import ComparisonPane
from tests.gui.windows import main_window

REFERENCE = Layer(7, LayerRole.REFERENCE, "Truth")


@pytest.fixture
def window(project: Project, tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    """A window whose first image has a reference with one object."""
    truth = Annotation(70, REFERENCE.id, 1, Box(10, 5, 20, 15))
    with main_window(project, tmp_path) as made:
        qtbot.waitExposed(made)
        made.resize(1400, 900)
        session = made.bench.session
        session.apply(Change("Import", layers=Difference(added=(REFERENCE,))))
        session.apply(
            Change("Import", images={1: ImageChange(annotations=Difference(added=(truth,)))})
        )
        qtbot.waitUntil(lambda: made.bench.loaded_image() is not None)
        yield made


def opened(window: MainWindow) -> ComparisonPane:
    window.actions_table["split_view"].trigger()
    pane = window.commands.split.comparison
    assert pane is not None
    QApplication.processEvents()
    return pane


def pixels(canvas: Canvas) -> np.ndarray:
    image = canvas.grab_frame().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def test_the_reference_is_shown_beside_ones_own_work(window: MainWindow) -> None:
    pane = opened(window)
    assert pane.layer.currentText() == "Truth"
    assert pane.count.text() == "1 object"
    with_truth = pixels(pane.canvas)
    pane.layer.setCurrentText("Picture alone")
    assert pane.count.text() == ""
    alone = pixels(pane.canvas)
    assert (with_truth != alone).any()
    x, y = pane.canvas.viewport.to_screen(20.5, 12.5)
    assert alone[int(y), int(x)].tolist() == [60, 60, 60]


def test_zoom_and_place_are_shared_both_ways(window: MainWindow, qtbot: QtBot) -> None:
    pane, canvas = opened(window), window.bench.canvas
    canvas.zoom_to(Box(5, 5, 4, 4))
    assert pane.canvas.viewport.scale == canvas.viewport.scale
    qtbot.waitUntil(lambda: pane.canvas.is_exact)
    middle = QPointF(pane.canvas.rect().center())
    wheel = QWheelEvent(
        middle,
        pane.canvas.mapToGlobal(middle),
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    before = canvas.viewport.scale
    QApplication.sendEvent(pane.canvas, wheel)
    assert canvas.viewport.scale < before
    assert canvas.viewport.scale == pane.canvas.viewport.scale
    start = pane.canvas.rect().center()
    QTest.mousePress(pane.canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(pane.canvas, start + QPoint(9, 6))
    QTest.mouseRelease(pane.canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(9, 6))
    mine, theirs = canvas.viewport.view_box.center, pane.canvas.viewport.view_box.center
    assert mine == pytest.approx(theirs, abs=1.5 / canvas.viewport.scale)
    assert not window.bench.session.document.annotations.get(1), "a drag there draws nothing"  # type: ignore[union-attr]


def test_both_show_the_next_image_and_the_same_tones(window: MainWindow, qtbot: QtBot) -> None:
    pane = opened(window)
    window.bench.go(1)
    qtbot.waitUntil(lambda: pane.canvas.color_at(3, 3) == (100, 100, 100))
    assert pane.count.text() == "0 objects"
    window.panes.display.brightness.slider.setValue(40)
    x, y = pane.canvas.viewport.to_screen(20.5, 12.5)
    assert pixels(pane.canvas)[int(y), int(x)].tolist() == [202, 202, 202]


def test_closing_gives_the_room_back_and_nothing_is_left(window: MainWindow) -> None:
    width = window.bench.canvas.width()
    pane = opened(window)
    assert window.bench.canvas.width() < width
    pane.close_button.click()
    QApplication.processEvents()
    assert window.commands.split.comparison is None
    assert window.bench.canvas.width() == width
    window.bench.canvas.zoom_by(2.0)
    opened(window)
    window.bench.go(1)


def test_the_pointer_is_marked_on_the_other_side(window: MainWindow) -> None:
    pane = opened(window)
    before = pixels(pane.canvas)
    window.bench.canvas.cursor_moved.emit((20.0, 20.0))
    marked = pixels(pane.canvas)
    x, y = (int(value) for value in pane.canvas.viewport.to_screen(20.0, 20.0))
    assert (marked[y - 3 : y + 3, x - 3 : x + 3] != before[y - 3 : y + 3, x - 3 : x + 3]).any()
    window.bench.canvas.cursor_moved.emit(None)
    assert np.array_equal(pixels(pane.canvas), before)
