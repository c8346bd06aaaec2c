"""Asks what to export, and where to; shows the counts before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
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
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.document.document import ProjectState
from core.formats.export_options import EVERYTHING, ExportOptions
from core.formats.exporting import EXPORT_FORMATS, ExportFormat, ExportKind
from gui.dialogs.export_front_page import FrontPage
from gui.dialogs.export_pages import ObjectsPage, PartsPage, ShapesPage


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What the person asked for; ``target`` is a file or a folder, as the format has it."""

    kind: ExportKind
    layer_id: int
    target: Path
    options: ExportOptions = EVERYTHING


class ExportDialog(QDialog):
    """Layer, format, target; and what of it is written, on pages."""

    preview_requested = Signal(object)
    """Carries the ExportRequest whose pixels are to be shown by ``front.show_picture``."""

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
        self.objects = ObjectsPage(state, self)
        self.parts = PartsPage(self)
        self.shapes = ShapesPage(self)
        self.front = FrontPage(state, self)
        self.pages = QTabWidget(self)
        for page, title in (
            (self.objects, self.tr("Objects")),
            (self.parts, self.tr("Parts")),
            (self.shapes, self.tr("Pictures and outlines")),
            (self.front, self.tr("Overlaps")),
        ):
            self.pages.addTab(page, title)
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
        self.accept_button = buttons.addButton(
            self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.pages)
        layout.addWidget(note)
        layout.addWidget(buttons)
        self.kind.currentIndexChanged.connect(self._suggest)
        self.kind.currentIndexChanged.connect(self._on_changed)
        self.layer.currentIndexChanged.connect(self._on_changed)
        for page in (self.objects, self.parts, self.shapes, self.front):
            page.changed.connect(self._on_changed)
        self._suggest()
        self._on_changed()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for the first picture once there is somebody to see it."""
        super().showEvent(event)
        self._on_changed()

    def request(self) -> ExportRequest:
        """What was asked for."""
        return ExportRequest(
            kind=self.kind.currentData(),
            layer_id=int(self.layer.currentData()),
            target=Path(self.target.text()).expanduser(),
            options=ExportOptions(
                labels=self.objects.chosen_labels() or frozenset(),
                states=self.objects.chosen_states() or frozenset(),
                reviews=self.objects.chosen_reviews(),
                split=self.parts.chosen(),
                pictures=self.shapes.chosen_pictures(),
                simplify_px=self.shapes.simplify.value(),
                front_labels=self.front.chosen() if self._format().is_pixel_map else (),
                with_reviews=self.objects.with_reviews.isChecked(),
            ),
        )

    def is_possible(self) -> bool:
        """Whether anything is chosen at all."""
        chosen = (self.objects.chosen_labels(), self.objects.chosen_states())
        return None not in chosen and self.parts.is_possible()

    def _on_changed(self) -> None:
        self.accept_button.setEnabled(self.is_possible())
        is_map = self._format().is_pixel_map
        self.pages.setTabEnabled(self.pages.indexOf(self.front), is_map)
        if is_map and self.is_possible():
            self.preview_requested.emit(self.request())

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
