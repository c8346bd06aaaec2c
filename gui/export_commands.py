"""Exports and scores as files: the window asks and reports, tasks do the writing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox

from core.errors import MaskwrightError
from core.formats.dataset import ExportReport
from core.headless.exporting import export_project, would_replace
from core.scoring.report import score_dataset, write_csv, write_json
from core.tasks.queue import Lane, Task, TaskContext
from gui.dialogs.export_dialog import ExportDialog, ExportRequest
from gui.dialogs.report_dialog import ReportDialog
from gui.workbench import Workbench

EXPORT_TASK = "Export"
FILES_SHOWN = 6


class ExportCommands(QObject):
    """What writes files for other programs."""

    exported = Signal(object)
    """Carries the ExportReport of an export that has ended."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._bench = bench
        self._session = bench.session
        self._window = window

    def export(self) -> None:
        """Ask what to export, and where to."""
        project = self._session.project
        suggestion = project.path.with_suffix("").with_name(f"{project.path.stem}-export")
        counts = self.tr("{images} images.").format(images=len(project.images))
        dialog = ExportDialog(self._session.state, suggestion, counts, self._window)
        if dialog.exec():
            request = dialog.request()
            if not would_replace(request.target) or self._may_replace(request.target):
                self.export_now(request)

    def export_now(self, request: ExportRequest) -> None:
        """Write in the background, read back, compare, and show the report.

        An unfinished drawing is no part of it. What stands at the target is
        kept as a backup.
        """
        project = self._session.project

        def run(_context: TaskContext) -> ExportReport:
            return export_project(project, request.layer_id, request.target, request.kind)

        task = Task(EXPORT_TASK, Lane.INTERACTIVE, None, run)
        self._bench.tasks.submit(task, self._on_exported, self._session.error_raised.emit)

    def is_exporting(self) -> bool:
        """Whether an export is being written."""
        return any(task.name == EXPORT_TASK for task in self._bench.tasks.running())

    def save_scores(self) -> None:
        """Ask for a name and write the scores of all images as CSV or JSON."""
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save scores"),
            str(self._session.project.path.with_name("scores.csv")),
            self.tr("Table (*.csv);;JSON, with the pairs of objects (*.json)"),
        )
        if chosen:
            self.save_scores_to(Path(chosen))

    def save_scores_to(self, path: Path) -> None:
        """Score all images in the background and write them: JSON for ``.json``, else CSV."""
        watch = self._bench.scores
        truth, predictions = watch.truth_layer_id, watch.prediction_layer_id
        if truth is None:
            self._session.error_raised.emit(
                MaskwrightError(
                    "There is no reference to score against.",
                    "Import one from the File menu first.",
                )
            )
            return
        project = self._session.project
        write = write_json if path.suffix.lower() == ".json" else write_csv

        def run(context: TaskContext) -> Path:
            def report(share: float) -> None:
                context.check_cancelled()
                context.progress(share, "Scores")

            dataset = project.snapshot()
            write(score_dataset(dataset, truth, predictions, report), dataset, path)
            return path

        task = Task("Save scores", Lane.INTERACTIVE, None, run)
        self._bench.tasks.submit(task, self._on_scores_saved, self._session.error_raised.emit)

    def _may_replace(self, target: Path) -> bool:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Export"))
        box.setText(self.tr("There is something at this place already. Write over it?"))
        box.setInformativeText(self.tr("A backup of it is kept beside it.") + f"\n{target}")
        replace = box.addButton(self.tr("Write over"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is replace

    def _on_exported(self, report: ExportReport) -> None:
        self._session.message_posted.emit(report.summary)
        self.exported.emit(report)
        files = "\n".join(str(path) for path in report.written[:FILES_SHOWN])
        more = len(report.written) - FILES_SHOWN
        if more > 0:
            files += f"\n… and {more} more files"
        summary = f"{report.summary}\n\n{files}"
        ReportDialog(self.tr("Export"), summary, report.losses, self._window).show()

    def _on_scores_saved(self, path: Path) -> None:
        self._session.message_posted.emit(f"Scores are in {path}.")
