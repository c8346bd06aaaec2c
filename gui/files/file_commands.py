"""What opens and brings in files: projects, layers, labels, images.

Reading happens in background tasks; the window only asks and reports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMainWindow

from core.document.annotation import LayerRole
from core.document.document import ImageDocument
from core.editing.labels import import_labels
from core.formats.dataset import ImportedDataset, ReportEntry
from core.project.importing import LayerImport
from core.project.label_mapping import unknown_classes, with_choices
from core.project.rescan import RescanReport
from core.tasks.queue import Lane, Task, TaskContext
from gui.counting import counted
from gui.dialogs.report_dialog import ReportDialog
from gui.workbench import Workbench

ANNOTATION_FILES = "Annotations (*.json *.xml *.yaml *.yml *.txt);;All (*)"

T = TypeVar("T")


class FileCommands(QObject):
    """Commands of the File menu that read."""

    open_requested = Signal(object)
    """Carries the Path of a folder, an annotation file or a project."""
    demo_requested = Signal()
    quit_requested = Signal()
    imported = Signal(object)
    """Carries the ImportReport of an import that has ended."""
    author_chosen = Signal(str)
    images_changed = Signal()
    """Images were added or found missing."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._bench = bench
        self._session = bench.session
        self._window = window

    def open_folder(self) -> None:
        """Ask for a folder of images and open it."""
        chosen = QFileDialog.getExistingDirectory(self._window, self.tr("Folder of images"))
        if chosen:
            self.open_requested.emit(Path(chosen))

    def open_file(self) -> None:
        """Ask for a project or an annotation file and open it."""
        chosen = self._ask_file(
            self.tr("Annotations or project"),
            "Maskwright, annotations (*.maskwright *.json *.xml *.yaml *.yml);;All (*)",
        )
        if chosen is not None:
            self.open_requested.emit(chosen)

    def open_demo(self) -> None:
        """Open the demo project."""
        self.demo_requested.emit()

    def import_reference(self) -> None:
        """Ask for annotations to compare with, and bring them in as a layer."""
        chosen = self._ask_file(self.tr("Reference annotations"), ANNOTATION_FILES)
        if chosen is not None:
            self.import_layer(_data_set_of(chosen), LayerRole.REFERENCE)

    def import_predictions(self) -> None:
        """Ask for a model's results, and bring them in as a layer."""
        chosen = self._ask_file(self.tr("Predictions"), ANNOTATION_FILES)
        if chosen is not None:
            self.import_layer(_data_set_of(chosen), LayerRole.PREDICTIONS)

    def import_layer(self, path: Path, role: LayerRole) -> None:
        """Read annotations in the background and add them as a layer."""
        from core.formats.registry import read_annotations

        project = self._session.project
        self._submit(
            "Read annotations",
            lambda _context: read_annotations(path, project.image_root),
            lambda imported: self._ask_for_labels(imported, path, role),
        )

    def _ask_for_labels(self, imported: ImportedDataset, path: Path, role: LayerRole) -> None:
        """What classes become that the project has no label for; new ones in an empty project."""
        from gui.dialogs.label_mapping_dialog import LabelMappingDialog

        project, state = self._session.project, self._session.state
        unknown = unknown_classes(state, imported)
        used = any(project.images_with_label(number) for number in state.labels)
        if not unknown or not used:
            self._add_layer(imported, path, role)
            return
        dialog = LabelMappingDialog(path.name, unknown, state, self._window)
        dialog.chosen.connect(
            lambda choices: self._add_layer(
                with_choices(self._session.state, imported, choices), path, role
            )
        )
        dialog.show()

    def _add_layer(self, imported: ImportedDataset, path: Path, role: LayerRole) -> None:
        project, state = self._session.project, self._session.state
        revision = self._session.revision

        def prepare(_context: TaskContext) -> tuple[LayerImport, Mapping[int, ImageDocument]]:
            found = project.import_layer(imported, role, path.stem, path.name)
            return found, project.load_ahead(found.change.images)

        def on_prepared(ready: tuple[LayerImport, Mapping[int, ImageDocument]]) -> None:
            found, documents = ready
            now = self._session.state
            if (now.labels, now.layers) == (state.labels, state.layers):
                if self._session.apply_loaded(found.change, documents, revision):
                    self._on_imported(found)
            else:
                # Labels or layers have changed meanwhile, and the numbers may not fit any more.
                self._add_layer(imported, path, role)

        self._submit("Import annotations", prepare, on_prepared)

    def import_labels(self) -> None:
        """Ask for a text file with a name in each line, and make labels of them."""
        chosen = self._ask_file(self.tr("Label names"), "Text (*.txt *.names);;All (*)")
        if chosen is not None:
            self.import_labels_from(chosen)

    def import_labels_from(self, path: Path) -> None:
        """Make labels of the names in a file."""
        from core.formats.labels_text import read_label_names

        self._submit("Read labels", lambda _context: read_label_names(path), self._on_label_names)

    def rescan(self) -> None:
        """Look in the background for added, missing and changed images."""
        project = self._session.project
        self._submit("Look for images", lambda _context: project.rescan(), self._on_rescanned)

    def look_for_images(self) -> None:
        """Look for new and missing images without a word when there are none."""
        project = self._session.project
        if not project.read_only:
            self._submit(
                "Look for images", lambda _context: project.rescan(), self._on_looked_for_images
            )

    def ask_author(self) -> None:
        """Ask for the name that stands on every edit from now on."""
        name, accepted = QInputDialog.getText(
            self._window,
            self.tr("Your name"),
            self.tr("It stands on every edit:"),
            text=self._bench.author,
        )
        if accepted and name.strip():
            self.author_chosen.emit(name.strip())
            self._session.message_posted.emit("The name is used when a project is opened next.")

    def quit(self) -> None:
        """Leave the program; everything is saved already."""
        self.quit_requested.emit()

    def _submit(
        self, name: str, run: Callable[[TaskContext], T], on_done: Callable[[T], None]
    ) -> None:
        task = Task(name, Lane.INTERACTIVE, None, run)
        self._bench.tasks.submit(task, on_done, self._session.error_raised.emit)

    def _on_imported(self, found: LayerImport) -> None:
        report = found.report
        self._session.message_posted.emit(
            f"{report.summary} The layer is hidden; M goes through the layers."
        )
        self._bench.scores.score_all()
        self.imported.emit(report)
        if report.entries:
            self._report("Import", report.summary, report.entries)

    def _on_label_names(self, names: tuple[str, ...]) -> None:
        change = import_labels(self._session.state, names)
        if change is None:
            self._session.message_posted.emit("All of these labels are there already.")
        elif self._session.apply(change):
            self._session.message_posted.emit(
                f"{counted(len(change.labels.added), 'label')} added."
            )

    def _on_looked_for_images(self, found: RescanReport) -> None:
        if found.added or found.missing or found.changed:
            self._on_rescanned(found)

    def _on_rescanned(self, found: RescanReport) -> None:
        self._session.message_posted.emit(found.summary)
        if found.changed:
            self._bench.reload_images(found.changed)
        self.images_changed.emit()

    def _report(self, title: str, summary: str, entries: tuple[ReportEntry, ...]) -> None:
        ReportDialog(title, summary, entries, self._window).show()

    def _ask_file(self, title: str, kinds: str) -> Path | None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, title, str(self._session.project.image_root), kinds
        )
        return Path(chosen) if chosen else None


def _data_set_of(path: Path) -> Path:
    """A Pascal VOC file stands for the folder that it is a part of."""
    if path.suffix.lower() != ".xml":
        return path
    return path.parent.parent if path.parent.name == "Annotations" else path.parent
