"""The engine is killed in the middle of real models, again and again, while somebody paints."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pytest

from core.document.geometry import Size
from core.document.mask import Mask
from core.editing.strokes import stroke
from core.engine.protocol import EngineDied, EngineEvent, JobFailed, JobProgress
from core.imaging.disk_strokes import disk_stroke
from core.project.project import Project
from tests.core.engine.conftest import Engine
from tests.core.engine.test_lifetime import has_ended
from tests.core.models.pictures import blobs
from tests.core.project.pictures import add, new_project, open_project, shape

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="waits for other processes through pidfd"
    ),
]
REAL = "core.engine.model_runner:ModelRunner"
MODELS = ("unet-nuclei", "maskrcnn-cells", "rpn-cells")
KILLS = 20
SIZE = Size(40, 30)


class Painter:
    """Paints one stroke after the other into a project, and knows what has to be there."""

    def __init__(self, project: Project) -> None:
        self._history = project.history
        first = Mask.from_array(np.ones((2, 2)), 1, 1)
        item = shape(first)
        self._history.apply(add(item))
        self.object_id = item.id
        self.painted = first
        self.strokes = 0

    def paint(self) -> None:
        """A short stroke somewhere else than the last one."""
        self.strokes += 1
        x, y = 2.0 + self.strokes % 35, 2.0 + self.strokes * 7 % 25
        dab = disk_stroke(np.array([[x, y], [x + 2, y]]), 1.0, SIZE)
        document = self._history.document(1)
        change = stroke(document, self.object_id, dab, subtract=False, author="tester")
        if change is not None:
            self._history.apply(change)
        self.painted = self.painted.united(dab)


def is_in_the_middle(job: int, event: EngineEvent) -> bool:
    return isinstance(event, JobProgress) and event.job == job and 0.15 < event.fraction < 0.85


def test_twenty_kills_in_the_middle_of_real_models_cost_no_stroke(
    make_engine: Callable[..., Engine], tmp_path: Path
) -> None:
    pixels, _ = blobs(3, 1100, 1100, count=60, radius_px=14)
    engine = make_engine(runner=REAL, device="cpu")
    path = new_project(tmp_path / "project")
    with open_project(path) as project:
        painter = Painter(project)
        for number, model in enumerate(islice(cycle(MODELS), KILLS)):
            job = engine.ask(model, pixels, digest=str(number))
            engine.wait_for(partial(is_in_the_middle, job))
            painter.paint()
            pid = engine.client.engine_pid
            assert pid is not None
            watched = os.pidfd_open(pid)
            os.kill(pid, signal.SIGKILL)
            painter.paint()
            died = engine.wait_for(lambda event: isinstance(event, EngineDied))
            assert isinstance(died, EngineDied)
            assert "killed" in died.message
            assert isinstance(engine.outcome(job), JobFailed)
            assert has_ended(watched)
            os.close(watched)
        last = engine.finished(engine.ask("unet-nuclei", pixels, digest="last"))
        assert len(last.proposals.items) >= 30
    with open_project(path) as project:
        found = project.history.document(1).annotations[painter.object_id].geometry
    assert painter.strokes == 2 * KILLS
    assert found == painter.painted
