"""The ``maskwright`` command with its window: joins ``core.cli`` and ``gui``."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from pathlib import Path

from core.errors import MaskwrightError
from core.shell_words import only_open_the_window


def load_window() -> None:
    """Import the modules of the window, which stay as long as the program.

    Python would look through all of them for garbage, many times while they are
    loaded and at every later collection: a tenth of the start, and pauses of the
    window for as long as it is open.
    """
    if "gui.app" in sys.modules:
        return
    gc.disable()
    try:
        import_module("gui.app")
    finally:
        gc.freeze()
        gc.enable()


class _QtScreens:
    """Imports Qt only when a command needs it."""

    def open_window(self, path: Path | None, *, demo: bool) -> int:
        """Open the window; returns the exit status when it is closed."""
        load_window()
        from gui.app import run_window

        return run_window(path, demo=demo)

    def play_demo(self, folder: Path | None) -> int:
        """Play the demo journey offscreen; returns the exit status."""
        from gui.demo_journey import play

        return play(folder)


def main() -> None:
    """Run the command that the shell names."""
    words, screens = sys.argv[1:], _QtScreens()
    if only_open_the_window(words):
        try:
            sys.exit(screens.open_window(Path(words[0]) if words else None, demo=False))
        except MaskwrightError as error:
            sys.exit(str(error))
    from core.cli import build_command

    build_command(screens)()


if __name__ == "__main__":
    main()
