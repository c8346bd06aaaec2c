"""Asks what to export, and where to; shows the counts before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.document.document import ProjectState
from core.formats.exporting import EXPORT_FORMATS, ExportFormat, ExportKind


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What the person asked for; ``target`` is a file or a folder, as the format has it."""

    kind: ExportKind
    layer_id: int
    target: Path


class ExportDialog(QDialog):
    """Layer, format, target."""

    def __init__(
        self, state: ProjectState, suggestion: Path, counts: str, parent: QWidget | None = None
    ) -> None:
        """``suggestion`` is the path without suffix that is offered first."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export annotations"))
        self.setMinimumWidth(560)
        self._suggestion = suggestion
        self.kind = QComboBox(self)
        for kind, written in EXPORT_FORMATS.items():
            self.kind.addItem(self.tr(written.title), kind)
        self.layer = QComboBox(self)
        for _, layer in sorted(state.layers.items()):
            self.layer.addItem(layer.name, layer.id)
        self.target = QLineEdit(self)
        self.target.setMinimumWidth(320)
        browse = QPushButton(self.tr("Choose…"), self)
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.target, 1)
        row.addWidget(browse)
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(self.tr("&Format"), self.kind)
        form.addRow(self.tr("&Layer"), self.layer)
        form.addRow(self.tr("To"), row)
        note = QLabel(
            counts
            + " "
            + self.tr(
                "What is written is read back and compared pixel by pixel; "
                "whatever the format cannot say is listed."
            ),
            self,
        )
        note.setWordWrap(True)
        note.setProperty("quiet", True)
        buttons = QDialogButtonBox(self)
        buttons.addButton(self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addWidget(buttons)
        self.kind.currentIndexChanged.connect(self._suggest)
        self._suggest()

    def request(self) -> ExportRequest:
        """What was asked for."""
        return ExportRequest(
            kind=self.kind.currentData(),
            layer_id=int(self.layer.currentData()),
            target=Path(self.target.text()).expanduser(),
        )

    def _format(self) -> ExportFormat:
        return EXPORT_FORMATS[self.kind.currentData()]

    def _suggest(self) -> None:
        form = self._format()
        ending = f"-{form.kind.value}" if form.is_folder else form.suffix
        self.target.setText(f"{self._suggestion}{ending}")

    def _browse(self) -> None:
        form = self._format()
        if form.is_folder:
            chosen = QFileDialog.getExistingDirectory(
                self, self.tr("Folder to write to"), str(self._suggestion.parent)
            )
        else:
            chosen, _ = QFileDialog.getSaveFileName(
                self,
                self.tr("File to write"),
                self.target.text(),
                self.tr("COCO json") + f" (*{form.suffix})",
            )
        if chosen:
            self.target.setText(chosen)
