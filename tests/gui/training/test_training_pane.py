"""The Training pane: what it shows of a run, and what its buttons do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.document.annotation import Annotation, new_annotation_id
from core.document.document import ImageState
from core.document.mask import Mask
from core.editing.labels import add_label, delete_label
from core.models.registry import find_model
from core.models.trained import find_trained
from core.project.project import Project
from core.training import events
from core.training.model_files import trained_spec, write_model
from core.training.places import training_place
from core.training.progress import fold
from core.training.ranking import Suggestion
from core.training.recipe import Recipe, Task
from core.training.run import RunFolder, RunOrder
from core.training.scores import Scores
from gui.dialogs.model_comparison_dialog import ModelComparisonDialog
from gui.dialogs.training_options_dialog import TrainingOptionsDialog
from gui.main_window import MainWindow
from gui.panels.training_panel import TrainingPanel
from gui.training.automatic_training import AutomaticTraining
from tests.core.project.pictures import add
from tests.gui.windows import main_window

OLD, NEW = Scores(2, 0.61, 0.6, 0.3, 0.4), Scores(2, 0.82, 0.8, 0.5, 0.6)
PREPARED = events.Prepared("CPU", 4, 2, 4, False, 150, 0, OLD, 0.9)
STEPPED = events.Stepped(15, 150, {"dice": 0.4, "border_weighted": 0.7}, 2.5, 54.0)
JUDGED = events.Judged(1, 15, NEW, 0.88, True)


@pytest.fixture
def window(qtbot: QtBot, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        yield window


def _panel(window: MainWindow) -> TrainingPanel:
    return window.panes.training


def _save_model(project: Project, name: str = "First", *, promoted: bool = True) -> str:
    """A model file as training writes it, with one number for weights."""
    place = training_place(project.path)
    model_id = f"trained-20260101-000000-{name.lower()}"
    parent = find_model("unet-nuclei")
    spec = trained_spec(model_id, name, parent, Task.INSTANCES, ("cell",))
    record = {"new": {"images": 2, "dice": 0.82, "f1": 0.6}, "old": {"images": 2, "dice": 0.61}}
    more = {"promoted": promoted, "verdict": "It is better.", "images": 3, "objects": 40}
    write_model(place.model_file(model_id), {"x": torch.zeros(1)}, spec, parent, record | more)
    return model_id


def test_an_empty_project_is_told_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    panel = _panel(window)
    window.show_panel("training")
    assert panel.progress.empty.isVisible()
    assert panel.parent_model.currentData() == "unet-nuclei"
    with qtbot.waitSignal(window.bench.training.failed) as failed:
        panel.train.click()
    assert failed.args is not None
    assert "Label at least one object" in str(failed.args[0])
    assert "Label at least one object" in panel.status.text()
    assert panel.train.isEnabled()


def test_a_run_is_shown_as_it_goes(window: MainWindow) -> None:
    panel, runs = _panel(window), window.bench.training
    window.show_panel("training")
    runs._progress = fold((PREPARED, STEPPED, JUDGED))
    panel.refresh()
    assert "step 15 of 150" in panel.status.text()
    assert "about 55 s left" in panel.status.text()
    assert panel.bar.value() == 100
    assert not panel.train.isEnabled()
    assert panel.pause.isEnabled()
    page = panel.progress
    assert page.losses is not None
    assert page.scores is not None
    assert "border weighted" in page.losses.legend.text()
    assert "0.82" in page.scores.legend.text()
    cells = [page.table.item(0, column) for column in range(2)]
    assert [cell.text() for cell in cells if cell is not None] == ["0.610", "0.820"]
    paused = runs._progress.after(events.Paused())
    runs._progress = paused
    panel.refresh()
    assert panel.pause.text() == "Continue"
    assert panel.status.text().startswith("Paused")


def test_a_model_that_is_not_better_can_be_used_all_the_same(window: MainWindow) -> None:
    panel, runs = _panel(window), window.bench.training
    window.show_panel("training")
    end = events.Finished("x", False, "The old model stays: 0.5.", NEW, OLD, 0.8, 0.9, 15, 3.0)
    runs._progress = fold((PREPARED, STEPPED, JUDGED, end))
    panel.refresh()
    assert panel.status.text() == "The old model stays: 0.5."
    assert panel.use_anyway.isVisible()
    assert panel.train.isEnabled()


def test_models_of_the_project_are_listed_and_offered(window: MainWindow, qtbot: QtBot) -> None:
    panel, bench = _panel(window), window.bench
    model_id = _save_model(bench.session.project)
    with qtbot.waitSignal(bench.training.models_changed):
        bench.training.look()
    assert panel.parent_model.findData(model_id) == 0
    assert window.panes.proposals.source.findData(model_id) > 0
    row = panel.models.list.topLevelItem(0)
    assert row is not None
    assert [row.text(column) for column in range(3)] == ["First", "0.820", "0.600"]
    row.setSelected(True)
    assert "3 images with 40 objects" in panel.models.note.text()
    panel.models.use.click()
    assert window.panes.proposals.source.currentData() == model_id
    assert window.commands.training.parent_id == model_id
    assert bench.session.project.setting("proposal source") == model_id, "also after a restart"
    found = find_trained(model_id)
    assert found is not None
    assert found.spec.categories == ("cell",)


def test_models_are_compared_and_exported(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = window.bench
    model_id = _save_model(bench.session.project)
    with qtbot.waitSignal(bench.training.models_changed):
        bench.training.look()
    target = tmp_path / "copy.safetensors"
    monkeypatch.setattr(
        "gui.training.training_commands.QFileDialog.getSaveFileName",
        lambda *_: (str(target), ""),
    )
    with qtbot.waitSignal(bench.session.message_posted):
        window.commands.training.export(model_id)
    assert target.is_file()
    asked: list[str] = []
    monkeypatch.setattr(bench.proposals, "propose", asked.append)
    window.commands.training.compare((model_id,))
    (dialog,) = window.findChildren(ModelComparisonDialog)
    assert dialog.table.columnCount() == 2
    dialog.propose.click()
    assert asked == ["unet-nuclei", model_id]
    # Nothing is approved, so there is nothing that both could be judged by.
    qtbot.waitUntil(lambda: "Approve one more image" in dialog.note.text())
    assert "when it was trained" in dialog.note.text()
    assert not dialog.busy.isVisible()
    dialog.show_compared(
        events.Compared(("unet-nuclei", model_id), (OLD, NEW), (0.9, 0.8), 3, by_parts=False)
    )
    assert "same 3 images that none of them has learnt from" in dialog.note.text()
    cells = [dialog.table.item(0, column) for column in range(2)]
    assert [cell.text() for cell in cells if cell is not None] == ["0.610", "0.820"]
    dialog.close()


def test_a_broken_model_file_is_left_out(window: MainWindow, qtbot: QtBot) -> None:
    bench = window.bench
    model_id = _save_model(bench.session.project)
    place = training_place(bench.session.project.path)
    (place.models / "trained-broken.safetensors").write_bytes(b"nothing")
    with qtbot.waitSignal(bench.training.models_changed):
        bench.training.look()
    assert [model.spec.id for model in bench.training.models] == [model_id]


def test_an_interrupted_run_can_be_resumed_or_thrown_away(window: MainWindow, qtbot: QtBot) -> None:
    panel, runs = _panel(window), window.bench.training
    window.show_panel("training")
    folder = RunFolder(runs.place.runs / "trained-x")
    folder.write_order(
        RunOrder(model_id="trained-x", name="x", parent_id="unet-nuclei", model_file="x")
    )
    for event in (PREPARED, STEPPED, JUDGED):
        folder.append(event)
    with qtbot.waitSignal(runs.models_changed):
        runs.look()
    assert panel.train.text() == "Resume"
    assert "interrupted" in panel.status.text()
    assert panel.progress.losses is not None
    panel.discard.click()
    qtbot.waitUntil(lambda: not folder.path.exists())
    assert panel.train.text() == "Train"


def test_approving_trains_by_itself_once_for_several(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = window.bench
    begun: list[int] = []
    monkeypatch.setattr("gui.training.automatic_training.SETTLE_MS", 1)
    automatic = AutomaticTraining(bench.session, bench.training, lambda: begun.append(1), window)
    states = window.commands.states
    states.set_states((1,), ImageState.APPROVED)
    assert not automatic.is_on
    automatic.switch(True)
    states.set_states((2, 3), ImageState.APPROVED)
    states.set_states((1,), ImageState.IN_PROGRESS)
    qtbot.waitUntil(lambda: bool(begun))
    assert begun == [1]
    automatic.switch(False)


def test_options_become_a_recipe_that_is_kept(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = window.commands.training
    dialog = TrainingOptionsDialog(commands.recipe(), is_detector=False, parent=window)
    qtbot.addWidget(dialog)
    spy = QSignalSpy(dialog.chosen)
    dialog.task.setCurrentIndex(1)
    dialog.steps.setValue(33)
    dialog.losses["focal"].setChecked(True)
    dialog.losses["dice"].setChecked(False)
    monkeypatch.setattr(
        "gui.training.replay_field.QFileDialog.getExistingDirectory", lambda *_: "/old/cells"
    )
    dialog.replay_from.folder.click()
    dialog.accept()
    recipe = spy.at(0)[0]
    assert isinstance(recipe, Recipe)
    assert (recipe.task, recipe.steps) == (Task.SEMANTIC, 33)
    assert recipe.replay_from == "/old/cells"
    assert "focal" in recipe.losses
    assert "dice" not in recipe.losses
    commands._keep_recipe(commands._parent_spec(), recipe)
    stored = window.bench.session.project.setting("training/recipes")
    assert stored is not None
    assert json.loads(stored)["unet-nuclei"]["steps"] == 33
    assert commands.recipe().steps == 33


def test_suggested_images_are_listed_with_the_reason_and_shown(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel, bench = _panel(window), window.bench
    model_id = _save_model(bench.session.project)
    folder = bench.training.place.run_folder(model_id)
    folder.write_order(
        RunOrder(model_id=model_id, name="x", parent_id="unet-nuclei", model_file="x")
    )
    folder.append(events.Ranked((Suggestion(3, 0.9, "unlike what is labelled"),)))
    folder.append(events.Failed("over"))
    with qtbot.waitSignal(bench.training.suggested):
        bench.training.look()
    row = panel.next.list.topLevelItem(0)
    assert row is not None
    assert [row.text(0), row.text(1)] == ["three.png", "unlike what is labelled"]
    panel.next.list.itemClicked.emit(row, 0)
    assert bench.session.image is not None
    assert bench.session.image.id == 3
    images = window.panes.images
    images.order.setCurrentIndex(images.order.findText("Suggested next"))
    assert images.model.image_at(0).id == 3
    assert "unlike what is labelled" in images.hint.text()


def test_approved_images_are_logged_and_drawn(window: MainWindow, qtbot: QtBot) -> None:
    panel, bench = _panel(window), window.bench
    item = Annotation(new_annotation_id(), 1, 1, Mask.from_array(np.ones((4, 4)), 5, 5))
    bench.session.project.history.apply(add(item))
    window.show_panel("training")
    panel.pages.setCurrentWidget(panel.next)
    window.commands.states.set_states((1,), ImageState.APPROVED)
    qtbot.waitUntil(lambda: "100%" in panel.next.effort_note.text())
    assert panel.next.effort is not None
    assert not panel.next.effort.is_empty


def test_a_label_that_goes_while_its_training_runs_is_spoken_of_once(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel, bench = _panel(window), window.bench
    window.show_panel("training")
    bench.session.apply(add_label(bench.session.state, "rare"))
    rare = bench.session.state.label_named("rare")
    assert rare is not None
    runs, said = bench.training, QSignalSpy(bench.session.message_posted)
    categories = tuple(label.name for label in bench.session.state.labels.values())
    runs._progress = fold((structs.replace(PREPARED, categories=categories), STEPPED))
    bench.session.apply(delete_label(bench.session.state, (), rare.id))
    (sentence,) = [said.at(row)[0] for row in range(said.count()) if "“rare”" in said.at(row)[0]]
    assert "still learns it; stop it and train again" in sentence
    assert sentence in panel.progress.notices.text()
    assert panel.stop.isEnabled(), "the training goes on"
    runs._take(STEPPED)
    assert panel.progress.notices.text().count("“rare”") == 1
    bench.undo()
    bench.redo()
    assert panel.progress.notices.text().count("“rare”") == 2


def test_tab_goes_down_the_fields_of_the_options(window: MainWindow, qtbot: QtBot) -> None:
    dialog = TrainingOptionsDialog(
        window.commands.training.recipe(), is_detector=False, parent=window
    )
    qtbot.addWidget(dialog)
    dialog.show()
    heights: list[int] = []
    widget: QWidget | None = dialog.task
    while widget is not None and widget is not dialog.frozen:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            heights.append(widget.mapTo(dialog, widget.rect().center()).y())
        widget = widget.nextInFocusChain()
    assert len(heights) > 8
    assert heights == sorted(heights)
