"""A window of a project, with everything that it needs around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QSettings

from core.engine.client import DEFAULT_RUNNER
from core.project.project import Project
from core.tasks.queue import TaskQueue
from gui.background import MainThreadBridge
from gui.main_window import MainWindow
from gui.proposals.model_runs import ModelRuns


@contextmanager
def main_window(
    project: Project, folder: Path, *, runner: str = DEFAULT_RUNNER
) -> Iterator[MainWindow]:
    """The window of an open project; closed at the end."""
    bridge = MainThreadBridge()
    tasks = TaskQueue(bridge.deliver, threads=2)
    runs = ModelRuns(bridge, runner=runner)
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(project, tasks, runs, settings, "tester", folder / "maskwright.log")
    window.show()
    window.open_first_image()
    try:
        yield window
    finally:
        window.close()
        tasks.close()
        runs.close()
        bridge.close()
