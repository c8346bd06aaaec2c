"""What a move of the pointer costs in the tools that work on pixels; nothing is painted here."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from core.document.geometry import Size
from gui.tools.brush import BrushTool
from gui.tools.scissors import ScissorsTool
from gui.tools.tool import Tool
from gui.tools.wand import WandTool
from tests.gui.tools.driver import Driver

pytestmark = pytest.mark.speed

SIZE = Size(6000, 4000)
Benchmark = Any  # pytest-benchmark is not typed
FIT = 3.5
"""Image pixels per screen pixel when 24 megapixels fit a screen of 1920 × 1080."""


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 256, (250, 375, 3), np.uint8)
    return np.asarray(cv2.resize(noise, (SIZE.width, SIZE.height), interpolation=cv2.INTER_CUBIC))


def _moves(driver: Driver, move: Callable[[float, float], object]) -> Callable[[], None]:
    steps = itertools.count()

    def step() -> None:
        n = next(steps)
        move(2000.0 + (n * 20) % 800, 2000.0 + 300 * math.sin(n / 10))
        assert driver.draft is not None

    return step


@pytest.mark.parametrize("footprint_screen_px", [60, 200])
def test_brush(benchmark: Benchmark, footprint_screen_px: int) -> None:
    driver = Driver(BrushTool(radius_px=footprint_screen_px / 2), size=SIZE)
    driver.scale = FIT
    driver.press(2000, 2000)
    benchmark.pedantic(_moves(driver, driver.pointer_held), rounds=100, warmup_rounds=5)
    assert benchmark.stats.stats.median < 0.004


@pytest.mark.parametrize("tool", [WandTool, ScissorsTool])
def test_hover(benchmark: Benchmark, tool: Callable[[], Tool], picture: np.ndarray) -> None:
    driver = Driver(tool(), size=SIZE, image=picture)
    driver.scale = FIT
    driver.click(2000, 2000)
    benchmark.pedantic(_moves(driver, driver.hover), rounds=100, warmup_rounds=5)
    assert benchmark.stats.stats.median < 0.016
