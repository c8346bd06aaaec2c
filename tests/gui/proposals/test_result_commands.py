"""A whole result sharpened by the regions, or kept as a map of classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.annotation import Layer, LayerRole
from core.document.change import Change, Difference
from core.document.geometry import Size
from core.document.mask import Mask
from core.editing.class_results import classes_layer
from core.models.proposal import Proposal, ProposalKey, ProposalSet
from core.project.project import Project
from gui.main_window import MainWindow
from tests.core.project.pictures import add, shape
from tests.gui.windows import main_window

SIZE = Size(128, 96)
ROWS, COLUMNS = np.mgrid[: SIZE.height, : SIZE.width]
DISK = (ROWS - 48) ** 2 + (COLUMNS - 64) ** 2 <= 30**2
MODEL = "lraspp-voc"


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    picture = np.where(DISK, 200, 40).astype(np.uint8)[:, :, None].repeat(3, axis=2)
    cv2.imwrite(str(tmp_path / "disk.png"), picture)
    path = tmp_path / "test.maskwright"
    project = Project.create(path, tmp_path, ["disk.png"], author="tester")
    try:
        with main_window(project, tmp_path) as window:
            qtbot.waitUntil(lambda: window.bench.regions.get(1) is not None)
            yield window
    finally:
        project.close()


@pytest.fixture
def messages(window: MainWindow) -> list[str]:
    said: list[str] = []
    window.bench.session.message_posted.connect(said.append)
    return said


def put(window: MainWindow) -> None:
    coarse = Mask.from_array(DISK[::8, ::8].repeat(8, axis=0).repeat(8, axis=1))
    corner = Mask.from_array(np.ones((20, 20)))
    items = (
        Proposal(0, coarse, 0.9, "cat", MODEL),
        Proposal(1, corner, 0.8, "dog", MODEL),
    )
    window.bench.deck.put(1, ProposalSet(ProposalKey("d", MODEL, "w"), SIZE, items))


def test_sharpening_gives_a_further_source_and_says_what_it_did(
    window: MainWindow, qtbot: QtBot, messages: list[str]
) -> None:
    layer = Layer(2, LayerRole.REFERENCE, "truth")
    session = window.bench.session
    session.apply(Change("Import", layers=Difference(added=(layer,))))
    session.apply(add(replace(shape(Mask.from_array(DISK)), layer_id=2)))
    put(window)
    raw = window.bench.deck.items()[0].raw.geometry
    window.actions_table["sharpen"].trigger()
    qtbot.waitUntil(lambda: len(window.bench.deck.sets_of(1)) == 2)
    assert any("→" in text and "% of their pixels" in text for text in messages)
    before, after = next(text for text in messages if "→" in text).split(" → ")
    assert float(before.split()[-1]) < float(after[:5])
    sharp = window.bench.deck.items()[0].proposal.geometry
    assert sharp != raw
    assert "sharpened" in window.panes.proposals.shown.currentText()
    window.bench.deck.show_only(MODEL)
    assert window.bench.deck.items()[0].raw.geometry == raw


def test_a_result_that_sharpening_would_not_help_stays_the_only_one(
    window: MainWindow, qtbot: QtBot, messages: list[str]
) -> None:
    right = Proposal(0, Mask.from_array(DISK), 0.9, "cat", MODEL)
    window.bench.deck.put(1, ProposalSet(ProposalKey("d", MODEL, "w"), SIZE, (right,)))
    window.actions_table["sharpen"].trigger()
    qtbot.waitUntil(lambda: "would not help" in "".join(messages[-1:]))
    assert len(window.bench.deck.sets_of(1)) == 1


def test_a_result_that_comes_off_the_reference_when_sharpened_is_held_back(
    window: MainWindow, qtbot: QtBot, messages: list[str]
) -> None:
    put(window)
    coarse = window.bench.deck.items()[0].raw.geometry
    session = window.bench.session
    session.apply(Change("Import", layers=Difference(added=(Layer(2, LayerRole.REFERENCE, "t"),))))
    session.apply(add(replace(shape(coarse), layer_id=2)))
    window.actions_table["sharpen"].trigger()
    qtbot.waitUntil(lambda: "would not help" in "".join(messages[-1:]))
    assert "1.000 →" in messages[-1], "what it would have done is said"
    assert len(window.bench.deck.sets_of(1)) == 1


def test_without_a_result_a_sentence_says_so(window: MainWindow, messages: list[str]) -> None:
    window.actions_table["sharpen"].trigger()
    window.actions_table["keep_classes"].trigger()
    assert messages[-2:] == ["There is no result on this image; run a model first."] * 2


def test_a_result_is_kept_as_classes_with_labels_and_undone_in_one_step(
    window: MainWindow, messages: list[str]
) -> None:
    session = window.bench.session
    put(window)
    window.actions_table["keep_classes"].trigger()
    layer = classes_layer(session.state, MODEL)
    assert layer is not None
    assert layer.id not in session.hidden_layers
    assert session.document is not None
    classes = session.document.semantic[layer.id].classes
    cat, dog = session.state.label_named("cat"), session.state.label_named("dog")
    assert cat is not None
    assert dog is not None
    assert classes[48, 64] == cat.id
    assert classes[2, 2] == dog.id
    assert "Kept as classes" in messages[-1]
    assert len(window.bench.deck.items()) == 2, "the deck is as it was"
    session.undo()
    assert session.state.label_named("cat") is None
    assert session.document is not None
    assert not session.document.semantic
