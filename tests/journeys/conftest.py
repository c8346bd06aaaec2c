from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.journeys.driver import Person, play

Play = Callable[[Sequence[str | Path], Callable[[Person], None]], int]


@pytest.fixture(name="play")
def play_fixture(qapp: QApplication) -> Play:
    """Runs the program's ``main`` with arguments while a story acts."""
    return play
