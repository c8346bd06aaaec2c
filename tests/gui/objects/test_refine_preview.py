"""Refining with a preview in the window: seen first, applied with Enter, left with Escape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.document.mask import Mask
from core.editing.refinement import RefineKind
from core.project.project import Project
from gui.main_window import MainWindow
from gui.tools.events import Command, StepEvent
from gui.tools.refinement import Refinement
from tests.core.editing.examples import disc_mask
from tests.core.project.pictures import add, shape
from tests.gui.windows import main_window

ITEM = shape(disc_mask(10, 8, 9))


@pytest.fixture
def window(qtbot: QtBot, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        window.bench.session.apply(add(ITEM))
        window.bench.session.select(frozenset({ITEM.id}))
        yield window


def _area(window: MainWindow) -> int:
    document = window.bench.session.document
    assert document is not None
    geometry = document.annotations[ITEM.id].geometry
    assert isinstance(geometry, Mask)
    return geometry.area


def _start(qtbot: QtBot, window: MainWindow, kind: RefineKind) -> None:
    window.actions_table["refine"].trigger()
    window.bench.refining.choose_kind(kind)
    qtbot.waitUntil(lambda: window.bench.refining.found is not None)


def test_enter_applies_what_was_seen(qtbot: QtBot, window: MainWindow) -> None:
    _start(qtbot, window, RefineKind.GROW)
    bar, first = window.workspace.refine_bar, window.bench.refining.found
    assert bar.isVisible()
    assert first is not None
    assert bar.result.text() == f"+{first.added.area:,} −0 px"
    assert _area(window) == 81, "nothing is done yet"
    window.bench.tools.handle(StepEvent(2))
    qtbot.waitUntil(lambda: window.bench.refining.found not in (None, first))
    found = window.bench.refining.found
    assert found is not None
    assert found.added.area > first.added.area
    window.bench.tools.command(Command.FINISH)
    assert _area(window) == 81 + found.added.area
    assert not bar.isVisible()
    window.bench.session.undo()
    assert _area(window) == 81


def test_escape_leaves_everything_as_it_was(qtbot: QtBot, window: MainWindow) -> None:
    _start(qtbot, window, RefineKind.SHRINK)
    window.bench.tools.command(Command.CANCEL)
    assert not window.bench.refining.active
    assert _area(window) == 81
    assert window.bench.session.selection == {ITEM.id}, "Escape did not reach the tool"
    window.bench.tools.command(Command.CANCEL)
    assert not window.bench.session.selection, "now it does"


def test_what_cannot_be_done_says_why(qtbot: QtBot, window: MainWindow) -> None:
    _start(qtbot, window, RefineKind.SHRINK)
    window.bench.refining.choose(window.bench.refining.chosen.at(14))
    qtbot.waitUntil(lambda: bool(window.bench.refining.problem))
    bar = window.workspace.refine_bar
    assert "lose all" in bar.result.text()
    assert not bar.apply.isEnabled()
    window.bench.tools.command(Command.FINISH)
    assert _area(window) == 81


def test_it_ends_with_the_selection_the_tool_or_the_image(qtbot: QtBot, window: MainWindow) -> None:
    ways: tuple[Callable[[], None], ...] = (
        lambda: window.bench.session.select(frozenset()),
        lambda: window.bench.tools.use("brush"),
        lambda: window.bench.session.show_image(2),
    )
    for leave in ways:
        window.bench.session.show_image(1)
        window.bench.session.select(frozenset({ITEM.id}))
        _start(qtbot, window, RefineKind.GROW)
        leave()
        assert not window.bench.refining.active
        assert not window.workspace.refine_bar.isVisible()


def test_amounts_stay_within_their_range() -> None:
    chosen = Refinement(RefineKind.FILL_HOLES, 0)
    assert chosen.stepped(-5).amount_px == 1
    assert chosen.stepped(99).words == "all holes"
    assert chosen.of_kind(RefineKind.GROW).words == "2 px"
