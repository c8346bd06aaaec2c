"""Sliders of the deck over 1,000 cached proposals in a real window; no model runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.geometry import Box, Size
from core.engine.client import EngineClient
from core.models.pasting import mask_at
from core.models.proposal import Proposal, ProposalKey, ProposalSet, SoftMask
from core.project.project import Project
from gui.main_window import MainWindow
from tests.core.project.pictures import write_picture
from tests.gui.windows import main_window

pytestmark = pytest.mark.speed
SIZE = Size(2000, 1500)
FRAME_S = 1 / 30
STEPS = {
    "score": np.linspace(0.9, 0.0, 30),
    "overlap": np.linspace(0.1, 1.0, 30),
    "mask_threshold": np.linspace(0.2, 0.8, 30),
    "smallest_px": np.linspace(0, 40, 30),
    "largest_px": np.linspace(100, 30, 30),
}


def thousand() -> ProposalSet:
    """Soft round masks of about 60 pixels, many of which overlap."""
    rng = np.random.default_rng(1)
    rows, columns = np.mgrid[:28, :28]
    bump = 255 * np.exp(-((rows - 13.5) ** 2 + (columns - 13.5) ** 2) / 120)
    items = []
    for number in range(1000):
        left, top = rng.uniform((0, 0), (SIZE.width - 90, SIZE.height - 90))
        side = float(rng.uniform(40, 80))
        soft = SoftMask(Box(float(left), float(top), side, side), bump.astype(np.uint8))
        score = 1 - number / 1000
        items.append(Proposal(number, mask_at(soft, SIZE), score, "cell", "model", soft))
    return ProposalSet(ProposalKey("digest", "model", "weights"), SIZE, tuple(items))


@pytest.fixture
def window(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    def refuse(*_arguments: object) -> int:
        raise AssertionError("a model was asked for")

    monkeypatch.setattr(EngineClient, "submit", refuse)
    write_picture(tmp_path / "one.png", SIZE.width, SIZE.height)
    project = Project.create(tmp_path / "t.maskwright", tmp_path, ["one.png"], author="tester")
    try:
        with main_window(project, tmp_path) as window:
            qtbot.waitUntil(lambda: window.bench.loaded_image() is not None)
            window.bench.deck.put(1, thousand())
            qtbot.waitUntil(lambda: bool(window.bench.deck.items()), timeout=20_000)
            qtbot.waitUntil(lambda: not window.bench.tasks.running(), timeout=20_000)
            yield window
    finally:
        project.close()


@pytest.mark.parametrize("name", STEPS)
def test_a_slider_keeps_thirty_frames_a_second(
    benchmark: Any, window: MainWindow, qapp: QApplication, name: str
) -> None:
    """What the window's own thread does for a step: filter, list, and hand on what to draw."""
    deck = window.bench.deck
    deck.set_filter(replace(deck.filter, score=0.0))
    spent: list[float] = []

    def slide() -> None:
        for value in STEPS[name].tolist():
            begun = time.thread_time()
            deck.set_filter(replace(deck.filter, **{name: value}))
            qapp.processEvents()
            spent.append(time.thread_time() - begun)

    benchmark.pedantic(slide, rounds=2, warmup_rounds=1)
    assert float(np.median(spent)) <= FRAME_S
