"""Training while one labels: begin, watch, pause, stop, and the models that came of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.training import events
from core.training.progress import RunProgress, RunStatus, time_in_words
from gui.training.models_page import ModelsPage
from gui.training.next_page import NextPage
from gui.training.progress_page import ProgressPage
from gui.training.training_runs import TrainingRuns


class TrainingPanel(QWidget):
    """One column: what to start from, the buttons, how far it is, two pages."""

    train_requested = Signal()
    options_requested = Signal()
    automatic_toggled = Signal(bool)
    use_requested = Signal(str)

    def __init__(self, runs: TrainingRuns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self.parent_model = QComboBox(self)
        self.parent_model.setAccessibleName(self.tr("Model to start from"))
        self.parent_model.setToolTip(self.tr("The model that the training starts from"))
        self.parent_model.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.parent_model.setMinimumContentsLength(12)
        self.train = self._button(self.tr("Train"), self.tr("Learn from what is labelled (Ctrl+T)"))
        self.pause = self._button(self.tr("Pause"), self.tr("Stop after this step, or go on"))
        self.stop = self._button(self.tr("Stop"), self.tr("End now and keep the best round"))
        self.options = self._button(self.tr("Options…"), self.tr("Task, losses, steps, seed"))
        self.automatic = QCheckBox(self.tr("Train when an image is approved"), self)
        self.automatic.toggled.connect(self.automatic_toggled)
        self.status = QLabel(self)
        self.status.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName(self.tr("Progress of the training"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.use_anyway = self._button(self.tr("Use it anyway"), "")
        self.discard = self._button(
            self.tr("Discard"), self.tr("Throw the interrupted training away")
        )
        self.progress = ProgressPage(self)
        self.models = ModelsPage(self)
        self.next = NextPage(self)
        self.pages = QTabWidget(self)
        self.pages.setDocumentMode(True)
        self.pages.addTab(self.progress, self.tr("Progress"))
        self.pages.addTab(self.next, self.tr("Next"))
        self.pages.addTab(self.models, self.tr("Models"))
        self._lay_out()
        self.train.clicked.connect(lambda _checked=False: self._train_or_resume())
        self.pause.clicked.connect(lambda _checked=False: runs.pause_or_go_on())
        self.stop.clicked.connect(lambda _checked=False: runs.stop())
        self.options.clicked.connect(lambda _checked=False: self.options_requested.emit())
        self.discard.clicked.connect(lambda _checked=False: runs.forget_unfinished())
        self.use_anyway.clicked.connect(lambda _checked=False: self._use_last())
        runs.changed.connect(self.refresh)
        self.refresh()

    def set_parents(self, parents: Sequence[tuple[str, str]], chosen: str = "") -> None:
        """Offer these models, pairs of id and name, to start from."""
        wanted = chosen or self.parent_model.currentData()
        self.parent_model.clear()
        for model_id, name in parents:
            self.parent_model.addItem(name, model_id)
        self.parent_model.setCurrentIndex(max(self.parent_model.findData(wanted), 0))

    def refresh(self) -> None:
        """Show how far the run is."""
        progress, busy = self._runs.progress, self._runs.is_busy
        resumable = self._runs.resumable is not None
        self.train.setText(self.tr("Resume") if resumable else self.tr("Train"))
        self.train.setEnabled(not busy)
        self.parent_model.setEnabled(not busy)
        self.options.setEnabled(not busy)
        begun = progress is not None and progress.prepared is not None
        self.pause.setEnabled(busy and begun)
        paused = busy and progress is not None and progress.status is RunStatus.PAUSED
        self.pause.setText(self.tr("Continue") if paused else self.tr("Pause"))
        self.stop.setEnabled(busy)
        self.discard.setVisible(resumable)
        self.status.setText(self._words(progress))
        self.status.setVisible(progress is not None)
        fraction = None if progress is None else progress.fraction
        self.bar.setVisible(busy)
        self.bar.setRange(0, 0 if fraction is None else 1000)
        self.bar.setValue(round((fraction or 0.0) * 1000))
        end = None if progress is None else progress.end
        self.use_anyway.setVisible(isinstance(end, events.Finished) and not end.promoted)
        self.progress.show_run(progress, self._runs.folder)

    def _words(self, progress: RunProgress | None) -> str:
        if progress is None:
            return ""
        end = progress.end
        if isinstance(end, events.Finished):
            return end.verdict
        if isinstance(end, events.Failed):
            return f"{end.message} {end.hint}".strip()
        if progress.prepared is None:
            return self.tr("Reading the labels and the model…")
        parts = [
            self.tr("Round {round}, step {step} of {steps}").format(
                round=progress.round + 1, step=progress.step, steps=progress.steps
            )
        ]
        if progress.status is RunStatus.PAUSED:
            return self.tr("Paused. {}").format(parts[0])
        if progress.steps_per_second:
            parts.append(self.tr("{:.1f} steps/s").format(progress.steps_per_second))
        if progress.seconds_left is not None:
            parts.append(self.tr("{} left at most").format(time_in_words(progress.seconds_left)))
        return " · ".join(parts)

    def _train_or_resume(self) -> None:
        if self._runs.resumable is not None:
            self._runs.resume()
        else:
            self.train_requested.emit()

    def _use_last(self) -> None:
        progress = self._runs.progress
        if progress is not None and isinstance(progress.end, events.Finished):
            found = [m for m in self._runs.models if str(m.path) == progress.end.model_file]
            if found:
                self.use_requested.emit(found[0].spec.id)

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(QLabel(self.tr("Start from"), self))
        first.addWidget(self.parent_model, 1)
        first.addWidget(self.options)
        second = QHBoxLayout()
        second.setSpacing(4)
        for button in (self.train, self.pause, self.stop):
            second.addWidget(button)
        layout.addLayout(first)
        layout.addLayout(second)
        layout.addWidget(self.automatic)
        layout.addWidget(self.bar)
        layout.addWidget(self.status)
        third = QHBoxLayout()
        third.setSpacing(4)
        third.addWidget(self.use_anyway)
        third.addWidget(self.discard)
        third.addStretch(1)
        layout.addLayout(third)
        layout.addWidget(self.pages, 1)
