"""What a run does right now: curves, scores old against new, a preview after every round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from core.training import events
from core.training.progress import RunProgress
from core.training.run import RunFolder
from gui.training.comparison_table import ComparisonTable

if TYPE_CHECKING:
    from gui.training.live_curves import LiveCurves


class ProgressPage(QScrollArea):
    """Everything about one run, from the top down."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._content = QWidget(self)
        self._layout = QVBoxLayout(self._content)
        self._layout.setContentsMargins(0, 8, 4, 0)
        self._layout.setSpacing(8)
        self.empty = QLabel(
            self.tr(
                "Label an image, approve it (Ctrl+Shift+D) and press Train. Parts of an image "
                "and scribbles are enough to begin with."
            ),
            self._content,
        )
        self.empty.setWordWrap(True)
        self.empty.setProperty("quiet", True)
        self.table = ComparisonTable(self._content)
        self.preview_heading = QLabel(self._content)
        self.preview_heading.setProperty("heading", True)
        self.preview = Preview(self._content)
        self.notices = QLabel(self._content)
        self.notices.setWordWrap(True)
        self.notices.setProperty("quiet", True)
        for widget in (
            self.empty,
            self.table,
            self.preview_heading,
            self.preview,
            self.notices,
        ):
            self._layout.addWidget(widget)
        self._layout.addStretch(1)
        self.setWidget(self._content)
        self.losses: LiveCurves | None = None
        self.scores: LiveCurves | None = None
        self._preview_shown = ""
        self.show_run(None, None)

    def show_run(self, progress: RunProgress | None, folder: RunFolder | None) -> None:
        """Show how far a run is; None when there was none yet."""
        self.empty.setVisible(progress is None)
        for widget in (self.table, self.preview_heading, self.preview, self.notices):
            widget.setVisible(progress is not None)
        if progress is None:
            for chart in (self.losses, self.scores):
                if chart is not None:
                    chart.hide()
            return
        self._show_curves(progress)
        self._show_table(progress)
        self._show_preview(progress, folder)
        self.notices.setText("\n".join(progress.notices[-4:]))
        self.notices.setVisible(bool(progress.notices))

    def _show_curves(self, progress: RunProgress) -> None:
        if self.losses is None or self.scores is None:
            from gui.training.live_curves import LiveCurves

            self.losses = LiveCurves(self.tr("Loss"), is_share=False, parent=self._content)
            self.scores = LiveCurves(
                self.tr("On held-out images"), is_share=True, parent=self._content
            )
            self._layout.insertWidget(1, self.losses)
            self._layout.insertWidget(2, self.scores)
        self.losses.show()
        self.scores.show()
        self.losses.show_curves(progress.losses)
        self.scores.show_curves(progress.scores)

    def _show_table(self, progress: RunProgress) -> None:
        prepared, best = progress.prepared, progress.best
        old = None if prepared is None else prepared.old
        new = None if best is None else best.scores
        if old is None and new is None:
            self.table.hide()
            return
        self.table.show()
        old_replay = None if prepared is None else prepared.old_replay
        new_replay = None if best is None else best.replay_dice
        names = (self.tr("Old"), self.tr("New"))
        self.table.show_models(names, (old, new), (old_replay, new_replay))

    def _show_preview(self, progress: RunProgress, folder: RunFolder | None) -> None:
        has_one = bool(progress.preview) and folder is not None
        self.preview.setVisible(has_one)
        self.preview_heading.setVisible(has_one)
        if folder is None or not progress.preview:
            self._preview_shown = ""
            return
        path = folder.path / progress.preview
        if str(path) != self._preview_shown:
            self._preview_shown = str(path)
            self.preview.show_file(path)
        over = isinstance(progress.end, events.Finished)
        text = self.tr("After the last round") if over else self.tr("After round {}")
        self.preview_heading.setText(text.format(progress.round))


class Preview(QLabel):
    """A picture that is as wide as there is room, and no wider than it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = QPixmap()
        self.setAccessibleName(self.tr("What the model proposes after the last round"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_file(self, path: Path) -> None:
        """Show a picture file; nothing when it cannot be read."""
        self._whole = QPixmap(str(path))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the picture as wide as there is room."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        if self._whole.isNull():
            self.clear()
            return
        ratio = self.devicePixelRatioF()
        width = min(round(self.width() * ratio), self._whole.width() * 2)
        scaled = self._whole.scaled(
            QSize(width, 10_000),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        scaled.setDevicePixelRatio(ratio)
        self.setPixmap(scaled)
        self.setFixedHeight(round(scaled.height() / ratio))
