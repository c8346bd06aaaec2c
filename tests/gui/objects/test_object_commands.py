"""Hiding, order, groups and copies to other images, with their keys in the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.project.project import Project
from gui.main_window import MainWindow
from gui.panels.objects_panel import EYE, SHAPE
from gui.tools.events import Button, PointerEvent, PointerKind
from tests.core.project.pictures import add, box
from tests.gui.windows import main_window

FIRST, SECOND = box(), replace(box(9), order=1)


@pytest.fixture
def window(qtbot: QtBot, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        qtbot.waitUntil(lambda: window.bench.presenter.shows(1))
        window.bench.session.apply(add(FIRST, SECOND))
        yield window


def _run(window: MainWindow, name: str) -> None:
    window.actions_table[name].trigger()


def _shapes(window: MainWindow) -> list[int]:
    return [shape.id for shape in window.bench.canvas.shapes]


def _image_name(window: MainWindow) -> str:
    image = window.bench.session.image
    return "" if image is None else image.name


def test_hidden_objects_are_neither_drawn_nor_selected_nor_hit(window: MainWindow) -> None:
    session = window.bench.session
    session.select(frozenset({FIRST.id}))
    _run(window, "hide")
    assert _shapes(window) == [SECOND.id]
    assert not session.selection
    _run(window, "select_all")
    assert session.selection == {SECOND.id}
    session.select(frozenset())
    x, y = FIRST.bounds.center
    for kind in (PointerKind.PRESS, PointerKind.RELEASE):
        window.bench.tools.handle(PointerEvent(kind, x, y, Button.LEFT))
    assert not session.selection, "a click goes through what is hidden"
    _run(window, "show_all")
    assert _shapes(window) == [FIRST.id, SECOND.id]
    session.undo()
    session.undo()
    assert _shapes(window) == [FIRST.id, SECOND.id]
    session.redo()
    assert _shapes(window) == [SECOND.id]


def test_the_eye_in_the_list_hides_and_shows(window: MainWindow) -> None:
    panel = window.panes.objects
    row = panel.tree.topLevelItem(0)
    assert row is not None
    panel.tree.itemClicked.emit(row, EYE)
    assert _shapes(window) == [FIRST.id]
    row = panel.tree.topLevelItem(0)
    assert row is not None
    panel.tree.itemClicked.emit(row, EYE)
    assert _shapes(window) == [FIRST.id, SECOND.id]


def test_the_order_changes_a_step_at_a_time(window: MainWindow) -> None:
    session = window.bench.session
    session.select(frozenset({FIRST.id}))
    _run(window, "forward")
    assert _shapes(window) == [SECOND.id, FIRST.id]
    _run(window, "to_back")
    assert _shapes(window) == [FIRST.id, SECOND.id]


def test_a_group_is_shown_and_taken_apart(window: MainWindow) -> None:
    session = window.bench.session
    _run(window, "select_all")
    _run(window, "group")
    rows = [window.panes.objects.tree.topLevelItem(row) for row in range(2)]
    assert [row.text(SHAPE) for row in rows if row] == ["rectangle ⧉1"] * 2
    _run(window, "ungroup")
    assert session.document is not None
    assert {item.group_id for item in session.document.annotations.values()} == {None}


def test_copies_go_on_from_image_to_image(window: MainWindow) -> None:
    session = window.bench.session
    session.select(frozenset({FIRST.id}))
    for name in ("two.png", "three.png"):
        _run(window, "propagate")
        assert _image_name(window) == name
        assert [item.geometry for item in session.selected()] == [FIRST.geometry]
    _run(window, "propagate")
    assert _image_name(window) == "three.png", "there is no further one"
    session.undo()
    session.undo()
    assert _image_name(window) == "two.png", "where the last step was taken back"


def test_copies_to_several_images_are_one_step(qtbot: QtBot, window: MainWindow) -> None:
    session, history = window.bench.session, window.bench.session.project.history
    session.select(frozenset({FIRST.id, SECOND.id}))
    window.commands.objects.propagate_to((2, 3), session.selected())
    qtbot.waitUntil(lambda: len(history.document(3).annotations) == 2)
    assert len(history.document(2).annotations) == 2
    session.undo()
    assert not history.document(2).annotations
    assert not history.document(3).annotations
