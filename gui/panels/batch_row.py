"""How far a model is that runs over many images."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from gui.proposals.batch_proposals import BatchReport


class BatchRow(QWidget):
    """A bar with the count of images and the time left, and a button that stops it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName(self.tr("Progress over many images"))
        self.cancel = QPushButton(self.tr("Stop"), self)
        self.cancel.setToolTip(self.tr("Stop; what was proposed until now stays"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.cancel)
        self.hide()

    def show_report(self, report: BatchReport | None) -> None:
        """Say how far it is; None when there is no batch."""
        self.setVisible(report is not None)
        if report is None:
            return
        self.bar.setRange(0, report.total)
        self.bar.setValue(report.done)
        left = "" if report.seconds_left is None else f" · {duration_text(report.seconds_left)}"
        self.bar.setFormat(f"%v / %m{left}")
        failed = f", {len(report.failures)} failed" if report.failures else ""
        self.bar.setToolTip(
            self.tr("{model} on {total} images{failed}").format(
                model=report.model_name, total=report.total, failed=failed
            )
        )


def duration_text(seconds: float) -> str:
    """Time left, roughly: "40 s", "3 min", "2 h"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
