from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from core.project.project import Project
from core.tasks.queue import TaskQueue
from gui.background import MainThreadBridge
from gui.session import Session
from tests.core.project.pictures import write_picture


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Three small pictures of different greys, one label, one layer."""
    names = ["one.png", "two.png", "three.png"]
    for number, name in enumerate(names):
        write_picture(tmp_path / name, value=60 + 40 * number)
    project = Project.create(tmp_path / "test.maskwright", tmp_path, names, author="tester")
    yield project
    project.close(give_up_unsaved=True)


@pytest.fixture
def session(qapp: QApplication, project: Project) -> Iterator[Session]:
    """The first picture is on the screen."""
    session = Session(project)
    session.show_image(1)
    yield session
    session.close()


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[TaskQueue]:
    """A queue that delivers to the thread of the test."""
    bridge = MainThreadBridge()
    queue = TaskQueue(bridge.deliver, threads=2)
    yield queue
    queue.close()
    bridge.close()
