"""Brings results of background work back to the thread that owns the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot


class MainThreadBridge(QObject):
    """``deliver`` may be called from any thread; the callable runs on the bridge's own."""

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def deliver(self, callback: Callable[[], None]) -> None:
        """Run a callable on the window's thread, soon and in order."""
        self._posted.emit(callback)

    def close(self) -> None:
        """Drop everything that is still on its way."""
        self._open = False

    @Slot(object)
    def _run(self, callback: Callable[[], None]) -> None:
        if self._open:
            callback()
