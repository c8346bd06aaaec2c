"""How late the window's event loop answers while everything is at work.

For a minute the view is panned, pixels are painted and proposals are computed, as a
person does it at speed. A timer says how late each of its ticks comes; the same timer
before, in a window at rest, is the baseline.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.main_window import MainWindow
from tests.speed.test_window_speed import folder, open_window, send

__all__ = ["folder", "open_window"]

pytestmark = [pytest.mark.speed, pytest.mark.timeout(900)]

TICK_MS = 5
IDLE_S, BUSY_S = 10.0, 60.0
HAND_MS = 16
LIMIT_S = 0.016
TIMES_IDLE = 2.5


class Lateness:
    """Seconds by which the ticks of a timer came too late."""

    def __init__(self) -> None:
        self.late_s: list[float] = []
        self._due = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def listen(self, seconds: float) -> float:
        """The 95th percentile over so many seconds."""
        self.late_s = []
        self._due = time.perf_counter() + TICK_MS / 1000
        self._timer.start(TICK_MS)
        QTest.qWait(round(seconds * 1000))
        self._timer.stop()
        return float(np.percentile(self.late_s, 95))

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late_s.append(max(now - self._due, 0.0))
        self._due = now + TICK_MS / 1000


class Hand:
    """Pans for a second, paints for a second, and asks for proposals again and again."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._step = 0
        self._timer = QTimer()
        self._timer.timeout.connect(self._act)

    def start(self) -> None:
        self._window.bench.tools.use("brush")
        self._timer.start(HAND_MS)

    def stop(self) -> None:
        self._timer.stop()

    def _act(self) -> None:
        bench, step, left = self._window.bench, self._step, Qt.MouseButton.LeftButton
        self._step += 1
        phase = step % 120
        if phase == 0:
            bench.proposals.propose("regions")
        if phase < 60:
            bench.canvas.pan_by(*((9, 4) if phase < 30 else (-9, -4)))
            return
        x, y = 400 + 6 * (phase - 60), 300 + 3 * (phase - 60)
        if phase == 60:
            send(self._window, QEvent.Type.MouseButtonPress, x, y, left, left)
        elif phase == 119:
            send(
                self._window,
                QEvent.Type.MouseButtonRelease,
                x,
                y,
                left,
                Qt.MouseButton.NoButton,
            )
        else:
            send(self._window, QEvent.Type.MouseMove, x, y, Qt.MouseButton.NoButton, left)


def test_the_event_loop_is_never_far_behind(
    benchmark: Any, open_window: Callable[[str], MainWindow]
) -> None:
    window = open_window("large")
    lateness, hand = Lateness(), Hand(window)
    idle_s = lateness.listen(IDLE_S)
    hand.start()
    busy_s = benchmark.pedantic(lambda: lateness.listen(BUSY_S), rounds=1)
    hand.stop()
    QApplication.processEvents()
    benchmark.extra_info["idle p95 ms"] = round(1000 * idle_s, 2)
    benchmark.extra_info["busy p95 ms"] = round(1000 * busy_s, 2)
    benchmark.extra_info["busy max ms"] = round(1000 * max(lateness.late_s), 2)
    assert busy_s <= max(LIMIT_S, TIMES_IDLE * idle_s)
