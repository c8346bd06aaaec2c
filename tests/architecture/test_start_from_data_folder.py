"""A data folder may hold anything, its own ``core/`` too; nothing in it is ever executed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
TRAPS = ("core", "gui", "resources", "numpy", "torch", "cv2", "json", "logging", "sitecustomize")
ENGINE_PROGRAM = """
import os, queue, sys
from pathlib import Path
import numpy as np
from core.engine.client import EngineClient
from core.engine.protocol import JobFinished, Lane, ModelRequest

os.environ["PYTHONPATH"] = os.pathsep.join(["", ".", os.environ["PYTHONPATH"]])
events = queue.SimpleQueue()
runner = "tests.core.engine.fake_runner:FakeRunner"
client = EngineClient(events.put, runner=runner, temporary_folder=Path(sys.argv[1]))
image = np.zeros((20, 20, 3), np.uint8)
client.submit(ModelRequest(image, "digest", "mask"), Lane.VISIBLE)
while not isinstance(event := events.get(timeout=20), JobFinished):
    print(event)
client.close()
"""
CONSOLE_SCRIPT = """
import sys
from gui.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """A folder with packages and modules that leave a trace when they are imported."""
    folder = tmp_path / "data"
    trace = tmp_path / "executed"
    for name in TRAPS:
        code = f"open({str(trace)!r}, 'a').write({name!r})\nraise SystemExit('trapped')\n"
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(code)
    return folder


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
    )
    assert not (folder.parent / "executed").exists(), (folder.parent / "executed").read_text()
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def test_the_engine_child(data_folder: Path) -> None:
    result = run(data_folder, sys.executable, "-P", "-m", "core.engine.child", "--help")
    assert "--runner" in result.stdout


def test_the_engine_of_a_program_that_works_there(data_folder: Path, tmp_path: Path) -> None:
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    run(data_folder, sys.executable, "-P", "-c", ENGINE_PROGRAM, exchange)


def test_the_console_command(data_folder: Path, tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("maskwright")
    if not script.exists():
        script = tmp_path / "bin" / "maskwright"
        script.parent.mkdir()
        script.write_text(CONSOLE_SCRIPT)
    result = run(data_folder, sys.executable, script, "--help")
    assert "export" in result.stdout


def test_the_trap_works(data_folder: Path) -> None:
    """Without the precautions the folder's own code would run."""
    result = subprocess.run(
        [sys.executable, "-m", "core.engine.child", "--help"],
        cwd=data_folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0
    assert (data_folder.parent / "executed").exists()
