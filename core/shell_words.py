"""Which words of the shell only open the window, told without the parser of commands.

Loading that parser takes as long as a good part of the window.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

COMMANDS = frozenset(
    {
        "backup",
        "check",
        "convert",
        "demo",
        "doctor",
        "export",
        "open",
        "propose",
        "relocate",
        "score",
        "train",
    }
)
"""What is never taken for a path."""


def has_display() -> bool:
    """Whether a window can be opened: always off Linux, else where a display is named."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def only_open_the_window(words: Sequence[str]) -> bool:
    """Whether there is nothing in these words but, at most, a path that exists.

    False where there is no display: ``core.cli`` says so, as it does of whatever is wrong.
    """
    if not has_display() or len(words) > 1:
        return False
    return all(
        not word.startswith("-") and word not in COMMANDS and Path(word).exists() for word in words
    )
