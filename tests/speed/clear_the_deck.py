"""Clears the deck of real images by keys in a real window, and counts what the hands do.

python -m tests.speed.clear_the_deck IMAGES INSTANCES.json [COUNT]

Two scripted people know the truth. The *careful* one looks at every proposal that is
shown and presses F where its IoU with an object is at least .5, X elsewhere. The
*quick* one clicks only what is wrong and presses X, then Shift+F for the rest. Both
are compared with drawing polygons: for every object that was accepted rightly, the
fewest vertices whose polygon reaches the IoU that the accepted mask has (at most .9),
and one more click that closes it.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.document.annotation import Geometry
from core.document.mask import Mask
from core.project.project import Project
from gui.main_window import MainWindow
from gui.proposals.deck_items import DeckItem
from tests.gui.windows import main_window

MODEL = "unet-nuclei"
RIGHT_IOU = 0.5
ENOUGH_IOU = 0.9
PATIENCE_S = 120.0

Truth = Mapping[str, tuple[Mask, ...]]


@dataclass(slots=True)
class Tally:
    """What one way of working came to on some images."""

    keys: int = 0
    clicks: int = 0
    accepted: int = 0
    right: int = 0
    objects: int = 0
    iou: float = 0.0
    seconds: float = 0.0

    @property
    def actions(self) -> int:
        """Keys and clicks together."""
        return self.keys + self.clicks


class Person:
    """Hands on one window; every key and click is counted."""

    def __init__(self, window: MainWindow, truth: Sequence[Mask], tally: Tally) -> None:
        self._window = window
        self._truth = truth
        self._tally = tally

    def careful(self) -> None:
        """Decide on one proposal after the other."""
        deck = self._window.bench.deck
        if deck.items():
            self._key("Tab")
        while (item := deck.current) is not None:
            self._key("F" if self._is_right(item) else "X")

    def quick(self) -> None:
        """Take out what is wrong, then take all."""
        deck = self._window.bench.deck
        while wrong := [item for item in deck.items() if not self._is_right(item)]:
            self._click_on(wrong[0])
            if deck.current is not wrong[0]:
                deck.make_current(wrong[0].key)
            self._key("X")
        if deck.items():
            self._key("Shift+F")

    def _is_right(self, item: DeckItem) -> bool:
        return best_iou(item.proposal.geometry, self._truth) >= RIGHT_IOU

    def _key(self, sequence: str) -> None:
        self._tally.keys += 1
        QTest.keySequence(self._window.bench.canvas, QKeySequence(sequence))
        QApplication.processEvents()

    def _click_on(self, item: DeckItem) -> None:
        self._tally.clicks += 1
        canvas = self._window.bench.canvas
        geometry = item.proposal.geometry
        assert isinstance(geometry, Mask)
        rows, columns = np.nonzero(geometry.crop())
        middle = len(rows) // 2
        x, y = canvas.viewport.to_screen(
            geometry.box.left + columns[middle] + 0.5, geometry.box.top + rows[middle] + 0.5
        )
        place = QPoint(round(x), round(y))
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        QApplication.processEvents()


def best_iou(shape: Geometry, truth: Sequence[Mask]) -> float:
    """IoU with the object that fits best."""
    if not isinstance(shape, Mask):
        return 0.0
    return max((iou(shape, target) for target in truth), default=0.0)


def iou(one: Mask, other: Mask) -> float:
    """Intersection over union of two masks."""
    shared = one.intersected(other).area
    return shared / max(one.area + other.area - shared, 1)


def polygon_clicks(target: Mask, wanted_iou: float) -> int:
    """The fewest vertices that give this IoU, found by thinning the outline, and one to close."""
    padded = np.pad(target.crop().astype(np.uint8), 1)
    outlines, _ = cv2.findContours(padded, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=len)
    best = len(outline)
    for tolerance in np.linspace(0.25, 12, 48):
        thin = cv2.approxPolyDP(outline, float(tolerance), True)
        drawn = cv2.fillPoly(np.zeros_like(padded), [thin], 1)
        shared = int((drawn & padded).sum())
        if len(thin) >= 3 and shared / max(int((drawn | padded).sum()), 1) >= wanted_iou:
            best = min(best, len(thin))
    return best + 1


def wait_until(condition: Callable[[], object]) -> None:
    """Let the program live until something has come about."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("waited in vain")
        QApplication.processEvents()
        time.sleep(0.002)


def read_truth(instances: Path) -> dict[str, tuple[Mask, ...]]:
    """All masks of a COCO file, through pycocotools."""
    from pycocotools.coco import COCO

    coco = COCO(str(instances))
    found: dict[str, tuple[Mask, ...]] = {}
    for image in coco.loadImgs(coco.getImgIds()):
        items = coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]]))
        name = Path(str(image["file_name"])).name
        found[name] = tuple(Mask.from_array(coco.annToMask(item)) for item in items)
    return found


def work(
    folder: Path, names: Sequence[str], truth: Mapping[str, tuple[Mask, ...]], how: str
) -> Tally:
    """One person clears all images, in a project of its own."""
    tally = Tally()
    project = Project.create(folder / f"{how}.maskwright", folder, names, author=how)
    with main_window(project, folder) as window:
        window.resize(1600, 1000)
        window.activateWindow()
        bench = window.bench
        window.panes.proposals.choose(MODEL)
        for image in list(bench.session.images):
            bench.session.show_image(image.id)
            wait_until(lambda: bench.loaded_image() is not None)
            window.commands.models.propose()
            wait_until(partial(bench.deck.sets_of, image.id))
            wait_until(lambda: bench.deck.items() or not bench.deck.is_preparing)
            wait_until(lambda: window.isActiveWindow() and not bench.tasks.running())
            bench.canvas.setFocus()
            begun = time.perf_counter()
            person = Person(window, truth[image.name], tally)
            person.careful() if how == "careful" else person.quick()
            tally.seconds += time.perf_counter() - begun
            document = bench.session.document
            assert document is not None
            mine = [item.geometry for item in document.in_layer(bench.session.layer.id)]
            tally.accepted += len(mine)
            tally.objects += len(truth[image.name])
            for target in truth[image.name]:
                best = max((iou(m, target) for m in mine if isinstance(m, Mask)), default=0.0)
                if best >= RIGHT_IOU:
                    tally.right += 1
                    tally.iou += best
        wait_until(lambda: not bench.runs.runs)
        window.grab().save(str(folder / f"{how}.png"))
    project.close()
    return tally


def main(arguments: Sequence[str]) -> int:
    """Play both people and print the figures as one line of JSON each."""
    images, instances = Path(arguments[0]), Path(arguments[1])
    count = int(arguments[2]) if len(arguments) > 2 else 10
    application = QApplication.instance() or QApplication([])
    names = sorted(path.name for path in images.iterdir())[:count]
    truth = read_truth(instances)
    folder = Path(tempfile.mkdtemp())
    for name in names:
        shutil.copy(images / name, folder / name)
    objects = [target for name in names for target in truth[name]]
    for how in ("careful", "quick"):
        tally = work(folder, names, truth, how)
        mean_iou = tally.iou / max(tally.right, 1)
        wanted = min(mean_iou, ENOUGH_IOU)
        clicks = [polygon_clicks(target, wanted) for target in objects]
        print(
            json.dumps(
                {
                    "how": how,
                    "images": len(names),
                    "objects": tally.objects,
                    "accepted": tally.accepted,
                    "right": tally.right,
                    "mean IoU": round(mean_iou, 3),
                    "keys": tally.keys,
                    "clicks": tally.clicks,
                    "actions per right mask": round(tally.actions / max(tally.right, 1), 2),
                    "polygon clicks per mask": round(float(np.mean(clicks)), 2),
                    "program seconds per action": round(tally.seconds / max(tally.actions, 1), 3),
                    "pictures": str(folder),
                }
            )
        )
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
