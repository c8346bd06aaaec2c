"""What people ask of training: begin, carry on, use, compare, export, delete, by itself."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox

from core.errors import MaskwrightError
from core.models.registry import find_model, has_weights, registered_models
from core.models.specification import ModelSpec
from core.models.trained import TrainedModel, is_trained_id, kind_of
from core.training import events
from core.training.ordering import DEFAULT_PARENT, usual_recipe
from core.training.recipe import Recipe, read_recipe, recipe_record
from gui.actions import ActionEntry
from gui.proposals.model_commands import SOURCE_SETTING
from gui.training.effort_watch import EffortWatch
from gui.workbench import Workbench

RECIPES_SETTING = "training/recipes"
PARENT_SETTING = "training/parent"
EXPORT_FILES = "Weights (*.safetensors)"


class TrainingCommands(QObject):
    """Commands on the models that are trained in this project."""

    parents_changed = Signal(object, str)
    """Carries pairs of id and name of what can be started from, and the chosen id."""
    model_chosen = Signal(str)
    """A trained model is to propose from now on; carries its id."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._bench = bench
        self._session = bench.session
        self._window = window
        self._runs = bench.training
        self._parent = self._session.project.setting(PARENT_SETTING) or DEFAULT_PARENT
        self._recipes = self._stored_recipes()
        self.efforts = EffortWatch(self._session, bench.tasks, self._runs.place.models, self)
        self._runs.finished.connect(self._on_finished)
        self._runs.failed.connect(self._session.error_raised)
        self._runs.models_changed.connect(self._tell_parents)
        self._runs.models_changed.connect(self._bring_back_source)

    @property
    def parent_id(self) -> str:
        """The model that the next training starts from."""
        return self._parent

    def begin(self) -> None:
        """Read what there is of an earlier session."""
        self._runs.look()
        self.efforts.look()

    def choose_parent(self, model_id: str) -> None:
        """Start from this model next time."""
        if model_id and model_id != self._parent:
            self._parent = model_id
            self._session.project.set_setting(PARENT_SETTING, model_id)

    def recipe(self) -> Recipe:
        """How the next training is done; raises ModelError when there is no such parent."""
        spec = self._parent_spec()
        return self._recipes.get(self._recipe_key(spec), usual_recipe(spec))

    def train(self) -> None:
        """Learn from what is labelled now."""
        if self._runs.is_busy:
            self._session.message_posted.emit("A training is running already.")
            return
        if self._session.project.read_only:
            self._session.message_posted.emit(
                "This project is open for reading only; training needs a place for its model."
            )
            return
        try:
            recipe = self.recipe()
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        weights = self._bench.runs.named_weights(self._parent)
        self._runs.start(self._parent, recipe, self._image_on_screen(), weights)

    def pause(self) -> None:
        """Pause the training, or let it go on."""
        self._runs.pause_or_go_on()

    def stop(self) -> None:
        """End the training now and keep its best model."""
        self._runs.stop()

    def show_options(self) -> None:
        """Ask how to train."""
        from gui.dialogs.training_options_dialog import TrainingOptionsDialog

        try:
            spec, recipe = self._parent_spec(), self.recipe()
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        is_detector = not kind_of(spec).startswith("unet")
        dialog = TrainingOptionsDialog(recipe, is_detector=is_detector, parent=self._window)
        dialog.chosen.connect(lambda chosen: self._keep_recipe(spec, chosen))
        dialog.open()

    def use(self, model_id: str) -> None:
        """Propose with a model from now on, and train from it next time."""
        model = self._runs.model(model_id)
        if model is None:
            return
        self.choose_parent(model_id)
        self._tell_parents()
        self._choose_source(model_id)
        self._session.message_posted.emit(f"{model.spec.name} proposes from now on.")

    def carry_on(self, model_id: str) -> None:
        """Train from a model next time."""
        self.choose_parent(model_id)
        self._tell_parents()
        model = self._runs.model(model_id)
        if model is not None:
            self._session.message_posted.emit(f"The next training starts from {model.spec.name}.")

    def compare(self, model_ids: tuple[str, ...]) -> None:
        """Judge models on the same images, and show the scores side by side."""
        from gui.dialogs.model_comparison_dialog import ModelComparisonDialog

        models = [model for item in model_ids if (model := self._runs.model(item)) is not None]
        if models:
            dialog = ModelComparisonDialog(models, self._window)
            dialog.propose_requested.connect(self._propose_all)
            comparison = self._runs.comparison
            comparison.compared.connect(dialog.show_compared)
            comparison.failed.connect(dialog.show_problem)
            dialog.finished.connect(comparison.cancel)
            dialog.show()
            named = {
                model_id: file
                for model_id in dialog.model_ids
                if (file := self._bench.runs.named_weights(model_id)) is not None
            }
            comparison.start(dialog.model_ids, named)

    def export(self, model_id: str) -> None:
        """Save a model's file somewhere else."""
        model = self._runs.model(model_id)
        if model is None:
            return
        target, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Export {}").format(model.spec.name),
            f"{model.spec.name}.safetensors",
            EXPORT_FILES,
        )
        if target:
            self._runs.export(model, Path(target))

    def delete(self, model_id: str) -> None:
        """Ask, then remove a model's file."""
        model = self._runs.model(model_id)
        if model is not None and self._agreed(model):
            if self._parent == model_id:
                self.choose_parent(DEFAULT_PARENT)
            self._runs.delete(model)

    def parents(self) -> tuple[tuple[str, str], ...]:
        """What can be started from: this project's models, the newest first, then others."""
        own = tuple((model.spec.id, model.spec.name) for model in reversed(self._runs.models))
        others = (
            (spec.id, spec.name)
            for spec in registered_models()
            if not is_trained_id(spec.id)
            and _can_be_trained(spec)
            and (has_weights(spec) or self._bench.runs.has_weights(spec.id))
        )
        return (*own, *others)

    def _parent_spec(self) -> ModelSpec:
        model = self._runs.model(self._parent)
        if model is None and is_trained_id(self._parent):
            self.choose_parent(DEFAULT_PARENT)
        return model.spec if model is not None else find_model(self._parent)

    def _propose_all(self, model_ids: tuple[str, ...]) -> None:
        for model_id in model_ids:
            self._bench.proposals.propose(model_id)

    def _on_finished(self, end: events.Finished) -> None:
        self._session.message_posted.emit(end.verdict)
        if end.promoted:
            self._parent = Path(end.model_file).stem
            self._session.project.set_setting(PARENT_SETTING, self._parent)
            self._runs.models_changed.connect(self._use_promoted)

    def _use_promoted(self) -> None:
        """Once the list of models has the new one."""
        if self._runs.model(self._parent) is not None:
            self._runs.models_changed.disconnect(self._use_promoted)
            self._choose_source(self._parent)

    def _choose_source(self, model_id: str) -> None:
        """Propose with a model from now on, also after a restart."""
        self._session.project.set_setting(SOURCE_SETTING, model_id)
        self.model_chosen.emit(model_id)

    def _tell_parents(self) -> None:
        self.parents_changed.emit(self.parents(), self._parent)

    def _bring_back_source(self) -> None:
        """A trained model that proposed in the last session does so again."""
        self._runs.models_changed.disconnect(self._bring_back_source)
        last = self._session.project.setting(SOURCE_SETTING)
        if last is not None and self._runs.model(last) is not None:
            self.model_chosen.emit(last)

    def _image_on_screen(self) -> Path | None:
        image = self._session.image
        return None if image is None else self._session.project.image_path(image)

    def _agreed(self, model: TrainedModel) -> bool:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Delete a model"))
        box.setText(self.tr("Delete {}?").format(model.spec.name))
        box.setInformativeText(self.tr("Its file is removed. This cannot be undone."))
        delete = box.addButton(self.tr("Delete"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is delete

    def _recipe_key(self, spec: ModelSpec) -> str:
        """Models that descend from one another are trained alike."""
        model = self._runs.model(spec.id)
        ancestors = () if model is None else model.record.get("ancestors", ())
        return str(ancestors[0]) if ancestors else spec.id

    def _keep_recipe(self, spec: ModelSpec, recipe: Recipe) -> None:
        self._recipes[self._recipe_key(spec)] = recipe
        records = {key: recipe_record(item) for key, item in self._recipes.items()}
        text = msgspec.json.encode(records).decode()
        self._session.project.set_setting(RECIPES_SETTING, text)

    def _stored_recipes(self) -> dict[str, Recipe]:
        text = self._session.project.setting(RECIPES_SETTING) or "{}"
        try:
            records = msgspec.json.decode(text, type=dict[str, object])
            return {key: read_recipe(record) for key, record in records.items()}
        except (msgspec.MsgspecError, ValueError):
            return {}


def _can_be_trained(spec: ModelSpec) -> bool:
    try:
        kind_of(spec)
    except MaskwrightError:
        return False
    return spec.architecture.startswith(TRAINABLE_ARCHITECTURES)


TRAINABLE_ARCHITECTURES = ("fasterrcnn", "maskrcnn", "retinanet", "")


def training_entries(commands: TrainingCommands) -> tuple[ActionEntry, ...]:
    """Rows of the Models menu."""
    menu = "&Models"
    return (
        ActionEntry(
            "train",
            "Train o&n what is labelled",
            commands.train,
            ("Ctrl+T",),
            menu,
            separator_before=True,
        ),
        ActionEntry("pause_training", "Paus&e the training or go on", commands.pause, (), menu),
        ActionEntry("stop_training", "Stop the trainin&g", commands.stop, (), menu),
        ActionEntry("training_options", "How to t&rain…", commands.show_options, (), menu),
    )
