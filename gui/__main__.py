"""The ``maskwright`` command with its window: joins ``core.cli`` and ``gui``."""

from __future__ import annotations

from pathlib import Path

from core.cli import build_command


class _QtScreens:
    """Imports Qt only when a command needs it."""

    def open_window(self, path: Path | None, *, demo: bool) -> int:
        """Open the window; returns the exit status when it is closed."""
        from gui.app import run_window

        return run_window(path, demo=demo)

    def play_demo(self, folder: Path | None) -> int:
        """Play the demo journey offscreen; returns the exit status."""
        from gui.demo_journey import play

        return play(folder)


def main() -> None:
    """Run the command that the shell names."""
    build_command(_QtScreens())()


if __name__ == "__main__":
    main()
