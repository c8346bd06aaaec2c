"""What may import what; and that a program that starts, or waits for a model, has no torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
HEAVY = {"torch", "torchvision", "torchaudio", "scipy.optimize", "matplotlib"}


def modules_after(statement: str) -> set[str]:
    """Names of all modules that a fresh interpreter has loaded after a statement."""
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stdout.splitlines()[-1]))


def test_the_import_rules_hold() -> None:
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_starting_the_window_imports_no_torch() -> None:
    loaded = modules_after("import gui.__main__, gui.app")
    assert "PySide6.QtWidgets" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    "module", ["core.cli", "core.engine.client", "core.models.registry", "core.tasks.queue"]
)
def test_the_program_without_a_screen_has_neither_torch_nor_qt(module: str) -> None:
    loaded = modules_after(f"import {module}")
    assert loaded & HEAVY == set()
    assert not any(name.partition(".")[0] in {"PySide6", "gui"} for name in loaded)


def test_tools_and_the_viewport_run_without_qt() -> None:
    loaded = modules_after("import gui.tools.registry, gui.canvas.viewport")
    assert not any(name.startswith("PySide6") for name in loaded)
