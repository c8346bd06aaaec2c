"""Scores of trained models side by side, and both of them on the image that is open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.errors import MaskwrightError
from core.models.trained import TrainedModel
from core.training.events import Compared
from core.training.scores import Scores
from gui.counting import counted
from gui.training.comparison_table import ComparisonTable


class ModelComparisonDialog(QDialog):
    """A column for each model; of a single one its parent stands beside it."""

    propose_requested = Signal(object)
    """Carries the ids of the models."""

    def __init__(self, models: Sequence[TrainedModel], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Compare models"))
        self.resize(220 + 170 * max(len(models), 2), 300)
        self.table = ComparisonTable(self)
        names = [model.spec.name for model in models]
        scores = [_scores(model, "new") for model in models]
        old = [_number(model, "new_replay") for model in models]
        ids = [model.spec.id for model in models]
        if len(models) == 1:
            names.insert(0, self.tr("Its parent"))
            scores.insert(0, _scores(models[0], "old"))
            old.insert(0, _number(models[0], "old_replay"))
            ids.insert(0, models[0].parent_id)
        self._names = names
        self.model_ids = tuple(ids)
        self.table.show_models(names, scores, old)
        self.note = QLabel(
            self.tr(
                "Being judged now, all on the same images… Until then: what each scored when it "
                "was trained."
            ),
            self,
        )
        self.note.setWordWrap(True)
        self.note.setProperty("quiet", True)
        self.busy = QProgressBar(self)
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(8)
        self.busy.setAccessibleName(self.tr("Models are being judged"))
        self.propose = QPushButton(self.tr("Show all of them on this image"), self)
        self.propose.clicked.connect(
            lambda _checked=False: self.propose_requested.emit(self.model_ids)
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        layout.addWidget(self.table)
        layout.addWidget(self.busy)
        layout.addWidget(self.note)
        layout.addStretch(1)
        layout.addWidget(self.propose)
        layout.addWidget(buttons)

    def show_compared(self, found: Compared) -> None:
        """Show what the models scored on the same images."""
        if found.model_ids != self.model_ids:
            return
        self.busy.hide()
        self.table.show_models(self._names, found.scores, found.old)
        images = counted(found.images, "image")
        if found.by_parts:
            text = self.tr("All were judged on the same held-out quarters of {images}.")
        else:
            text = self.tr(
                "All were judged just now on the same {images} that none of them has learnt from."
            )
        self.note.setText(text.format(images=images))

    def show_problem(self, error: MaskwrightError) -> None:
        """Say why they cannot be judged on the same images; what was recorded stays."""
        self.busy.hide()
        recorded = self.tr(
            "Shown is what each scored when it was trained, perhaps on different images."
        )
        self.note.setText(f"{error} {recorded}")


def _scores(model: TrainedModel, key: str) -> Scores | None:
    record = model.record.get(key)
    try:
        return Scores(**record) if isinstance(record, dict) else None
    except TypeError:
        return None


def _number(model: TrainedModel, key: str) -> float | None:
    value = model.record.get(key)
    return float(value) if isinstance(value, int | float) else None
