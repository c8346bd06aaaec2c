"""Painting classes region by region in the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pytestqt.qtbot import QtBot

from core.editing.labels import import_labels
from core.editing.paint_rules import PaintRule
from core.project.project import Project
from gui.main_window import MainWindow
from gui.pictures.split_view import PICTURE_ALONE
from gui.tools.events import Button, Command, PointerEvent, PointerKind
from tests.gui.regions.squares import project_of_squares, regions_of, window_of_squares
from tests.gui.windows import main_window

UNLABELLED = 65534
VOID = 65535


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with window_of_squares(qtbot, tmp_path) as window:
        window.actions_table["tool_classes"].trigger()
        yield window


def _click(window: MainWindow, x: float, y: float, button: Button = Button.LEFT) -> None:
    tools = window.bench.tools
    for kind in (PointerKind.MOVE, PointerKind.PRESS, PointerKind.RELEASE):
        held = Button.NONE if kind is PointerKind.MOVE else button
        tools.handle(PointerEvent(kind, x, y, held))


def _paint_the_square(window: MainWindow) -> None:
    tools = window.bench.tools
    tools.handle(PointerEvent(PointerKind.MOVE, 50, 35))
    for _ in range(40):
        document = window.bench.session.document
        assert document is not None
        _click(window, 50, 35)
        document = window.bench.session.document
        assert document is not None
        if (document.semantic[1].classes != UNLABELLED).sum() > 1000:
            return
        tools.step(1)


def _classes(window: MainWindow) -> npt.NDArray[np.uint16]:
    session = window.bench.session
    assert session.document is not None
    return session.document.semantic[session.layer.id].classes


def _shown_colors(window: MainWindow, x: float, y: float) -> tuple[int, int, int]:
    window.bench.tools.handle(PointerEvent(PointerKind.LEAVE, 0, 0))
    place = window.bench.canvas.viewport.to_screen(x, y)
    color = window.bench.canvas.grab_frame().pixelColor(round(place[0]), round(place[1]))
    return color.red(), color.green(), color.blue()


def test_a_region_gets_the_label_is_seen_and_undone(window: MainWindow) -> None:
    before = _shown_colors(window, 35, 25)
    _paint_the_square(window)
    label = window.bench.session.label.id
    assert set(np.unique(_classes(window))) == {label, UNLABELLED}
    assert _shown_colors(window, 35, 25) != before
    while window.bench.session.document and window.bench.session.document.semantic:
        window.bench.undo()
    assert _shown_colors(window, 35, 25) == before


def test_right_click_erases_and_the_rest_is_filled(window: MainWindow) -> None:
    _paint_the_square(window)
    window.workspace.class_bar.fill.click()
    assert (_classes(window) == window.bench.session.label.id).all()
    _click(window, 50, 35, Button.RIGHT)
    assert (_classes(window) == UNLABELLED).sum() > 0
    assert _classes(window)[35, 50] == UNLABELLED


def test_only_unlabelled_spares_what_has_a_class(window: MainWindow) -> None:
    _paint_the_square(window)
    session, bar = window.bench.session, window.workspace.class_bar
    first = session.label.id
    painted = _classes(window) == first
    session.apply(import_labels(session.state, ["tree"]))
    session.use_label(max(session.state.labels))
    bar.only_unlabelled.click()
    assert window.bench.tools.paint_rule is PaintRule.UNLABELLED
    window.actions_table["fill_rest"].trigger()
    _click(window, 50, 35)
    assert np.array_equal(_classes(window) == first, painted)
    bar.only_unlabelled.click()
    _click(window, 50, 35)
    assert _classes(window)[35, 50] == session.label.id


def test_pixels_are_made_void_and_look_grey(window: MainWindow) -> None:
    session, bar = window.bench.session, window.workspace.class_bar
    before = _shown_colors(window, 35, 25)
    window.actions_table["paint_void"].trigger()
    assert bar.void.isChecked()
    _paint_the_square(window)
    assert set(np.unique(_classes(window))) == {VOID, UNLABELLED}
    assert _shown_colors(window, 35, 25) != before
    bar.only_unlabelled.click()
    bar.void.click()
    window.actions_table["fill_rest"].trigger()
    assert set(np.unique(_classes(window))) == {VOID, session.label.id}
    bar.only_unlabelled.click()


def test_choosing_a_label_ends_painting_void(window: MainWindow) -> None:
    session, bar = window.bench.session, window.workspace.class_bar
    session.apply(import_labels(session.state, ["tree"]))
    bar.void.click()
    assert window.bench.tools.paints_void
    session.use_label(max(session.state.labels))
    assert not window.bench.tools.paints_void
    assert not bar.void.isChecked()


def test_the_rest_can_be_made_void(window: MainWindow) -> None:
    _paint_the_square(window)
    window.workspace.class_bar.void.click()
    window.actions_table["fill_rest"].trigger()
    assert set(np.unique(_classes(window))) == {window.bench.session.label.id, VOID}


def test_the_split_view_shows_the_classes_of_its_layer(window: MainWindow) -> None:
    session, split = window.bench.session, window.commands.split
    window.actions_table["split_view"].trigger()
    pane = split.comparison
    assert pane is not None
    mine = pane.layer.findData(session.layer.id)
    pane.layer.setCurrentIndex(mine)
    before = _color_beside(window, 35, 25)
    _paint_the_square(window)
    assert _color_beside(window, 35, 25) != before
    assert pane.count.text() == "0 objects, classes"
    pane.layer.setCurrentIndex(pane.layer.findData(PICTURE_ALONE))
    assert _color_beside(window, 35, 25) == before
    window.actions_table["split_view"].trigger()


def _color_beside(window: MainWindow, x: float, y: float) -> tuple[int, int, int]:
    pane = window.commands.split.comparison
    assert pane is not None
    place = pane.canvas.viewport.to_screen(x, y)
    color = pane.canvas.grab_frame().pixelColor(round(place[0]), round(place[1]))
    return color.red(), color.green(), color.blue()


def test_a_drag_that_was_under_way_is_there_after_a_crash(qtbot: QtBot, tmp_path: Path) -> None:
    with project_of_squares(tmp_path) as project:
        with main_window(project, tmp_path) as window:
            regions_of(qtbot, window)
            window.actions_table["tool_classes"].trigger()
            tools = window.bench.tools
            tools.handle(PointerEvent(PointerKind.MOVE, 20, 15))
            tools.handle(PointerEvent(PointerKind.PRESS, 20, 15, Button.LEFT))
            tools.handle(PointerEvent(PointerKind.MOVE, 55, 40, Button.LEFT))
            tools.checkpoint()
            row = project.load_draft(1)
            tools.active.cancel()
        # A window that is closed properly takes its drafts along; a killed one does not.
        project.save_draft(row)
        assert project.wait_until_saved()
    again = Project.open(tmp_path / "test.maskwright", author="tester")
    with main_window(again, tmp_path) as window:
        regions_of(qtbot, window)
        assert window.bench.tools.active.name == "classes"
        assert window.bench.tools.has_draft()
        window.bench.tools.command(Command.FINISH)
        assert _classes(window)[15, 20] == window.bench.session.label.id
        assert _classes(window)[40, 55] == window.bench.session.label.id
        assert not window.bench.tools.has_draft()
        window.bench.undo()
    again.close()


def test_the_map_is_there_when_the_project_is_opened_again(qtbot: QtBot, tmp_path: Path) -> None:
    with project_of_squares(tmp_path) as project, main_window(project, tmp_path) as window:
        regions_of(qtbot, window)
        window.actions_table["tool_classes"].trigger()
        _paint_the_square(window)
        painted = _classes(window).copy()
        assert project.wait_until_saved()
    again = Project.open(tmp_path / "test.maskwright", author="tester")
    with main_window(again, tmp_path) as window:
        regions_of(qtbot, window)
        assert np.array_equal(_classes(window), painted)
        window.bench.undo()
        assert window.bench.session.document is not None
    again.close()


def test_the_bars_belong_to_their_tools(window: MainWindow) -> None:
    assert not window.workspace.class_bar.isHidden()
    assert not window.workspace.region_bar.isHidden()
    window.bench.tools.use("region")
    assert window.workspace.class_bar.isHidden()
    window.bench.tools.use("brush")
    assert window.workspace.region_bar.isHidden()
    window.actions_table["region_mode"].trigger()
    assert window.bench.tools.active.name == "region"
