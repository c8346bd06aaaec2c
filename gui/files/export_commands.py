"""Exports and scores as files: the window asks and reports, tasks do the writing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox

from core.errors import MaskwrightError
from core.tasks.queue import Lane, Task, TaskContext
from gui.counting import counted
from gui.dialogs.report_dialog import ReportDialog
from gui.workbench import Workbench

if TYPE_CHECKING:
    from core.document.images import Dataset
    from core.formats.dataset import ExportReport
    from core.formats.export_preview import LabelPicture
    from core.scoring.metrics import DatasetMetrics
    from gui.dialogs.export_dialog import ExportDialog, ExportRequest

EXPORT_TASK = "Export"
_PREVIEW = "export preview"
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
        self._running = 0

    def export(self) -> None:
        """Ask what to export, and where to."""
        from core.headless.exporting import places_of, would_replace
        from gui.dialogs.export_dialog import ExportDialog

        project = self._session.project
        suggestion = project.path.with_suffix("").with_name(f"{project.path.stem}-export")
        counts = f"{counted(len(project.images), self.tr('image'))}."
        dialog = ExportDialog(self._session.state, suggestion, counts, self._window)
        dialog.preview_requested.connect(lambda request: self._preview(dialog, request))
        accepted = dialog.exec()
        request = dialog.request()
        dialog.deleteLater()
        if accepted:
            places = places_of(request.target, request.kind, request.options)
            taken = [place for place in places if would_replace(place)]
            if not taken or self._may_replace(taken[0]):
                self.export_now(request)

    def _preview(self, dialog: ExportDialog, request: ExportRequest) -> None:
        """Show what the export will write of the image on the screen, where objects overlap."""
        project, image = self._session.project, self._session.image
        if image is None or self._session.document is None:
            dialog.front.show_words(self.tr("There is no image to look at."))
            return
        image_id = image.id

        def run(_context: TaskContext) -> LabelPicture:
            from core.formats.export_preview import preview_classes

            return preview_classes(
                project.snapshot(), request.layer_id, image_id, request.kind, request.options
            )

        def show(picture: LabelPicture) -> None:
            if shiboken6.isValid(dialog):
                dialog.front.show_picture(picture)

        task = Task("Preview of the export", Lane.INTERACTIVE, (_PREVIEW,), run)
        self._bench.tasks.submit(task, show, self._session.error_raised.emit)

    def export_now(self, request: ExportRequest) -> None:
        """Write in the background, read back, compare, and show the report.

        An unfinished drawing is no part of it. What stands at the target is
        kept as a backup.
        """
        project = self._session.project

        def run(_context: TaskContext) -> ExportReport:
            from core.headless.exporting import export_project

            return export_project(
                project, request.layer_id, request.target, request.kind, request.options
            )

        self._running += 1
        task = Task(EXPORT_TASK, Lane.INTERACTIVE, None, run)
        self._bench.tasks.submit(task, self._on_exported, self._on_export_failed)

    def is_exporting(self) -> bool:
        """Whether an export is being written."""
        return self._running > 0

    def save_scores(self) -> None:
        """Ask for a name and write every number: a report, a table, JSON or Markdown."""
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save scores"),
            str(self._session.project.path.with_name("scores.html")),
            self.tr(
                "Report with charts and pictures (*.html);;Table (*.csv);;"
                "JSON, with the pairs of objects (*.json);;Markdown (*.md)"
            ),
        )
        if chosen:
            self.save_scores_to(Path(chosen))

    def save_scores_to(self, path: Path) -> None:
        """Measure all images in the background and write it as the suffix says, else as CSV."""
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

        def run(context: TaskContext) -> Path:
            from core.scoring.metrics import measure_dataset

            def report(share: float) -> None:
                context.check_cancelled()
                context.progress(share, "Scores")

            dataset = project.snapshot()
            write = _score_writer(path.suffix.lower())
            write(measure_dataset(dataset, truth, predictions, report), dataset, path)
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

    def _on_export_failed(self, error: MaskwrightError) -> None:
        self._running -= 1
        self._session.error_raised.emit(error)

    def _on_exported(self, report: ExportReport) -> None:
        self._running -= 1
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


def _score_writer(suffix: str) -> Callable[[DatasetMetrics, Dataset, Path], None]:
    """What writes scores into a file with this suffix; CSV for one that says nothing."""
    from core.scoring.html_report import write_html
    from core.scoring.metric_files import write_markdown, write_metrics_csv, write_metrics_json

    writers = {".html": write_html, ".json": write_metrics_json, ".md": write_markdown}
    return writers.get(suffix, write_metrics_csv)
