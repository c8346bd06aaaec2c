"""A person labels one image after the other, and the program learns from each.

``LearningStory`` is used by ``test_learning.py`` in short. As a script it plays ten stained
images from a model that knows fluorescence only, in a window that can be looked at:

    python -m tests.journeys.learning_story --data shared/data --base FILE --out DIR

``--base`` are the weights that ``core.training.figures.measure --only-base`` makes. Every image
is proposed on, accepted, corrected until it equals the truth, approved and learnt from. What
came out is printed, kept in DIR/story.json and photographed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.document.annotation import Annotation, new_annotation_id
from core.document.change import Change, Difference, ImageChange
from core.document.mask import Mask
from core.editing.annotations import with_shape
from core.imaging.rasterise import rasterise
from core.training.effort import effort_of
from core.training.events import Finished
from core.training.metrics import mask_ious
from gui.dialogs.training_options_dialog import TrainingOptionsDialog
from gui.proposals.proposal_commands import REGIONS_SOURCE
from tests.journeys.driver import Person, play, wait_until

LabelMap = npt.NDArray[np.int32]
_SAME_OBJECT_IOU = 0.5
_OUTLINE_STEP_PX = 0.8
_SETTLE_MS = 400
"""For photographs only; nothing that is checked waits for time."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One image: Dice of what was proposed, what was changed by hand, what came of training."""

    image: str
    model: str
    proposed: int
    dice: float
    edited_share: float
    verdict: str
    next_image: str
    why_next: str


class LearningStory:
    """``truths`` are label maps by the name of the image; ``look`` photographs the window."""

    def __init__(
        self,
        person: Person,
        truths: dict[str, LabelMap],
        look: Callable[[str], object] = lambda _name: None,
        patience_s: float = 60.0,
    ) -> None:
        self._person = person
        self._truths = truths
        self._look = look
        self._patience_s = patience_s
        self.chapters: list[Chapter] = []

    def train_for(self, steps: int) -> None:
        """Choose in the dialog how long a training may be."""
        person = self._person
        with person.answering(TrainingOptionsDialog, lambda dialog: _choose_steps(dialog, steps)):
            person.menu("training_options")

    def draw_by_hand(self, name: str) -> None:
        """Outline every object with the polygon tool, click by click."""
        person = self._person
        person.open_picture(name)
        person.key("P")
        truth = self._truths[name]
        for number in np.unique(truth[truth > 0]).tolist():
            before = len(person.mine)
            for x, y in _outline(truth == number):
                person.click(x, y)
            person.key("Return")
            assert len(person.mine) == before + 1, f"object {number} of {name} is drawn"
        person.key("V")

    def propose(self, name: str, model_id: str = "") -> int:
        """Let the model that the pane has chosen propose; how many it is sure of."""
        person = self._person
        person.open_picture(name)
        panel, bench = person.window.panes.proposals, person.window.bench
        if model_id:
            panel.source.setCurrentIndex(panel.source.findData(model_id))
        assert panel.source.currentData() != REGIONS_SOURCE
        person.press(panel.run)
        image, source = bench.session.image, panel.source.currentData()
        assert image is not None
        wait_until(
            lambda: source in bench.deck.sets_of(image.id), f"proposals on {name}", self._patience_s
        )
        wait_until(lambda: not bench.deck.is_preparing, "the deck")
        return len(bench.deck.items())

    def accept_and_correct(self, name: str) -> tuple[float, float]:
        """Accept all that is seen; Dice of it, and the share of pixels changed by hand after."""
        person = self._person
        if person.window.bench.deck.items():
            person.key("Shift+F")
        dice = self.dice(name)
        self._look(f"{name}-accepted")
        self._correct(self._truths[name])
        document = person.window.bench.session.document
        assert document is not None
        return dice, effort_of(document, person.window.bench.session.layer.id).share

    def approve_and_train(self) -> Finished:
        """Approve the image, train, and wait until the model and the next images are there."""
        person, runs = self._person, self._person.window.bench.training
        person.key("Ctrl+Shift+D")
        person.key("Ctrl+T")
        wait_until(lambda: runs.is_busy, "the training to begin")
        wait_until(lambda: not runs.is_busy, "the training to end", self._patience_s)

        def ranked() -> bool:
            progress = runs.progress
            return progress is not None and progress.suggestions == runs.suggestions != ()

        wait_until(ranked, "the images to label next", self._patience_s)
        end = runs.progress.end if runs.progress is not None else None
        assert isinstance(end, Finished), end
        return end

    def chapter(self, name: str, model_id: str = "") -> Chapter:
        """All of it for one image."""
        window = self._person.window
        found = self.propose(name, model_id)
        self._look(f"{name}-proposed")
        model = window.panes.proposals.source.currentText()
        dice, share = self.accept_and_correct(name)
        end = self.approve_and_train()
        upcoming = window.bench.training.suggestions
        images = window.bench.session.images
        chapter = Chapter(
            name,
            model,
            found,
            round(dice, 3),
            round(share, 3),
            end.verdict,
            images.by_id(upcoming[0].image_id).name if upcoming else "",
            upcoming[0].reason if upcoming else "",
        )
        self.chapters.append(chapter)
        return chapter

    def dice(self, name: str) -> float:
        """Dice of all objects on the screen with the truth."""
        wanted = self._truths[name] > 0
        given = np.zeros(wanted.shape, np.bool_)
        for mask in self._masks():
            given[mask.box.slices] |= mask.crop()
        return 2 * int((given & wanted).sum()) / max(int(given.sum()) + int(wanted.sum()), 1)

    def _masks(self) -> list[Mask]:
        document = self._person.window.bench.session.document
        assert document is not None
        return [rasterise(item.geometry, document.size) for item in self._person.mine]

    def _correct(self, truth: LabelMap) -> None:
        """Give every object its true shape, draw what is missing, delete what is too much."""
        session = self._person.window.bench.session
        document, items = session.document, self._person.mine
        assert document is not None
        numbers = np.unique(truth[truth > 0]).tolist()
        ious = mask_ious(self._masks(), truth)
        replaced, added, left = [], [], set(range(len(items)))
        for place, number in enumerate(numbers):
            shape = Mask.from_array(truth == number)
            best = max(left, key=lambda row: ious[row, place], default=None)
            if best is not None and ious[best, place] >= _SAME_OBJECT_IOU:
                left.discard(best)
                after = with_shape(document, items[best], shape)
                replaced.append((items[best], after))
            else:
                added.append(
                    Annotation(new_annotation_id(), session.layer.id, session.label.id, shape)
                )
        edits = Difference(
            added=tuple(added),
            removed=tuple(items[row] for row in sorted(left)),
            updated=tuple(replaced),
        )
        part = ImageChange(annotations=edits)
        assert session.apply(Change("Correct", MappingProxyType({document.image_id: part})))


def _choose_steps(dialog: TrainingOptionsDialog, steps: int) -> None:
    dialog.steps.setValue(steps)
    dialog.accept()


def _outline(shape: npt.NDArray[np.bool_]) -> Sequence[tuple[float, float]]:
    """Corners of a polygon around the pixels of an object, in pixel edges."""
    contours, _ = cv2.findContours(shape.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=cv2.contourArea)
    corners = cv2.approxPolyDP(largest, _OUTLINE_STEP_PX, closed=True)[:, 0]
    return [(x + 0.5, y + 0.5) for x, y in corners.tolist()]


@dataclass(frozen=True, slots=True)
class StainedStory:
    """The story on stained images; a sitting goes on where the one before ended.

    The first image is outlined by hand, with the mouse; the others are those that the
    program suggests. What came of each image is kept in ``out``, with photographs.
    """

    base: Path
    images: Path
    out: Path
    truths: dict[str, LabelMap]
    steps: int
    theme: str = "system"

    def sit_down(self, count: int, most: int) -> None:
        """Label and learn from images until there are ``count``, but at most ``most`` now."""
        play([self.images], lambda person: self._act(person, count, most), limit_s=24 * 3600)

    def chapters(self) -> list[Chapter]:
        """What has come out so far."""
        path = self.out / "story.json"
        return [Chapter(**item) for item in json.loads(path.read_bytes())] if path.exists() else []

    def _act(self, person: Person, count: int, most: int) -> None:
        window = person.window
        window.resize(1600, 1000)
        person.menu(f"theme_{self.theme}")
        told = self.chapters()

        def look(name: str) -> None:
            wait_until(lambda: not window.bench.deck.is_preparing, "the deck")
            QTest.qWait(_SETTLE_MS)
            window.grab().save(str(self.out / f"{name.replace('.png', '')}.png"))

        telling = LearningStory(person, self.truths, look, patience_s=900)
        if not told:
            told.append(self._first(person, telling, look))
            self._keep(told)
            most -= 1
        for _ in range(min(count - len(told), most)):
            person.show_panel("training")
            window.panes.training.pages.setCurrentWidget(window.panes.training.next)
            wait_until(lambda: window.bench.training.suggestions, "what is next")
            look(f"{len(told):02d}-next")
            upcoming = window.bench.session.images.by_id(
                window.bench.training.suggestions[0].image_id
            )
            person.show_panel("proposals")
            told.append(telling.chapter(upcoming.name))
            self._keep(told)
        person.show_panel("training")
        for page in (window.panes.training.next, window.panes.training.models):
            window.panes.training.pages.setCurrentWidget(page)
            look(f"{len(told):02d}-{type(page).__name__}")

    def _first(
        self, person: Person, telling: LearningStory, look: Callable[[str], object]
    ) -> Chapter:
        name = next(iter(self.truths))
        person.window.bench.runs.use_weights("unet-nuclei", self.base)
        person.show_panel("training")
        telling.train_for(self.steps)
        look("00-begin")
        person.show_panel("proposals")
        found = telling.propose(name, "unet-nuclei")
        look("00-proposed")
        telling.draw_by_hand(name)
        look("00-drawn")
        person.show_panel("training")
        end = telling.approve_and_train()
        look("01-trained")
        return Chapter(name, "drawn", found, 0.0, 1.0, end.verdict, "", "")

    def _keep(self, told: Sequence[Chapter]) -> None:
        print(json.dumps(asdict(told[-1])), flush=True)
        text = json.dumps([asdict(item) for item in told], indent=1)
        (self.out / "story.json").write_text(text, encoding="utf-8")


def stained_folder(data: Path, folder: Path) -> dict[str, LabelMap]:
    """The stained images of dsb2018 as files, those to learn from first; truths by name."""
    from core.training.figures.material import read_material

    material = read_material(data)
    folder.mkdir(parents=True, exist_ok=True)
    truths: dict[str, LabelMap] = {}
    for number, image in enumerate((*material.learn, *material.test), start=1):
        name = f"stained-{number:02d}.png"
        Image.fromarray(image.pixels).save(folder / name)
        assert image.instances is not None
        truths[name] = image.instances
    return truths


def print_table(story: StainedStory) -> None:
    """Every image, with Dice of what the base model would have proposed there."""
    from core.imaging.reading import read_image
    from core.models.registry import find_model
    from core.models.zoo.unet_adapter import UNetAdapter
    from core.training.data import LabelledImage, boxes_of_instances
    from core.training.validation import judge

    base = UNetAdapter.load(find_model("unet-nuclei"), story.base, "cpu")
    print(
        "| image | Dice proposed | of the base model | edited by hand |\n| --- "
        + "| --- " * 3
        + "|"
    )
    for item in story.chapters():
        truth = story.truths[item.image]
        pixels = read_image(story.images / item.image)
        image = LabelledImage(item.image, "new", pixels, truth, boxes_of_instances(truth))
        frozen = judge(base, [image], ()).dice
        ours = "drawn" if item.model == "drawn" else f"{item.dice:.3f}"
        print(f"| {item.image} | {ours} | {frozen:.3f} | {item.edited_share:.0%} |")


def main() -> None:
    """Read the arguments and play."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds dsb2018")
    parser.add_argument("--base", type=Path, required=True, help="weights to begin with")
    parser.add_argument("--out", type=Path, required=True, help="folder for what comes out")
    parser.add_argument("--images", type=int, default=10)
    parser.add_argument("--now", type=int, default=10, help="images in this sitting at most")
    parser.add_argument("--steps", type=int, default=60, help="steps of each training at most")
    parser.add_argument("--theme", choices=("dark", "light", "system"), default="system")
    arguments = parser.parse_args(sys.argv[1:])
    out = arguments.out.resolve()
    for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
        os.environ[f"XDG_{kind}_HOME"] = str(out / "home" / kind.lower())
    application = QApplication([])
    truths = stained_folder(arguments.data, out / "images")
    base = arguments.base.resolve()
    story = StainedStory(base, out / "images", out, truths, arguments.steps, arguments.theme)
    story.sit_down(arguments.images, arguments.now)
    if len(story.chapters()) >= arguments.images:
        print_table(story)
    application.quit()


if __name__ == "__main__":
    main()
