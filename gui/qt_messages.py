"""Sends what Qt has to say to the program's log instead of the terminal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_LOG = logging.getLogger("qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
OFFSCREEN_REMARK = "This plugin does not support propagateSizeHints()"
"""Said for every window on the platform without a screen, where it means nothing."""


@contextmanager
def qt_messages_in_log() -> Iterator[None]:
    """Log Qt's messages while the program runs."""
    before = qInstallMessageHandler(_log)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _log(kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
    text = message or ""
    level = logging.DEBUG if text == OFFSCREEN_REMARK else _LEVELS.get(kind, logging.WARNING)
    _LOG.log(level, "%s", text)
