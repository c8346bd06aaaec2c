"""The commands on selected shapes and the rule for painting, through the window's actions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.document.annotation import Annotation
from core.document.geometry import Polygon
from core.document.mask import Mask
from core.editing.annotations import add_annotations
from core.editing.paint_rules import PaintRule
from core.project.project import Project
from gui.main_window import MainWindow
from gui.objects.shape_commands import shape_entries
from tests.gui.windows import main_window


@pytest.fixture
def window(qtbot: QtBot, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        yield window


def _square(left: int, side: int) -> Mask:
    return Mask.from_array(np.ones((side, side), np.bool_), left, 2)


def _add(window: MainWindow, *masks: Mask) -> frozenset[int]:
    session = window.bench.session
    document = session.document
    assert document is not None
    items = [
        Annotation(number, session.layer.id, session.label.id, mask, order=number)
        for number, mask in enumerate(masks, 1)
    ]
    session.apply(add_annotations(document, items))
    session.select(frozenset(item.id for item in items))
    return session.selection


def _shapes(window: MainWindow) -> list[object]:
    document = window.bench.session.document
    assert document is not None
    return [item.geometry for item in document.annotations.values()]


def test_objects_are_merged_split_and_undone(window: MainWindow) -> None:
    masks = (_square(2, 8), _square(14, 6))
    _add(window, *masks)
    window.actions_table["merge"].trigger()
    assert _shapes(window) == [masks[0].united(masks[1])]
    window.actions_table["split"].trigger()
    assert len(window.bench.session.selection) == 2
    assert set(_shapes(window)) == set(masks)
    window.bench.undo()
    window.bench.undo()
    assert set(_shapes(window)) == set(masks)


def test_a_mask_grows_becomes_an_outline_and_stays_selected(window: MainWindow) -> None:
    selection = _add(window, _square(8, 6))
    window.actions_table["grow"].trigger()
    (grown,) = _shapes(window)
    assert isinstance(grown, Mask)
    assert grown.area == 36 + 4 * 6
    window.actions_table["to_polygon"].trigger()
    assert isinstance(_shapes(window)[0], Polygon)
    assert window.bench.session.selection == selection


def test_every_command_says_why_it_changes_nothing(window: MainWindow) -> None:
    said: list[str] = []
    window.bench.session.message_posted.connect(said.append)
    window.bench.session.error_raised.connect(lambda error: said.append(str(error)))
    names = [entry.id for entry in shape_entries(window.bench) if entry.id != "paint_rule"]
    for name in names:
        before = len(said)
        window.actions_table[name].trigger()
        assert len(said) > before, name
    _add(window, _square(8, 1))
    for name in ("merge", "split", "fill_holes", "remove_islands", "shrink", "to_mask"):
        before = len(said)
        window.actions_table[name].trigger()
        assert len(said) > before, name
    assert _shapes(window) == [_square(8, 1)]


def test_the_key_takes_the_next_rule_and_every_tool_hears_of_it(window: MainWindow) -> None:
    tools = window.bench.tools
    rules: list[PaintRule] = []
    tools.paint_rule_changed.connect(rules.append)
    for _ in PaintRule:
        window.actions_table["paint_rule"].trigger()
    assert rules == [*list(PaintRule)[1:], PaintRule.OVER]
    assert tools.paint_rule is PaintRule.OVER


def test_the_bar_names_the_rule_and_its_menu_chooses_it(window: MainWindow) -> None:
    bar, tools = window.workspace.drawing_bar, window.bench.tools
    tools.use("brush")
    assert not bar.rule.isHidden()
    assert bar.snap.isHidden()
    window.actions_table["paint_rule"].trigger()
    assert bar.rule.text() == "Under others"
    menu = bar.rule.menu()
    next(row for row in menu.actions() if row.text() == "Only unlabelled pixels").trigger()
    assert tools.paint_rule is PaintRule.UNLABELLED
    assert bar.rule.text() == "Only unlabelled pixels"
    tools.use("knife")
    assert bar.isHidden()


def test_snapping_is_seen_in_bar_and_menu_and_remembered(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    with main_window(project, tmp_path) as window:
        bar, row = window.workspace.drawing_bar, window.actions_table["snap_vertices"]
        window.bench.tools.use("rectangle")
        assert not row.isChecked()
        bar.snap.click()
        assert window.bench.tools.snaps
        assert row.isChecked()
        row.trigger()
        assert not bar.snap.isChecked()
        row.trigger()
    with main_window(project, tmp_path) as window:
        assert window.bench.tools.snaps
        assert window.workspace.drawing_bar.snap.isChecked()
        assert window.actions_table["snap_vertices"].isChecked()
