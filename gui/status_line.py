"""The line at the bottom: message, cursor, image, saving, background work, device."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar, QWidget

from core.tasks.queue import TaskQueue
from gui.workbench import Workbench

POLL_MS = 100
VALUES_SHOWN = 6
"""Bands of a pixel whose values are written; more would push the rest of the line away."""
QUIET_TASKS = frozenset(
    {
        "Thumbnail",
        "Scores",
        "Open picture",
        "Count proposals",
        "Look whether snapping helps",
    }
)
WIDE_PX = 1500
"""From this width on there is room for what makes models faster here."""


class StatusLine(QStatusBar):
    """Says what is under the cursor, whether everything is saved, and what is at work."""

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._tasks: TaskQueue = bench.tasks
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 12, 0)
        self.cursor_text = QLabel(self)
        self.cursor_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._has_room = False
        self.image_text = QLabel(self)
        self.saved = QLabel(self)
        self.work_name = QLabel(self)
        self.work = QProgressBar(self)
        self.work.setRange(0, 100)
        self.work.setMaximumWidth(120)
        self.work.setTextVisible(False)
        self.work.setAccessibleName(self.tr("Background work"))
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.clicked.connect(self._cancel)
        self.device = QLabel(self)
        self._device_line = ""
        self._show_device(bench.runs.device_line)
        for widget in (
            self.cursor_text,
            self.image_text,
            self.work_name,
            self.work,
            self.cancel,
            self.saved,
            self.device,
        ):
            self.addPermanentWidget(widget)
        bench.canvas.cursor_moved.connect(self._show_cursor)
        bench.canvas.viewport_changed.connect(self._show_image)
        bench.session.image_changed.connect(lambda _image: self._show_image())
        bench.session.message_posted.connect(lambda text: self.showMessage(text, 8000))
        bench.runs.device_changed.connect(self._show_device)
        bench.images.failed.connect(lambda *_: self.image_text.clear())
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._timer.start()
        self._poll()

    def _show_cursor(self, position: tuple[float, float] | None) -> None:
        if position is None:
            self.cursor_text.clear()
            return
        x, y = position
        text = f"x {x:.0f}  y {y:.0f}{self._values_at(x, y)}"
        self._make_room_for(text)
        self.cursor_text.setText(text)

    def _make_room_for(self, text: str) -> None:
        """Only ever wider: a label of a fixed size does not lay the line out with each move."""
        hint = self.cursor_text.fontMetrics()
        width = hint.horizontalAdvance(text) + 8
        if width > self.cursor_text.maximumWidth() or not self._has_room:
            self._has_room = True
            self.cursor_text.setFixedSize(width + 24, hint.height())

    def _values_at(self, x: float, y: float) -> str:
        """The file's own values, however its tones are shown."""
        image = self._bench.loaded_image()
        if image is None or image.rgb is None or not image.size.box.contains(x, y):
            color = self._bench.canvas.color_at(x, y)
            return "" if color is None else "  R{:d} G{:d} B{:d}".format(*color)
        row, column = int(y), int(x)
        if image.samples is None:
            return "  R{:d} G{:d} B{:d}".format(*image.rgb[row, column].tolist())
        values = np.atleast_1d(image.samples[row, column])[:VALUES_SHOWN]
        return "  " + " ".join(f"{value:.6g}" for value in values.tolist())

    def _show_image(self) -> None:
        image = self._bench.session.image
        document = self._bench.session.document
        if image is None or document is None:
            self.image_text.clear()
            return
        size, scale = document.size, self._bench.canvas.device_scale
        self.image_text.setText(f"{size.width} × {size.height}  {scale * 100:.0f} %")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Say more where there is room for it."""
        super().resizeEvent(event)
        self._show_device(self._device_line)

    def _show_device(self, line: str) -> None:
        # The first clause names the device and why, the rest what makes it faster.
        self._device_line = line
        device, _, speed = line.partition("; ")
        shown = f"{device} · {speed}" if speed and self.width() >= WIDE_PX else device
        self.device.setText(self.tr("models: {}").format(shown))
        self.device.setToolTip(line)

    def _poll(self) -> None:
        pending = self._bench.session.project.pending
        if self._bench.session.project.read_only:
            self.saved.setText(self.tr("read-only"))
        else:
            self.saved.setText(self.tr("saving…") if pending else self.tr("saved"))
        self._show_work()

    def _show_work(self) -> None:
        runs = self._bench.runs.runs
        tasks = [task for task in self._tasks.running() if task.name not in QUIET_TASKS]
        self.cancel.setVisible(bool(runs))
        busy = bool(runs or tasks)
        self.work.setVisible(busy)
        self.work_name.setVisible(busy)
        if runs:
            name, fraction = runs[0].model_name, runs[0].fraction
        elif tasks:
            name, fraction = tasks[0].name, tasks[0].fraction
        else:
            return
        self.work_name.setText(name)
        self.work.setRange(0, 0 if fraction is None else 100)
        self.work.setValue(round((fraction or 0.0) * 100))

    def _cancel(self) -> None:
        self._bench.runs.cancel_all()
