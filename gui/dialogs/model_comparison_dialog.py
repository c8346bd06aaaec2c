"""Scores of trained models side by side, and both of them on the image that is open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from core.models.trained import TrainedModel
from core.training.scores import Scores
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
        self.table.show_models(names, scores, old)
        self.note = QLabel(
            self.tr(
                "Each model was judged when it was trained, on images that it did not learn "
                "from. Models that were trained on different images may have been judged on "
                "different ones, too."
            ),
            self,
        )
        self.note.setWordWrap(True)
        self.note.setProperty("quiet", True)
        self.propose = QPushButton(self.tr("Show all of them on this image"), self)
        self.propose.clicked.connect(lambda _checked=False: self.propose_requested.emit(tuple(ids)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        layout.addWidget(self.table)
        layout.addWidget(self.note)
        layout.addStretch(1)
        layout.addWidget(self.propose)
        layout.addWidget(buttons)


def _scores(model: TrainedModel, key: str) -> Scores | None:
    record = model.record.get(key)
    try:
        return Scores(**record) if isinstance(record, dict) else None
    except TypeError:
        return None


def _number(model: TrainedModel, key: str) -> float | None:
    value = model.record.get(key)
    return float(value) if isinstance(value, int | float) else None
