"""What reads and writes files: open, import, export, save scores, choose weights.

Reading and writing happen in background tasks; the window only asks and reports.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMainWindow

from core.document.annotation import LayerRole
from core.editing.labels import import_labels
from core.errors import MaskwrightError
from core.formats.dataset import ExportReport, ReportEntry
from core.formats.labels_text import read_label_names
from core.formats.registry import read_annotations
from core.headless.doctor import Finding, examine
from core.headless.exporting import export_project
from core.project.importing import LayerImport
from core.project.rescan import RescanReport
from core.scoring.report import DatasetScore, score_dataset, write_csv, write_json
from core.tasks.queue import Lane, Task, TaskContext
from gui.dialogs.export_dialog import ExportDialog, ExportRequest
from gui.dialogs.report_dialog import ReportDialog
from gui.workbench import Workbench

T = TypeVar("T")


class FileCommands(QObject):
    """Commands of the File and Models menus."""

    open_requested = Signal(object)
    """Carries the Path of a folder, an annotation file or a project."""
    demo_requested = Signal()
    quit_requested = Signal()
    exported = Signal(object)
    """Carries the ExportReport of an export that has ended."""
    imported = Signal(object)
    """Carries the ImportReport of an import that has ended."""
    images_changed = Signal()
    """Images were added or found missing."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._bench = bench
        self._session = bench.session
        self._window = window
        self.selected_source: Callable[[], str] = lambda: "regions"

    def open_folder(self) -> None:
        """Ask for a folder of images and open it."""
        chosen = QFileDialog.getExistingDirectory(self._window, self.tr("Folder of images"))
        if chosen:
            self.open_requested.emit(Path(chosen))

    def open_file(self) -> None:
        """Ask for a project or an annotation file and open it."""
        chosen = self._ask_file(
            self.tr("Annotations or project"), "Maskwright, COCO (*.maskwright *.json)"
        )
        if chosen is not None:
            self.open_requested.emit(chosen)

    def open_demo(self) -> None:
        """Open the demo project."""
        self.demo_requested.emit()

    def import_reference(self) -> None:
        """Ask for annotations to compare with, and bring them in as a layer."""
        chosen = self._ask_file(self.tr("Reference annotations"), "COCO json (*.json);;All (*)")
        if chosen is not None:
            self.import_layer(chosen, LayerRole.REFERENCE)

    def import_predictions(self) -> None:
        """Ask for a model's results, and bring them in as a layer."""
        chosen = self._ask_file(self.tr("Predictions"), "COCO json (*.json);;All (*)")
        if chosen is not None:
            self.import_layer(chosen, LayerRole.PREDICTIONS)

    def import_layer(self, path: Path, role: LayerRole) -> None:
        """Read annotations in the background and add them as a layer."""
        project = self._session.project

        def run(_context: TaskContext) -> LayerImport:
            imported = read_annotations(path, project.image_root)
            return project.import_layer(imported, role, path.stem, path.name)

        self._submit("Import annotations", run, self._on_imported)

    def import_labels(self) -> None:
        """Ask for a text file with a name in each line, and make labels of them."""
        chosen = self._ask_file(self.tr("Label names"), "Text (*.txt *.names);;All (*)")
        if chosen is not None:
            self.import_labels_from(chosen)

    def import_labels_from(self, path: Path) -> None:
        """Make labels of the names in a file."""
        try:
            change = import_labels(self._session.state, read_label_names(path))
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        if change is None:
            self._session.message_posted.emit("All of these labels are there already.")
        else:
            self._session.apply(change)

    def rescan(self) -> None:
        """Look in the background for added, missing and changed images."""
        project = self._session.project
        self._submit(
            "Look for images",
            lambda _context: project.rescan(),
            self._on_rescanned,
        )

    def export(self) -> None:
        """Ask what to export, and where to."""
        project = self._session.project
        suggestion = project.path.with_suffix("").with_name(f"{project.path.stem}-export")
        counts = self.tr("{images} images.").format(images=len(project.images))
        dialog = ExportDialog(self._session.state, suggestion, counts, self._window)
        if dialog.exec():
            self.export_now(dialog.request())

    def export_now(self, request: ExportRequest) -> None:
        """Write in the background, read back, compare, and show the report."""
        self._bench.tools.finish()
        project = self._session.project

        def run(_context: TaskContext) -> ExportReport:
            return export_project(project, request.layer_id, request.target, request.kind)

        self._submit("Export", run, self._on_exported)

    def save_scores(self) -> None:
        """Ask for a name and write the scores of all images as CSV and JSON."""
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save scores"),
            str(self._session.project.path.with_suffix("").with_name("scores.csv")),
            self.tr("CSV, with a JSON file of the same name beside it (*.csv)"),
        )
        if chosen:
            self.save_scores_to(Path(chosen))

    def save_scores_to(self, path: Path) -> None:
        """Score all images in the background and write CSV and JSON."""
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

        def run(context: TaskContext) -> DatasetScore:
            dataset = project.snapshot()
            score = score_dataset(
                dataset, truth, predictions, progress=lambda part: context.progress(part, "Scores")
            )
            write_csv(score, dataset, path.with_suffix(".csv"))
            write_json(score, dataset, path.with_suffix(".json"))
            return score

        self._submit("Save scores", run, lambda _score: self._on_scores_saved(path))

    def propose(self) -> None:
        """Run what the proposals panel has chosen on this image."""
        self._bench.propose(self.selected_source())

    def choose_weights(self) -> None:
        """Ask for the weights file of the model that the proposals panel has chosen."""
        chosen = self._ask_file(
            self.tr("Weights file"), "Weights (*.pth *.pt *.safetensors);;All (*)"
        )
        if chosen is not None:
            self.use_weights(self.selected_source(), chosen)

    def use_weights(self, source: str, path: Path) -> None:
        """Load a file for a model from now on; what is wrong with it is said when it runs."""
        try:
            self._bench.runs.use_weights(source, path)
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        self._session.message_posted.emit(f"{path.name} is used from now on.")

    def show_device(self) -> None:
        """Say what works on this machine, which device models run on, and which there are."""

        def run(_context: TaskContext) -> tuple[Finding, ...]:
            return examine()

        self._session.message_posted.emit("Looking at this machine…")
        self._submit("Look at this machine", run, self._on_examined)

    def quit(self) -> None:
        """Leave the program; everything is saved already."""
        self.quit_requested.emit()

    def _submit(
        self, name: str, run: Callable[[TaskContext], T], on_done: Callable[[T], None]
    ) -> None:
        self._bench.tasks.submit(
            Task(name, Lane.INTERACTIVE, (name,), run), on_done, self._session.error_raised.emit
        )

    def _on_imported(self, found: LayerImport) -> None:
        report = found.report
        if not self._session.apply(found.change):
            return
        self._session.message_posted.emit(report.summary)
        self._bench.scores.score_all()
        self.imported.emit(report)
        if report.entries:
            self._report("Import", report.summary, report.entries)

    def _on_exported(self, report: ExportReport) -> None:
        self._session.message_posted.emit(report.summary)
        self.exported.emit(report)
        files = "\n".join(str(path) for path in report.written[:6])
        more = len(report.written) - 6
        if more > 0:
            files += f"\n… and {more} more files"
        self._report("Export", f"{report.summary}\n\n{files}", report.losses)

    def look_for_images(self) -> None:
        """Look for new and missing images without a word when there are none."""
        project = self._session.project
        if not project.read_only:
            self._submit(
                "Look for images", lambda _context: project.rescan(), self._on_looked_for_images
            )

    def _on_looked_for_images(self, found: RescanReport) -> None:
        if found.added or found.missing or found.changed:
            self._on_rescanned(found)

    def _on_rescanned(self, found: RescanReport) -> None:
        self._session.message_posted.emit(found.summary)
        self.images_changed.emit()

    def _on_examined(self, findings: tuple[Finding, ...]) -> None:
        entries = tuple(
            ReportEntry(finding.subject, "", finding.state, finding.advice)
            for finding in findings
            if finding.advice
        )
        summary = "\n".join(f"{finding.subject}: {finding.state}" for finding in findings)
        self._report("Device and models", summary, entries)

    def _on_scores_saved(self, path: Path) -> None:
        self._session.message_posted.emit(
            f"Scores are in {path.with_suffix('.csv')} and {path.with_suffix('.json').name}."
        )

    def _report(self, title: str, summary: str, entries: tuple[ReportEntry, ...]) -> None:
        ReportDialog(title, summary, entries, self._window).show()

    def _ask_file(self, title: str, kinds: str) -> Path | None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, title, str(self._session.project.image_root), kinds
        )
        return Path(chosen) if chosen else None
