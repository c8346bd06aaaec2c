"""A hand that does anything with any tool, on the real window, and a slow judge beside it.

Events are noise, and between them deeds as people mean them, so that every tool
comes to something; which ones did is checked as well.

Every hundred events what the canvas shows is compared with a plain rendering of
the document; at the end everything is undone, and the first state must be back
to the bit.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.annotation import Label
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageState
from core.document.geometry import Box, Polygon, PolygonPart
from core.document.history import HistoryEvent
from core.project.codec import encode_annotation, encode_semantic
from core.project.project import Project
from gui.main_window import MainWindow
from gui.tools.registry import tool_infos
from tests.core.editing.examples import disc_mask
from tests.core.project.pictures import shape
from tests.gui.purposeful_hand import PurposefulHand
from tests.gui.reference_renderer import expected_colors
from tests.gui.windows import main_window

WIDTH, HEIGHT = 48, 36
NAMES = ("one.png", "two.png")
LABELS = (
    Label(2, "second", "#56b4e9", "2"),
    Label(3, "pose", "#cc79a7", "3", None, ("a", "b", "c"), ((1, 2), (2, 3))),
)
TOOLS = tuple(info.name for info in tool_infos() if info.name != "part")
KEYS = (
    *("Return", "Esc", "Backspace", "Del", "[", "]", "1", "2", "3", "L", "Z", "Shift+Z", "Alt+Z"),
    *("Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+D", "Ctrl+Z", "Ctrl+Z", "Ctrl+Shift+Z", "Shift+B"),
    *("Ctrl+G", "Ctrl+Alt+G", "Ctrl+Up", "Ctrl+Down", "Ctrl+Shift+Up", "Ctrl+Shift+Down"),
    *("Ctrl+Shift+M", "Ctrl+Shift+X", "Ctrl+Shift+I", "Ctrl+Shift+K", "Ctrl+Shift+G", "Ctrl+H"),
    *("Ctrl+I", "Ctrl+U", "Ctrl+]", "Ctrl+[", "Ctrl+B", "Ctrl+P", "Left", "Down", "A", "D"),
    *("Ctrl+Shift+V", "Shift+U", "Ctrl+2", "Ctrl+0", "Shift+N", "Shift+G"),
)
BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
MODIFIERS = (
    *(Qt.KeyboardModifier.NoModifier,) * 4,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
DEEDS = 0.07
"""So many of the events are deeds; each of them is some five events of its own."""

EVERY_TOOL = frozenset(
    (
        *("Draw rectangle", "Draw rotated rectangle", "Draw polygon", "Draw with the lasso"),
        *("Cut out with scissors", "Set keypoints", "Paint object", "Paint", "Erase", "Cut"),
        *("Take regions", "Take colour", "Paint class", "Objects from scribbles"),
        *("Move object", "Resize box", "Turn box", "Move vertex", "Add vertex", "Delete vertex"),
        *("Move edge", "Move point", "Hide keypoint", "Merge", "Subtract", "Intersect"),
        *("Split into parts", "Fill gaps", "Fill holes", "Remove islands", "Grow", "Shrink"),
        *("Smooth", "Convert to mask", "Convert to outline", "Change label", "Change order"),
        *("Hide", "Show", "Lock", "Duplicate", "Paste", "Delete", "Group", "Ungroup", "Copy"),
        *("Set note", "Set checked of image", "Relabel"),
    )
)
"""What changes of two thousand events are called, at their beginning."""

Stored = tuple[object, ...]


class RandomHand:
    """Sends one event after the other to the canvas of a window."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self.window = window
        self.canvas = window.bench.canvas
        self._random = random.Random(seed)  # noqa: S311 - nothing secret
        self._held: Qt.MouseButton | None = None
        self._deeds = PurposefulHand(window, self._random)

    def act(self) -> None:
        """One event."""
        pick, canvas = self._random, self.canvas
        place, held = self._place(), pick.choice(MODIFIERS)
        if pick.random() < DEEDS:
            self.let_go(place)
            self._deeds.do()
            return
        what = pick.random()
        if what < 0.30:
            QTest.mouseMove(canvas, place)
        elif what < 0.55:
            if self._held is None:
                self._held = pick.choice(BUTTONS)
                QTest.mousePress(canvas, self._held, held, place)
            else:
                QTest.mouseRelease(canvas, self._held, held, place)
                self._held = None
        elif what < 0.72:
            self.let_go(place)
            QTest.mouseClick(canvas, pick.choice(BUTTONS), held, place)
        elif what < 0.76:
            self.let_go(place)
            QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, held, place)
        elif what < 0.80:
            self._wheel(place, pick.choice((-120, 120)), held)
        elif what < 0.86:
            self.window.actions_table[f"tool_{pick.choice(TOOLS)}"].trigger()
        else:
            QTest.keySequence(canvas, QKeySequence(pick.choice(KEYS)))
        QApplication.processEvents()

    def let_go(self, place: QPoint) -> None:
        """Release what is held."""
        if self._held is not None:
            QTest.mouseRelease(self.canvas, self._held, Qt.KeyboardModifier.NoModifier, place)
            self._held = None

    def rest(self) -> None:
        """Finish or drop everything, select nothing, and take the hand off the picture."""
        self.let_go(self._place())
        self.window.bench.refining.cancel()
        self.window.actions_table["tool_select"].trigger()
        self.window.bench.session.select(frozenset())
        QApplication.sendEvent(self.canvas, QEvent(QEvent.Type.Leave))
        self.canvas.fit()
        QApplication.processEvents()

    def _place(self) -> QPoint:
        """A place on the picture, now and then beside it."""
        x = self._random.uniform(-3, WIDTH + 3)
        y = self._random.uniform(-3, HEIGHT + 3)
        screen_x, screen_y = self.canvas.viewport.to_screen(x, y)
        return QPoint(round(screen_x), round(screen_y))

    def _wheel(self, place: QPoint, angle: int, held: Qt.KeyboardModifier) -> None:
        position = QPointF(place)
        event = QWheelEvent(
            position,
            self.canvas.mapToGlobal(position),
            QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            held,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)


def _pixels(image: QImage) -> npt.NDArray[np.uint8]:
    converted = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width, stride = converted.height(), converted.width(), converted.bytesPerLine()
    flat = np.frombuffer(converted.constBits(), np.uint8)[: height * stride]
    return flat.reshape(height, stride)[:, : width * 3].reshape(height, width, 3).copy()


def _compare(hand: RandomHand, pictures: dict[str, npt.NDArray[np.uint8]]) -> int:
    """What is shown against the document; returns how many pixels could be compared."""
    session = hand.window.bench.session
    assert session.image is not None
    assert session.document is not None
    view, frame = hand.canvas.viewport, _pixels(hand.canvas.grab_frame())
    expected, reliable = expected_colors(
        pictures[session.image.name], session.document, session.state, view.scale
    )
    rows, columns = np.nonzero(reliable)
    places = [view.to_screen(x + 0.5, y + 0.5) for y, x in zip(rows, columns, strict=True)]
    shown = np.array([frame[int(y), int(x)] for x, y in places], np.float64).reshape(-1, 3)
    wrong = np.abs(shown - expected[rows, columns]).max(axis=1, initial=0) > 3
    assert not wrong.any(), (
        f"{wrong.sum()} of {len(places)} pixels differ on {session.image.name}, first at "
        f"{columns[wrong][0], rows[wrong][0]}: {shown[wrong][0]}, not "
        f"{expected[rows, columns][wrong][0]}"
    )
    return len(places)


def _stored(project: Project) -> Stored:
    documents = {image.id: project.history.document(image.id) for image in project.images}
    state = project.history.state
    images = {
        key: (
            frozenset(map(encode_annotation, document.annotations.values())),
            frozenset(map(encode_semantic, document.semantic.values())),
            state.states.get(key, ImageState.UNLABELLED),
            dict(state.attributes_of_image(key)),
        )
        for key, document in documents.items()
    }
    return images, dict(state.labels), dict(state.layers), dict(state.attributes)


@contextmanager
def _window(folder: Path) -> Iterator[tuple[MainWindow, dict[str, npt.NDArray[np.uint8]]]]:
    generator = np.random.default_rng(3)
    pictures = {}
    for name in NAMES:
        coarse = generator.integers(40, 215, (HEIGHT // 6, WIDTH // 6, 3), np.uint8)
        pictures[name] = coarse.repeat(6, axis=0).repeat(6, axis=1)
        Image.fromarray(pictures[name]).save(folder / name)
    project = Project.create(folder / "hand.maskwright", folder, NAMES, author="hand")
    holed = PolygonPart(
        np.array([(4.0, 4), (20, 4), (20, 20), (4, 20)]),
        (np.array([(8.0, 8), (14, 8), (14, 14), (8, 14)]),),
    )
    items = (
        shape(Box(25, 3, 14, 11)),
        shape(Polygon((holed,)), label_id=2),
        shape(disc_mask(22, 17, 12)),
    )
    start = Change(
        "Start",
        MappingProxyType({1: ImageChange(annotations=Difference(added=items))}),
        Difference(added=LABELS),
    )
    project.history.apply(start)
    try:
        with main_window(project, folder) as window:
            yield window, pictures
    finally:
        project.close(give_up_unsaved=True)


def _play(
    qtbot: QtBot,
    folder: Path,
    seed: int,
    count: int,
    every: int = 100,
    wanted: Iterable[str] = (),
) -> Counter[str]:
    """Returns how often each kind of change was made.

    Dice may leave a kind out, and what they throw depends on the size of the canvas:
    while one of ``wanted`` is missing the hand goes on, up to twice as long.
    """
    made: Counter[str] = Counter()
    with _window(folder) as (window, pictures):
        bench, history = window.bench, window.bench.session.project.history
        qtbot.waitUntil(lambda: bench.presenter.shows(1) and bench.regions.get(1) is not None)
        qtbot.waitUntil(window.isActiveWindow)
        window.resize(1700, 1000)  # so that the middle of a pixel is far from its edges
        hand, first = RandomHand(window, seed), _stored(bench.session.project)
        stop_counting = history.subscribe(lambda event: _count(event, made))
        compared = 0
        for number in range(1, 2 * count + 1):
            if number > count and not _missing(wanted, made):
                break
            hand.act()
            if number % every == 0:
                hand.rest()
                image = bench.session.image
                assert image is not None
                qtbot.waitUntil(partial(bench.presenter.shows, image.id))
                compared += _compare(hand, pictures)
        stop_counting()
        hand.rest()
        steps = 0
        while history.next_undo is not None and history.next_undo.name != "Start":
            bench.session.undo()
            steps += 1
        assert _stored(bench.session.project) == first
        assert steps > count // 40, "the hand did something"
        assert compared > count, "there was something to compare"
    return made


def _missing(wanted: Iterable[str], made: Counter[str]) -> list[str]:
    """The kinds of change that did not occur yet."""
    return sorted(name for name in wanted if not any(done.startswith(name) for done in made))


def _count(event: HistoryEvent, made: Counter[str]) -> None:
    made[event.change.name] += 1


def test_some_events_and_back(qtbot: QtBot, tmp_path: Path) -> None:
    _play(qtbot, tmp_path, seed=1, count=120, every=60)


@pytest.mark.slow
def test_two_thousand_events_of_every_tool_and_back(qtbot: QtBot, tmp_path: Path) -> None:
    made = _play(qtbot, tmp_path, seed=2, count=2000, wanted=EVERY_TOOL)
    missing = _missing(EVERY_TOOL, made)
    assert not missing, f"these came to nothing: {missing}"
