"""The window's side of training: one run at a time, its progress, the project's models."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.document.annotation import LayerRole
from core.errors import MaskwrightError, ModelError, WriteError
from core.models.trained import TrainedModel
from core.tasks.queue import Lane, Task, TaskContext, TaskHandle, TaskQueue
from core.training import events
from core.training.client import TrainerClient
from core.training.places import TrainingPlace, training_place
from core.training.progress import RunProgress, RunStatus, fold
from core.training.project_models import ProjectModels, find_project_models
from core.training.ranking import Suggestion
from core.training.recipe import Recipe
from core.training.run import RunFolder
from gui.session import Session
from gui.training.model_comparison import ModelComparison


class TrainingRuns(QObject):
    """Starts, pauses, stops and resumes; nothing here holds the window up."""

    changed = Signal()
    """The progress of the run has changed."""
    finished = Signal(object)
    """A run has made a model; carries events.Finished."""
    models_changed = Signal()
    """The list of the project's models has changed."""
    failed = Signal(object)
    """Carries a MaskwrightError."""
    suggested = Signal()
    """Other images are suggested next."""

    def __init__(
        self,
        session: Session,
        tasks: TaskQueue,
        deliver: Callable[[Callable[[], None]], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._deliver = deliver
        self._client = TrainerClient(self._hear)
        self._place = training_place(session.project.path)
        self.comparison = ModelComparison(session, tasks, deliver, self._place, self)
        self._progress: RunProgress | None = None
        self._folder: RunFolder | None = None
        self._preparing: TaskHandle | None = None
        self._models: tuple[TrainedModel, ...] = ()
        self._resumable: RunFolder | None = None
        self._suggestions: tuple[Suggestion, ...] = ()
        self._is_closed = False

    @property
    def place(self) -> TrainingPlace:
        """Where the project's models are."""
        return self._place

    @property
    def progress(self) -> RunProgress | None:
        """The run that is under way or ended last; None before the first one."""
        return self._progress

    @property
    def folder(self) -> RunFolder | None:
        """The folder of that run."""
        return self._folder

    @property
    def models(self) -> tuple[TrainedModel, ...]:
        """The models that were trained in this project, oldest first."""
        return self._models

    @property
    def resumable(self) -> RunFolder | None:
        """A run of an earlier session that has not ended."""
        return None if self.is_busy else self._resumable

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Images from which most can be learnt, by the last training that ended."""
        return self._suggestions

    @property
    def is_busy(self) -> bool:
        """Whether a run is being prepared, under way or paused."""
        progress = self._progress
        return self._preparing is not None or (progress is not None and not progress.is_over)

    def model(self, model_id: str) -> TrainedModel | None:
        """A model of this project by its id."""
        return next((model for model in self._models if model.spec.id == model_id), None)

    def look(self) -> None:
        """Read which models and unfinished runs there are."""

        def run(_context: TaskContext) -> ProjectModels:
            return find_project_models(self._place)

        def done(found: ProjectModels) -> None:
            self._models, self._resumable = found.models, found.unfinished
            self._suggestions = found.suggestions
            self.suggested.emit()
            if self._resumable is not None and self._progress is None:
                self._show_unfinished(self._resumable)
            self.models_changed.emit()
            self.changed.emit()

        self._tasks.submit(Task("Look for models", Lane.VISIBLE, "models", run), done, self._fail)

    def start(
        self,
        parent_id: str,
        recipe: Recipe,
        preview: Path | None = None,
        weights: Path | None = None,
    ) -> None:
        """Take a snapshot of the annotations and train on it.

        ``preview`` is the picture that is shown after each round, ``weights`` a file
        that was named for the parent.
        """
        if self.is_busy:
            return
        project = self._session.project
        layer = self._session.state.layer_of(LayerRole.MINE)
        dataset = project.snapshot()

        def run(context: TaskContext) -> RunFolder:
            from core.training.ordering import prepare_run

            candidates = None if layer is None else project.images_with_layer(layer.id)
            folder, _ = prepare_run(
                dataset,
                self._place,
                parent_id,
                recipe,
                parent_weights=weights,
                candidates=candidates,
                preview_image=preview,
                check=context.check_cancelled,
                progress=lambda share: context.progress(share, "Snapshot of the annotations"),
            )
            return folder

        self._progress = RunProgress()
        self._folder = None
        self._preparing = self._tasks.submit(
            Task("Prepare training", Lane.INTERACTIVE, "training", run),
            self._launch,
            self._on_not_prepared,
        )
        self.changed.emit()

    def resume(self) -> None:
        """Go on with a run of an earlier session, or one whose process was killed."""
        folder = self._resumable
        if folder is None or self.is_busy:
            return
        self._resumable = None
        self._launch(folder)

    def pause_or_go_on(self) -> None:
        """Pause the run, or let it go on."""
        if self._progress is not None and self._progress.status is RunStatus.PAUSED:
            self._client.go_on()
        else:
            self._client.pause()

    def stop(self) -> None:
        """End the run now; its best model is judged and kept."""
        if self._preparing is not None:
            self._preparing.cancel()
            self._preparing = None
            self._progress = None
            self.changed.emit()
        else:
            self._client.stop()

    def remark(self, sentence: str) -> None:
        """Say something about the run under way, now and beside its curves."""
        if self._progress is not None:
            self._progress = self._progress.after(events.Notice(sentence))
            self._session.message_posted.emit(sentence)
            self.changed.emit()

    def forget_unfinished(self) -> None:
        """Throw an unfinished run away."""
        folder = self._resumable
        self._resumable = None
        if folder is not None:
            self._tasks.submit(
                Task("Remove a run", Lane.BATCH, None, lambda _context: folder.remove()),
                lambda _done: None,
            )
        self._progress = None
        self.changed.emit()

    def export(self, model: TrainedModel, target: Path) -> None:
        """Copy a model's file somewhere else."""

        def run(_context: TaskContext) -> Path:
            try:
                shutil.copyfile(model.path, target)
            except OSError as error:
                raise WriteError(
                    f"{target} could not be written: {error.strerror or error}.",
                    "Choose another folder.",
                ) from error
            return target

        def done(path: Path) -> None:
            self._session.message_posted.emit(f"{model.spec.name} is now in {path} too.")

        self._tasks.submit(Task("Export a model", Lane.INTERACTIVE, None, run), done, self._fail)

    def delete(self, model: TrainedModel) -> None:
        """Remove a model and the run that made it."""

        def run(_context: TaskContext) -> None:
            model.path.unlink(missing_ok=True)
            self._place.run_folder(model.spec.id).remove()

        self._tasks.submit(
            Task("Remove a model", Lane.INTERACTIVE, None, run),
            lambda _done: self.look(),
            self._fail,
        )

    def close(self) -> None:
        """End the process; the run can be resumed from its last round."""
        self._is_closed = True
        self._client.close()
        self.comparison.cancel()

    def _show_unfinished(self, folder: RunFolder) -> None:
        """The curves as they were when the program ended."""
        self._folder = folder
        self._progress = replace(
            fold(folder.events()),
            status=RunStatus.PAUSED,
            seconds_left=None,
            end=events.Failed("This training was interrupted.", "Resume goes on with it."),
        )

    def _launch(self, folder: RunFolder) -> None:
        self._preparing = None
        self._folder = folder
        self._progress = replace(fold(folder.events()), end=None, status=RunStatus.PREPARING)
        try:
            # The run before may still rank images; this one will rank them anew.
            self._client.close()
            self._client.start(folder)
        except RuntimeError:
            self._on_not_prepared(ModelError("The last training is still ending. Try again."))
            return
        self.changed.emit()

    def _on_not_prepared(self, error: MaskwrightError) -> None:
        self._preparing = None
        self._progress = RunProgress().after(events.Failed(error.message, error.hint))
        self.failed.emit(error)
        self.changed.emit()

    def _hear(self, event: events.Event) -> None:
        """On a thread of the client."""
        self._deliver(lambda: self._take(event))

    def _take(self, event: events.Event) -> None:
        if self._is_closed or self._progress is None:
            return
        self._progress = self._progress.after(event)
        if isinstance(event, events.Failed):
            if self._folder is not None and self._folder.can_resume:
                self._resumable = self._folder
            self.failed.emit(ModelError(event.message, event.hint))
        if isinstance(event, events.Ranked):
            self._suggestions = event.suggestions
            self.suggested.emit()
        if isinstance(event, events.Finished):
            self.look()
            self.finished.emit(event)
        self.changed.emit()

    def _fail(self, error: MaskwrightError) -> None:
        self.failed.emit(error)
