"""The log file, and the report that is written when something unexpected happens."""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from core.errors import WriteError

LOG_BYTES = 1_000_000
OLD_LOGS = 3
REPORTED_PACKAGES = (
    "maskwright",
    "PySide6-Essentials",
    "numpy",
    "opencv-python-headless",
    "torch",
    "torchvision",
)


def start_log(folder: Path) -> Path:
    """Send the program's log to a file in ``folder`` and return its path.

    Raises WriteError when the folder cannot be written to; the program works
    without a log too.
    """
    path = folder / "maskwright.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=LOG_BYTES, backupCount=OLD_LOGS, encoding="utf-8"
        )
    except OSError as error:
        raise WriteError(f"The log file {path} cannot be written: {error.strerror}.") from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return path


def stop_log() -> None:
    """Close the log file that ``start_log`` opened."""
    root = logging.getLogger()
    for handler in tuple(root.handlers):
        if isinstance(handler, RotatingFileHandler):
            root.removeHandler(handler)
            handler.close()


def write_report(
    folder: Path, kind: type[BaseException], error: BaseException, place: TracebackType | None
) -> Path:
    """Write what happened and what the program runs on to a text file; returns its path."""
    path = folder / f"report-{datetime.now():%Y%m%d-%H%M%S-%f}.txt"
    lines = [
        "Maskwright met something that it did not expect.",
        "",
        *environment_lines(),
        "",
        *(line.rstrip("\n") for line in traceback.format_exception(kind, error, place)),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def environment_lines() -> tuple[str, ...]:
    """Python, system and the versions of what matters, a line each."""
    return (
        f"Python {sys.version.split()[0]} on {platform.platform()}",
        *(f"{name} {_version(name)}" for name in REPORTED_PACKAGES),
    )


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
