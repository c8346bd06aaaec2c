"""The program is killed in the middle of drawing: the draft and all objects come back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.document.geometry import Polygon
from tests.journeys.conftest import Play
from tests.journeys.driver import Person
from tests.journeys.killed_child import FINISHED, UNFINISHED
from tests.journeys.pictures import folder_of_pictures

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL here")
def test_a_half_drawn_polygon_survives_kill_9(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png", "coins.png")
    _draw_and_kill(pictures)

    def story(person: Person) -> None:
        assert "did not end properly" in person.message
        assert "draft is back" in person.status
        (kept,) = person.mine
        assert isinstance(kept.geometry, Polygon)
        assert kept.geometry.vertex_count == len(FINISHED)
        person.key("Return")
        assert len(person.mine) == 2
        finished = person.mine[-1].geometry
        assert isinstance(finished, Polygon)
        assert finished.vertex_count == len(UNFINISHED)
        assert finished.bounds.x == pytest.approx(200, abs=2)
        assert finished.bounds.bottom == pytest.approx(200, abs=2)

    def later(person: Person) -> None:
        assert len(person.mine) == 2
        assert not person.window.bench.tools.has_draft(), "a draft comes back once"
        assert person.message == ""

    assert play([pictures], story) == 0
    assert play([pictures], later) == 0


def _draw_and_kill(pictures: Path) -> None:
    command = [sys.executable, "-P", "-m", "tests.journeys.killed_child", str(pictures)]
    environment = os.environ | {
        "PYTHONPATH": str(CHECKOUT),
        "QT_QPA_PLATFORM": "offscreen",
        "OMP_NUM_THREADS": "1",
    }
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "drawn\n"
        child.kill()
    finally:
        child.kill()
        child.communicate()
    assert child.returncode == -signal.SIGKILL
