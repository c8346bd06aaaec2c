"""How well every two layers agree: annotators with each other, models with people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTableWidget, QVBoxLayout, QWidget

from core.scoring.agreement import PairAgreement, mean_agreement
from gui.charts.number_cell import NumberCell, TextCell


class AgreementPage(QWidget):
    """A table with a row for each pair of layers."""

    requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.compare = QPushButton(self.tr("Compare all layers"), self)
        self.compare.clicked.connect(lambda _checked=False: self.requested.emit())
        self.summary = QLabel(
            self.tr(
                "F1 counts objects that both have; IoU and Dice are means over labels; "
                "Cohen's kappa is agreement on the labels of paired objects beyond chance."
            ),
            self,
        )
        self.summary.setWordWrap(True)
        self.summary.setProperty("quiet", True)
        headers = [
            self.tr("Layer"),
            self.tr("Layer"),
            self.tr("In both"),
            self.tr("In one only"),
            "F1",
            "IoU",
            "Dice",
            self.tr("Cohen's kappa"),
        ]
        self.table = QTableWidget(0, len(headers), self)
        self.table.setHorizontalHeaderLabels(headers)
        self.table.setAccessibleName(self.tr("Agreement of layers"))
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.table.setShowGrid(False)
        self.table.setColumnWidth(0, 220)
        self.table.setColumnWidth(1, 220)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.summary, 1)
        top.addWidget(self.compare)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)

    def show_agreement(self, pairs: Sequence[PairAgreement], names: Mapping[int, str]) -> None:
        """Fill the table, the best pair first."""
        self.table.setSortingEnabled(False)
        self.table.setRowCount(len(pairs))
        for row, pair in enumerate(sorted(pairs, key=lambda item: -(item.f1 or 0.0))):
            self.table.setItem(row, 0, TextCell(names[pair.first_layer_id]))
            self.table.setItem(row, 1, TextCell(names[pair.second_layer_id]))
            self.table.setItem(row, 2, NumberCell(str(pair.objects_in_both)))
            self.table.setItem(row, 3, NumberCell(str(pair.objects_in_one)))
            for column, value in enumerate((pair.f1, pair.iou, pair.dice, pair.kappa), start=4):
                self.table.setItem(
                    row, column, NumberCell("n/a" if value is None else f"{value:.3f}")
                )
        self.table.setSortingEnabled(True)
        mean = mean_agreement(pairs)
        if mean is not None:
            self.summary.setText(
                self.tr("Mean F1 of {pairs} pairs of layers: {mean:.3f}.").format(
                    pairs=len(pairs), mean=mean
                )
            )
