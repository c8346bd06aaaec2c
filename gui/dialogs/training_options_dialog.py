"""How to train: task, losses, steps, seed, replay; kept with the project."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.training.recipe import Recipe, Task
from gui.training.replay_field import ReplayField

LOSS_NAMES = {
    "cross_entropy": "Cross-entropy",
    "class_weighted": "Cross-entropy, rare classes count more",
    "border_weighted": "Cross-entropy, borders count twice",
    "dice": "Dice",
    "focal": "Focal",
    "tversky": "Tversky, missed pixels cost more",
    "hard_negatives": "Hard negatives, 3 to 1",
    "smooth_l1": "Smooth L1",
}


class TrainingOptionsDialog(QDialog):
    """A form over a recipe; ``is_detector`` hides what detectors do not have."""

    chosen = Signal(object)
    """Carries the new Recipe."""

    def __init__(self, recipe: Recipe, *, is_detector: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("How to train"))
        self._recipe = recipe
        self.task = QComboBox(self)
        self.task.addItem(self.tr("Objects one by one"), Task.INSTANCES)
        self.task.addItem(self.tr("A class for every pixel"), Task.SEMANTIC)
        self.task.setCurrentIndex(max(self.task.findData(recipe.task), 0))
        self.steps = self._number(recipe.steps, 1, 100_000)
        self.rounds = self._number(recipe.round_steps, 1, 10_000)
        self.rounds.setToolTip(self.tr("After so many steps the model is judged, shown and saved"))
        self.batch = self._number(recipe.batch, 1, 64)
        self.crop = self._number(recipe.crop_px, 64, 1024, 32)
        self.crop.setSuffix(" px")
        self.rate = QDoubleSpinBox(self)
        self.rate.setDecimals(5)
        self.rate.setRange(0.00001, 0.1)
        self.rate.setSingleStep(0.0005)
        self.rate.setValue(recipe.learning_rate)
        self.replay = QDoubleSpinBox(self)
        self.replay.setRange(0.0, 0.9)
        self.replay.setSingleStep(0.1)
        self.replay.setValue(recipe.replay_share)
        self.replay.setToolTip(
            self.tr("Share of each batch that shows what the model knew before; 0 lets it forget")
        )
        self.replay_from = ReplayField(recipe.replay_from, self)
        self.seed = self._number(recipe.seed, 0, 2**31 - 1)
        self.frozen = QCheckBox(self.tr("Keep the encoder as it is"), self)
        self.frozen.setChecked(recipe.freeze_encoder)
        self.losses = {name: QCheckBox(self.tr(text), self) for name, text in LOSS_NAMES.items()}
        for name, box in self.losses.items():
            box.setChecked(name in recipe.losses)
            box.toggled.connect(lambda _on: self._check())
        self._lay_out(is_detector)
        self._check()

    def recipe(self) -> Recipe:
        """The recipe as the form says it."""
        losses = {
            name: self._recipe.losses.get(name, 1.0)
            for name, box in self.losses.items()
            if box.isChecked()
        }
        task = self._recipe.task
        return replace(
            self._recipe,
            task=task if task is Task.DETECTION else self.task.currentData(),
            steps=self.steps.value(),
            round_steps=self.rounds.value(),
            batch=self.batch.value(),
            crop_px=self.crop.value(),
            seed=self.seed.value(),
            learning_rate=self.rate.value(),
            replay_share=self.replay.value(),
            replay_from=self.replay_from.value(),
            freeze_encoder=self.frozen.isChecked(),
            losses=losses or self._recipe.losses,
        )

    def accept(self) -> None:
        """Hand the recipe on."""
        self.chosen.emit(self.recipe())
        super().accept()

    def _check(self) -> None:
        has_loss = any(box.isChecked() for box in self.losses.values())
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(has_loss)

    def _number(self, value: int, low: int, high: int, step: int = 1) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(low, high)
        box.setSingleStep(step)
        box.setValue(value)
        return box

    def _lay_out(self, is_detector: bool) -> None:
        form = QFormLayout()
        form.setSpacing(8)
        if not is_detector:
            form.addRow(self.tr("Learn"), self.task)
        self.task.setVisible(not is_detector)
        for name, field in (
            (self.tr("Steps at most"), self.steps),
            (self.tr("Steps in a round"), self.rounds),
            (self.tr("Pictures in a step"), self.batch),
            (self.tr("Side of a crop"), self.crop),
            (self.tr("Learning rate"), self.rate),
            (self.tr("Replay"), self.replay),
            (self.tr("Replay also"), self.replay_from),
            (self.tr("Seed"), self.seed),
        ):
            form.addRow(name, field)
        form.addRow("", self.frozen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        layout.addLayout(form)
        heading = QLabel(self.tr("Loss: the sum of"), self)
        heading.setProperty("heading", True)
        heading.setVisible(not is_detector)
        layout.addWidget(heading)
        grid = QGridLayout()
        grid.setSpacing(4)
        for place, box in enumerate(self.losses.values()):
            box.setVisible(not is_detector)
            grid.addWidget(box, place // 2, place % 2)
        layout.addLayout(grid)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout.addWidget(self._buttons)
