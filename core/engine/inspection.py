"""Asks a process of its own which device models run on, because torch is large."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from core.engine.process import child_environment
from core.errors import ModelError

TIMEOUT_S = 120.0


def inspect_device(device: str = "auto", *, python: str = sys.executable) -> str:
    """The device that models would run on, why that one, and what makes it faster.

    It is the line that the engine tells when it starts; takes some seconds.
    Raises ModelError when torch cannot be started or a named device is not there.
    """
    with tempfile.TemporaryDirectory(prefix="maskwright-") as folder:
        try:
            done = subprocess.run(
                [python, "-P", "-m", "core.engine.self_test", device],
                cwd=folder,
                env=child_environment(os.environ),
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ModelError(f"Torch could not be started: {error}.") from error
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        reason = (done.stderr.splitlines() or ["it said nothing"])[-1]
        raise ModelError(f"Torch could not be started: {reason}")
    return lines[-1]
