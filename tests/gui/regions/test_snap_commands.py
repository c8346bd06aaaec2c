"""Snapping objects and proposals to the regions, and what regions can reach, in the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.document.geometry import Box, Polygon
from core.document.mask import Mask
from core.models.proposal import Proposal, ProposalKey, ProposalSet
from gui.main_window import MainWindow
from tests.gui.regions.squares import SQUARE, add_object, is_the_square, shape_of, window_of_squares

COARSE = Mask.from_array(np.ones((34, 43), np.bool_), 28, 18)
OUTLINE = Polygon.from_points([(29, 18), (71, 19), (72, 51), (28, 52)])


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with window_of_squares(qtbot, tmp_path) as window:
        yield window


def test_one_key_snaps_a_mask_and_brings_it_back(window: MainWindow) -> None:
    number = add_object(window, COARSE)
    snap = window.actions_table["snap"]
    snap.trigger()
    assert is_the_square(shape_of(window, number))
    snap.trigger()
    assert shape_of(window, number) == COARSE
    snap.trigger()
    window.bench.undo()
    assert shape_of(window, number) == COARSE
    window.bench.undo()
    window.bench.undo()
    assert shape_of(window, number) == COARSE


def test_outlines_and_boxes_are_snapped_too(window: MainWindow) -> None:
    outline = add_object(window, OUTLINE, 1)
    window.actions_table["snap"].trigger()
    assert is_the_square(shape_of(window, outline))
    box = add_object(window, Box(29, 19, 42, 32), 2)
    window.panes.regions.snap.click()
    assert is_the_square(shape_of(window, box))
    window.actions_table["snap"].trigger()
    assert shape_of(window, box) == Box(29, 19, 42, 32)


def test_where_no_edge_fits_the_shape_stays_and_the_reason_is_said(window: MainWindow) -> None:
    messages: list[str] = []
    window.bench.session.message_posted.connect(messages.append)
    window.actions_table["snap"].trigger()
    assert "Select an object" in messages[-1]
    speck = Mask.from_array(np.ones((2, 2), np.bool_), 49, 34)
    number = add_object(window, speck)
    window.actions_table["snap"].trigger()
    assert shape_of(window, number) == speck
    assert "no edges" in messages[-1]
    add_object(window, COARSE, 2)
    window.actions_table["snap"].trigger()
    add_object(window, shape_of(window, 2), 3)
    window.actions_table["snap"].trigger()
    assert "already" in messages[-1]


def test_a_locked_object_is_not_snapped(window: MainWindow) -> None:
    number = add_object(window, COARSE)
    window.bench.selection.toggle_lock()
    window.actions_table["snap"].trigger()
    assert shape_of(window, number) == COARSE


def test_the_current_proposal_is_snapped_and_accepted_so(window: MainWindow) -> None:
    bench = window.bench
    image = bench.loaded_image()
    assert image is not None
    key = ProposalKey(image.digest, "some model", "", MappingProxyType({}))
    proposal = Proposal(0, COARSE, 0.9, "", "some model")
    bench.deck.put(image.image_id, ProposalSet(key, image.size, (proposal,)))
    bench.deck.walk(1)
    window.actions_table["snap"].trigger()
    current = bench.deck.current
    assert current is not None
    assert is_the_square(current.proposal.geometry)
    window.actions_table["snap"].trigger()
    current = bench.deck.current
    assert current is not None
    assert current.proposal.geometry == COARSE
    window.actions_table["snap"].trigger()
    bench.proposals.accept_current()
    assert bench.session.document is not None
    (item,) = bench.session.document.annotations.values()
    assert is_the_square(item.geometry)


def test_snapping_is_offered_only_where_the_colours_speak_for_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    bench, summary = window.bench, window.panes.proposals.summary
    messages: list[str] = []
    bench.session.message_posted.connect(messages.append)
    image = bench.loaded_image()
    assert image is not None
    key = ProposalKey(image.digest, "some model", "", MappingProxyType({}))
    speck = Mask.from_array(np.ones((2, 2), np.bool_), 5, 5)
    items = tuple(
        Proposal(place, shape, 0.9 - place / 10, "", "some model")
        for place, shape in enumerate((COARSE, speck))
    )
    bench.deck.put(image.image_id, ProposalSet(key, image.size, items))
    assert "Shift+S" not in summary.text()
    bench.deck.walk(1)
    qtbot.waitUntil(lambda: "Shift+S" in summary.text())
    window.actions_table["snap"].trigger()
    qtbot.waitUntil(lambda: "Shift+S" not in summary.text())
    window.actions_table["snap"].trigger()
    qtbot.waitUntil(lambda: "Shift+S" in summary.text())
    bench.deck.walk(1)
    assert "Shift+S" not in summary.text()
    qtbot.waitUntil(lambda: not bench.tasks.running())
    assert "Shift+S" not in summary.text()


def test_a_proposal_that_fits_its_colours_is_not_moved(window: MainWindow) -> None:
    bench = window.bench
    messages: list[str] = []
    bench.session.message_posted.connect(messages.append)
    image = bench.loaded_image()
    assert image is not None
    key = ProposalKey(image.digest, "some model", "", MappingProxyType({}))
    right = Proposal(0, SQUARE, 0.9, "", "some model")
    bench.deck.put(image.image_id, ProposalSet(key, image.size, (right,)))
    bench.deck.walk(1)
    window.actions_table["snap"].trigger()
    assert "stays as it is" in messages[-1]
    current = bench.deck.current
    assert current is not None
    assert current.proposal.geometry == SQUARE


def test_the_meter_says_what_regions_can_reach(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panes.regions
    assert panel.reach.isHidden()
    assert not panel.refine.isEnabled()
    add_object(window, SQUARE)
    qtbot.waitUntil(lambda: not panel.reach.isHidden(), timeout=10_000)
    assert panel.reach.value() >= 98
    half = Mask.from_array(np.ones((15, 40), np.bool_), 30, 20)
    add_object(window, half, 2)
    qtbot.waitUntil(lambda: panel.reach.value() < 90, timeout=10_000)
    window.bench.session.select(frozenset())
    assert panel.reach.isHidden()
