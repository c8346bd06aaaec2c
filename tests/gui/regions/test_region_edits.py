"""Splitting and refining regions in the window, with undo, and kept in the project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.document.mask import Mask
from core.project.project import Project
from gui.main_window import MainWindow
from gui.tools.tool import RegionCut
from tests.gui.regions.squares import (
    SQUARE,
    add_object,
    is_the_square,
    project_of_squares,
    regions_of,
    shape_of,
    window_of_squares,
)
from tests.gui.windows import main_window

STROKE = np.array([[50.0, 15.0], [50.0, 55.0]])


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with window_of_squares(qtbot, tmp_path) as window:
        yield window


def _square_node(window: MainWindow, qtbot: QtBot) -> int:
    regions = regions_of(qtbot, window)
    return int(regions.opening_node(45.0, 30.0, float(SQUARE.area)))


def _split(window: MainWindow, qtbot: QtBot) -> None:
    before = regions_of(qtbot, window)
    window.bench.tools.cut_requested.emit(RegionCut(_square_node(window, qtbot), STROKE))
    qtbot.waitUntil(lambda: regions_of(qtbot, window) is not before, timeout=10_000)


def _halves(window: MainWindow, qtbot: QtBot) -> set[int]:
    """Columns at which the regions to the left and right of the middle end."""
    regions = regions_of(qtbot, window)
    left = regions.region(regions.opening_node(45.0, 30.0, 600.0))
    right = regions.region(regions.opening_node(55.0, 30.0, 600.0))
    return {left.box.right, right.box.left}


def test_a_line_splits_a_region_and_undo_joins_it(window: MainWindow, qtbot: QtBot) -> None:
    whole = regions_of(qtbot, window).region(_square_node(window, qtbot))
    assert is_the_square(whole)
    _split(window, qtbot)
    assert _halves(window, qtbot) <= {50, 51}
    split = regions_of(qtbot, window)
    assert window.actions_table["undo"] is not None
    window.bench.undo()
    qtbot.waitUntil(lambda: regions_of(qtbot, window) is not split, timeout=10_000)
    assert regions_of(qtbot, window).browser.hierarchy.leaf_count < (
        split.browser.hierarchy.leaf_count
    )
    joined = regions_of(qtbot, window)
    window.bench.redo()
    qtbot.waitUntil(lambda: regions_of(qtbot, window) is not joined, timeout=10_000)
    assert _halves(window, qtbot) <= {50, 51}


def test_undo_takes_back_in_the_order_of_what_was_done(window: MainWindow, qtbot: QtBot) -> None:
    add_object(window, SQUARE, 1)
    _split(window, qtbot)
    split = regions_of(qtbot, window)
    add_object(window, SQUARE, 2)
    document = window.bench.session.document
    assert document is not None
    window.bench.undo()
    assert regions_of(qtbot, window) is split
    assert window.bench.session.document is not None
    assert list(window.bench.session.document.annotations) == [1]
    window.bench.undo()
    qtbot.waitUntil(lambda: regions_of(qtbot, window) is not split, timeout=10_000)
    assert list(window.bench.session.document.annotations) == [1]
    window.bench.undo()
    assert not window.bench.session.document.annotations


def test_split_regions_are_there_when_the_project_is_opened_again(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with project_of_squares(tmp_path) as project, main_window(project, tmp_path) as window:
        regions_of(qtbot, window)
        _split(window, qtbot)
        count = regions_of(qtbot, window).browser.hierarchy.leaf_count
        assert project.wait_until_saved()
    again = Project.open(tmp_path / "test.maskwright", author="tester")
    with main_window(again, tmp_path) as window:
        assert regions_of(qtbot, window).browser.hierarchy.leaf_count == count
        assert _halves(window, qtbot) <= {50, 51}
    again.close()


def test_a_line_beside_the_region_says_what_is_wrong(window: MainWindow, qtbot: QtBot) -> None:
    messages: list[str] = []
    window.bench.session.message_posted.connect(messages.append)
    before = regions_of(qtbot, window)
    cut = RegionCut(_square_node(window, qtbot), np.array([[5.0, 60.0], [9.0, 60.0]]))
    window.bench.tools.cut_requested.emit(cut)
    qtbot.waitUntil(lambda: any("divide" in text for text in messages), timeout=10_000)
    assert regions_of(qtbot, window) is before
    _split(window, qtbot)


def test_refining_gives_finer_regions_where_the_object_is(window: MainWindow, qtbot: QtBot) -> None:
    before = regions_of(qtbot, window).browser.hierarchy.leaf_count
    window.bench.refine_regions()
    assert regions_of(qtbot, window).browser.hierarchy.leaf_count == before
    small = Mask.from_array(np.ones((10, 10), np.bool_), 62, 42)
    add_object(window, small)
    window.actions_table["refine_regions"].trigger()
    old = regions_of(qtbot, window)
    qtbot.waitUntil(lambda: regions_of(qtbot, window) is not old, timeout=10_000)
    assert regions_of(qtbot, window).browser.hierarchy.leaf_count >= before
    assert shape_of(window, 1) == small


def test_another_method_makes_other_regions_and_back(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panes.regions
    panel.slider.setValue(10)
    panel.method.setCurrentIndex(panel.method.findData("slic"))
    panel.method.activated.emit(panel.method.currentIndex())
    regions = regions_of(qtbot, window)
    assert regions.choice.method == "slic"
    assert panel.shown.isChecked()
    assert regions.browser.hierarchy.leaf_count <= 40
    panel.slider.setValue(40)
    qtbot.waitUntil(lambda: regions_of(qtbot, window) is not regions, timeout=10_000)
    assert regions_of(qtbot, window).choice.count == panel.count
    panel.method.setCurrentIndex(panel.method.findData("hierarchy"))
    panel.method.activated.emit(panel.method.currentIndex())
    qtbot.waitUntil(lambda: regions_of(qtbot, window).choice.method == "hierarchy", timeout=10_000)
