"""One image is labelled by hand, a model learns from it, and the next one comes out better."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from gui.dialogs.training_options_dialog import TrainingOptionsDialog
from tests.core.training.test_promotion import checked_squares
from tests.journeys.conftest import Play
from tests.journeys.driver import Person, wait_until
from tests.journeys.learning_story import LabelMap, LearningStory

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

STEPS, CROP_PX = 60, 96


def test_label_train_and_see_the_next_come_out_better(tmp_path: Path, play: Play) -> None:
    truths: dict[str, LabelMap] = {}
    for number in range(3):
        pixels, truth = checked_squares(number)
        Image.fromarray(pixels).save(tmp_path / f"squares-{number}.png")
        truths[f"squares-{number}.png"] = truth

    def first_sitting(person: Person) -> None:
        story = LearningStory(person, truths, patience_s=150)
        person.show_panel("proposals")
        story.propose("squares-1.png", "unet-nuclei")
        person.key("Shift+F")
        before = story.dice("squares-1.png")
        person.key("Ctrl+Z")
        with person.answering(TrainingOptionsDialog, _train_quickly):
            person.menu("training_options")
        story.draw_by_hand("squares-0.png")
        end = story.approve_and_train()
        assert end.promoted, end.verdict
        suggestions = person.window.bench.training.suggestions
        assert {item.image_id for item in suggestions} == {2, 3}
        story.propose("squares-1.png")
        assert person.window.panes.proposals.source.currentText() == "Trained 1 (1 image)"
        after, share = story.accept_and_correct("squares-1.png")
        assert after > before + 0.1
        assert 0 < share < 1, "less is drawn by hand than for the first one"
        person.key("Ctrl+Shift+D")
        efforts = person.window.panes.training.next
        person.show_panel("training")
        wait_until(lambda: "2 approved images" in efforts.effort_note.text(), "the effort")

    def second_sitting(person: Person) -> None:
        window = person.window
        source = window.panes.proposals.source
        wait_until(lambda: source.currentText() == "Trained 1 (1 image)", "the model again")
        assert window.panes.training.parent_model.currentText() == "Trained 1 (1 image)"
        assert window.commands.training.recipe().steps == STEPS, "a child is trained as its parent"

    assert play([tmp_path], first_sitting) == 0
    assert play([tmp_path], second_sitting) == 0


def _train_quickly(dialog: TrainingOptionsDialog) -> None:
    dialog.steps.setValue(STEPS)
    dialog.crop.setValue(CROP_PX)
    dialog.accept()
