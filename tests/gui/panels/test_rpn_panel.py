from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.document.geometry import Box, Size
from core.models.proposal import Proposal, ProposalKey, ProposalSet, SoftMask
from core.models.rpn_inspection import INSPECT, Stage, stage_label
from core.project.project import Project
from gui.main_window import MainWindow
from gui.panels.rpn_panel import RpnPanel
from tests.core.project.pictures import add, box
from tests.gui.windows import main_window

SIZE = Size(40, 30)
RPN = "rpn-cells"


@pytest.fixture
def window(qtbot: QtBot, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        yield window


@pytest.fixture
def panel(window: MainWindow) -> RpnPanel:
    return window.panes.rpn


def _records(level: int, shift: float) -> list[Proposal]:
    whole = Box(0, 0, 40, 30)
    soft = SoftMask(whole, np.full((4 - level, 5 - level), 200, np.uint8))
    shapes = [
        (Stage.OBJECTNESS, whole, 1.0, soft),
        (Stage.ANCHOR, Box(2, 2, 8, 8), 0.9, None),
        (Stage.ANCHOR, Box(20, 2, 8, 8), 0.4, None),
        (Stage.BEFORE, Box(2 + shift, 2, 6, 6), 0.9, None),
        (Stage.BEFORE, Box(20, 2, 6, 6), 0.4, None),
        (Stage.AFTER, Box(2 + shift, 2, 6, 6), 0.9, None),
    ]
    return [
        Proposal(0, shape, score, stage_label(stage, level), RPN, mask)
        for stage, shape, score, mask in shapes
    ]


def look(window: MainWindow) -> None:
    """What a run of the network answers."""
    window.panes.rpn.run.click()
    key = ProposalKey("digest", RPN, "", MappingProxyType({INSPECT: True}))
    items = tuple(_records(0, 0.0) + _records(1, 1.0))
    window.bench.runs.cancel_all()
    window.bench.runs.finished.emit(1, ProposalSet(key, SIZE, items))


@pytest.fixture(autouse=True)
def picture_there(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.bench.loaded_image() is not None)


def test_before_anything_ran_it_says_what_there_is_to_see(panel: RpnPanel) -> None:
    assert panel.model.count() == 1
    assert not panel.controls.isVisibleTo(panel)
    assert "press Look" in panel.note.text()


def test_steps_are_no_proposals(window: MainWindow, panel: RpnPanel) -> None:
    look(window)
    assert panel.controls.isVisibleTo(panel)
    assert window.bench.deck.sets_of(1) == {}
    texts = [panel.level.itemText(row) for row in range(panel.level.count())]
    assert texts == [
        "All levels",
        "Level 0: 5 × 4 places, 2 → 1 boxes",
        "Level 1: 4 × 3 places, 2 → 1 boxes",
    ]
    assert not panel.map.pixmap().isNull()


def test_boxes_of_a_step_are_drawn_on_the_picture(window: MainWindow, panel: RpnPanel) -> None:
    look(window)
    shapes = window.bench.canvas._shapes
    assert not shapes
    panel.drawn.setChecked(True)
    assert len(window.bench.canvas._shapes) == 2
    panel.stage.setCurrentIndex(panel.stage.findData(Stage.ANCHOR))
    panel.stage.activated.emit(panel.stage.currentIndex())
    assert len(window.bench.canvas._shapes) == 4
    panel.level.setCurrentIndex(1)
    panel.level.activated.emit(1)
    panel.count.slider.setValue(1)
    (shape,) = window.bench.canvas._shapes.values()
    assert shape.geometry == Box(2, 2, 8, 8)
    window.bench.go(1)
    assert not window.bench.canvas._shapes


def test_recall_against_ones_own_objects_without_a_reference(
    window: MainWindow, panel: RpnPanel
) -> None:
    look(window)
    assert panel.table.topLevelItemCount() == 0
    assert "import a reference" in panel.note.text()
    window.bench.session.apply(add(box(2)))
    row = panel.table.topLevelItem(0)
    assert row is not None
    assert row.text(0) == "10"
    assert "against 1 objects" in panel.note.text()
