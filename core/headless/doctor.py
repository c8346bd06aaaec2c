"""Looks at the machine: what works, what is missing, and what to do about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from core.diagnostics import environment_lines
from core.errors import MaskwrightError
from core.models.registry import registered_models, weights_path

TORCH_QUESTION = """
import json, sys
import torch, torchvision
cuda = torch.cuda.is_available()
mps = torch.backends.mps.is_available()
print(json.dumps({
    "torch": torch.__version__,
    "torchvision": torchvision.__version__,
    "device": torch.cuda.get_device_name(0) if cuda else "MPS" if mps else "",
    "built_for_cuda": torch.version.cuda or "",
}))
"""
TORCH_TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``advice`` says what to do when it is not well."""

    subject: str
    state: str
    well: bool = True
    advice: str = ""


def examine() -> tuple[Finding, ...]:
    """Everything that the program stands on, the environment first."""
    return (
        *(Finding("Software", line) for line in environment_lines()),
        _display(),
        _device(),
        *_models(),
        _writable("Log folder", platformdirs.user_log_path("maskwright", appauthor=False)),
        _writable("Data folder", platformdirs.user_data_path("maskwright", appauthor=False)),
    )


def has_display() -> bool:
    """Whether a window can be opened: always off Linux, else where a display is named."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _display() -> Finding:
    if has_display():
        return Finding("Display", "there is one")
    return Finding(
        "Display",
        "there is none; commands and the demo work without",
        advice="Start a desktop session, or use xvfb-run, to open the window.",
    )


def _device() -> Finding:
    """Which device models run on; asked of a process of its own, because torch is large."""
    try:
        answer = subprocess.run(
            [sys.executable, "-P", "-c", TORCH_QUESTION],
            capture_output=True,
            text=True,
            timeout=TORCH_TIMEOUT_S,
            check=True,
        )
        facts = json.loads(answer.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        return Finding(
            "Device",
            f"torch could not be started ({type(error).__name__})",
            well=False,
            advice="Reinstall it: pip install --force-reinstall torch torchvision.",
        )
    if facts["device"]:
        return Finding("Device", f"{facts['device']}, torch {facts['torch']}")
    why = (
        "torch finds no CUDA device" if facts["built_for_cuda"] else "this torch is built for CPUs"
    )
    return Finding("Device", f"CPU ({why}), torch {facts['torch']}")


def _models() -> tuple[Finding, ...]:
    return tuple(_model(spec.name, spec.id) for spec in registered_models())


def _model(name: str, model_id: str) -> Finding:
    spec = next(item for item in registered_models() if item.id == model_id)
    try:
        path = weights_path(spec)
    except MaskwrightError as error:
        return Finding("Model", f"{name}: {error.message}", advice=error.hint)
    return Finding("Model", f"{name}: weights are in {path.name}")


def _writable(subject: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(subject, str(folder))
    except OSError as error:
        return Finding(
            subject,
            f"{folder} cannot be written to: {error.strerror}",
            well=False,
            advice="Make it writable, or set XDG_DATA_HOME and XDG_STATE_HOME.",
        )
