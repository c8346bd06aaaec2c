"""Which models can run, where their weights are, and fetching those that are not here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox

from core.errors import MaskwrightError
from core.formats.dataset import ReportEntry
from core.models.registry import (
    find_model,
    has_weights,
    registered_models,
    suggested_model,
    weights_path,
)
from core.models.specification import ModelSpec
from core.models.trained import is_trained_id
from core.models.weights import locate_weights, user_folder
from core.tasks.queue import Lane, Task, TaskContext, TaskHandle
from gui.dialogs.report_dialog import ReportDialog
from gui.proposals.proposal_commands import PREDICTIONS_SOURCE, REGIONS_SOURCE
from gui.workbench import Workbench

if TYPE_CHECKING:
    from core.headless.doctor import Finding
    from core.models.downloading import DownloadOffer, DownloadProgress
    from gui.dialogs.models_dialog import ModelsDialog

SOURCE_SETTING = "proposal source"
WEIGHTS_FILES = "Weights (*.pth *.pt *.safetensors);;All (*)"

T = TypeVar("T")


class ModelCommands(QObject):
    """Commands of the Models menu."""

    models_changed = Signal()
    """Other models can run now."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._bench = bench
        self._session = bench.session
        self._window = window
        self._dialog: ModelsDialog | None = None
        self._download: TaskHandle | None = None
        self.selected_source: Callable[[], str] = lambda: REGIONS_SOURCE
        self._take_chosen_files()

    def _take_chosen_files(self) -> None:
        """Models go on with the files that were chosen for them in earlier sessions."""
        for spec in registered_models():
            path = self._bench.memory.weights(spec.id)
            if path is not None:
                self._bench.runs.use_weights(spec.id, path)

    def first_source(self) -> str:
        """What the proposals panel begins with.

        The source that was used last in this project; otherwise, where weights were
        fetched, the best model for the device, and the bundled one where none were.
        """
        last = self._session.project.setting(SOURCE_SETTING)
        if any(source == last for source, _ in self.sources()):
            return str(last)
        return suggested_model(self._bench.memory.device, self._is_ready).id

    def sources(self) -> tuple[tuple[str, str], ...]:
        """What can propose now, as pairs (id, name): regions, models, prediction layers."""
        trained = ((model.spec.id, model.spec.name) for model in self._bench.training.models)
        models = (
            (spec.id, spec.name)
            for spec in registered_models()
            if not is_trained_id(spec.id) and self._is_ready(spec)
        )
        return (
            (REGIONS_SOURCE, "Regions (no model)"),
            *reversed(tuple(trained)),
            *models,
            (PREDICTIONS_SOURCE, "Prediction layers"),
        )

    def propose(self) -> None:
        """Run what the proposals panel has chosen on this image."""
        source = self.selected_source()
        if not self._session.project.read_only:
            self._session.project.set_setting(SOURCE_SETTING, source)
        self._bench.proposals.propose(source)

    def show_models(self) -> None:
        """All models with what they need; weights can be fetched or chosen from there."""
        from gui.dialogs.models_dialog import ModelsDialog

        dialog = ModelsDialog(
            registered_models(),
            self._is_ready,
            self._window,
            speed=self._bench.memory.speed_text,
            place=self._place,
        )
        dialog.download_requested.connect(self.download)
        dialog.cancel_requested.connect(self.cancel_download)
        dialog.file_requested.connect(self._ask_weights)
        dialog.destroyed.connect(self._forget_dialog)
        self._dialog = dialog
        dialog.show()

    def choose_weights(self) -> None:
        """Ask for the weights file of the model that the proposals panel has chosen."""
        source = self.selected_source()
        if any(spec.id == source for spec in registered_models()):
            self._ask_weights(source)
        else:
            self.show_models()

    def use_weights(self, model_id: str, path: Path) -> None:
        """Load a file for a model from now on, once it has been looked at."""

        def check(_context: TaskContext) -> ModelSpec:
            spec = find_model(model_id)
            weights_path(spec, path)
            return spec

        def use(spec: ModelSpec) -> None:
            self._bench.runs.use_weights(model_id, path)
            self._bench.memory.keep_weights(model_id, path)
            self._tell(f"{spec.name} uses {path.name} from now on.")
            self._on_models_changed()

        self._submit("Look at weights", check, use)

    def download(self, model_id: str) -> None:
        """Say what would be fetched, ask, and fetch it in the background."""
        from core.models.downloading import offer_download

        try:
            offer = offer_download(find_model(model_id))
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        if self._agreed(offer):
            self.download_now(offer)

    def download_now(self, offer: DownloadOffer) -> None:
        """Fetch what was agreed to; it can be called off and goes on later."""

        def run(context: TaskContext) -> Path:
            from core.models.downloading import download

            def report(progress: DownloadProgress) -> None:
                context.progress(progress.fraction, "Download")
                self._bench.deliver(lambda: self._show_progress(progress.fraction))

            return download(offer, progress=report, cancelled=lambda: context.cancelled)

        self._show_progress(0.0)
        self._download = self._submit(
            "Download weights", run, lambda path: self._on_downloaded(offer, path)
        )

    def cancel_download(self) -> None:
        """Stop fetching; what is here already is kept for the next try."""
        if self._download is not None:
            self._download.cancel()
            self._show_progress(1.0)
            self._tell("The download was stopped; it goes on where it was when you try again.")

    def show_device(self) -> None:
        """Say what works on this machine, which device models run on, and which there are."""
        from core.headless.doctor import examine

        self._session.message_posted.emit("Looking at this machine…")
        self._submit("Look at this machine", lambda _context: examine(), self._on_examined)

    def _is_ready(self, spec: ModelSpec) -> bool:
        return has_weights(spec) or self._bench.runs.has_weights(spec.id)

    def _place(self, spec: ModelSpec) -> str:
        """Where the weights of a model are, or what is missing and where it belongs."""
        path = self._bench.runs.named_weights(spec.id) or locate_weights(spec)
        if path is not None:
            return self.tr("Weights: {}").format(path)
        if not spec.weights.file_name:
            return self.tr("Missing: a weights file; choose one.")
        return self.tr("Missing: {file}. Download it, or put it into {folder}.").format(
            file=spec.weights.file_name, folder=user_folder()
        )

    def _ask_weights(self, model_id: str) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Weights for {}").format(find_model(model_id).name),
            "",
            WEIGHTS_FILES,
        )
        if chosen:
            self.use_weights(model_id, Path(chosen))

    def _agreed(self, offer: DownloadOffer) -> bool:
        box = QMessageBox(self._dialog or self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Download weights"))
        megabytes = f"{offer.size_bytes / 1e6:.0f} MB" if offer.size_bytes else "of unknown size"
        box.setText(
            self.tr("Download the weights of {model} ({size})?").format(
                model=offer.model, size=megabytes
            )
        )
        box.setInformativeText(f"{offer.url}\n{self.tr('Licence')}: {offer.licence}\n{offer.path}")
        agree = box.addButton(self.tr("Download"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is agree

    def _on_downloaded(self, offer: DownloadOffer, path: Path) -> None:
        self._show_progress(1.0)
        self._tell(f"{offer.model}: the weights are in {path}, checked by their hash.")
        self._on_models_changed()

    def _on_models_changed(self) -> None:
        if self._dialog is not None:
            self._dialog.refresh()
        self.models_changed.emit()

    def _show_progress(self, fraction: float) -> None:
        if self._dialog is not None:
            self._dialog.show_progress(fraction)

    def _tell(self, text: str) -> None:
        self._session.message_posted.emit(text)
        if self._dialog is not None:
            self._dialog.show_note(text)

    def _forget_dialog(self) -> None:
        self._dialog = None

    def _on_failed(self, error: MaskwrightError) -> None:
        self._show_progress(1.0)
        if self._dialog is not None:
            self._dialog.show_note(str(error))
        self._session.error_raised.emit(error)

    def _submit(
        self, name: str, run: Callable[[TaskContext], T], on_done: Callable[[T], None]
    ) -> TaskHandle:
        task = Task(name, Lane.INTERACTIVE, None, run)
        return self._bench.tasks.submit(task, on_done, self._on_failed)

    def _on_examined(self, findings: tuple[Finding, ...]) -> None:
        entries = tuple(
            ReportEntry(finding.subject, "", finding.state, finding.advice)
            for finding in findings
            if finding.advice
        )
        summary = "\n".join(f"{finding.subject}: {finding.state}" for finding in findings)
        ReportDialog("Device and models", summary, entries, self._window).show()
