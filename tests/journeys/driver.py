"""Plays a person at the program: real key and mouse events on the real window.

``play`` runs the program's own ``main`` and lets a story act while its event
loop runs. A story sees what a person sees: widgets, and where the picture lies
on the canvas. It looks behind them only to check what was kept.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from unittest import mock

import shiboken6
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QFileDialog,
    QLineEdit,
    QWidget,
)

from core.document.annotation import Annotation
from gui.__main__ import main
from gui.main_window import FIRST_SIZE, MainWindow
from gui.start_window import StartWindow

PATIENCE_S = 30.0
STORY_LIMIT_S = 100
W = TypeVar("W", bound=QWidget)
Point = tuple[float, float]


@dataclass
class Story:
    """What a story came to: the exit status, and what it raised."""

    status: int | None = None
    errors: list[BaseException] = field(default_factory=list)


def play(
    arguments: Sequence[str | Path],
    act: Callable[[Person], None],
    limit_s: float = STORY_LIMIT_S,
) -> int:
    """Run ``maskwright ARGUMENTS`` and let ``act`` use it; returns the exit status.

    When ``act`` ends, what is still open is closed as a person would close it. A
    story that takes longer than ``limit_s`` is ended.
    """
    story = Story()

    def begin() -> None:
        person = Person()
        try:
            act(person)
        except BaseException as error:  # noqa: BLE001 - raised again below, outside of Qt
            story.errors.append(error)
        finally:
            person.close_everything()

    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(begin)
    timer.start(0)

    def give_up() -> None:
        story.errors.append(AssertionError(f"not at its end after {limit_s:.0f} s"))
        QApplication.exit(1)

    watchdog = QTimer()
    watchdog.setSingleShot(True)
    watchdog.timeout.connect(give_up)
    watchdog.start(round(limit_s * 1000))
    words = ["maskwright", *map(str, arguments)]
    # With a display named, the command opens its window, be it on Qt's offscreen platform.
    display = {"DISPLAY": os.environ.get("DISPLAY", ":0")}
    with mock.patch.object(sys, "argv", words), mock.patch.dict("os.environ", display):
        try:
            main()
        except SystemExit as end:
            story.status = end.code if isinstance(end.code, int) else 0
        finally:
            watchdog.stop()
    if story.errors:
        raise story.errors[0]
    assert story.status is not None
    return story.status


def wait_until(condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Let the program live until something has come about."""
    deadline = time.monotonic() + patience_s
    loop = QEventLoop()
    timer = QTimer()
    timer.setInterval(5)

    def look() -> None:
        if condition() or time.monotonic() > deadline:
            loop.quit()

    timer.timeout.connect(look)
    timer.start()
    if not condition():
        loop.exec()
    timer.stop()
    assert condition(), f"waited {patience_s:.0f} s for {what}, in vain"


class Person:
    """Eyes and hands on the one window that is open."""

    @property
    def window(self) -> MainWindow:
        """The window of the open project, waited for."""
        wait_until(lambda: any(_with_a_picture()), "the window of a project")
        found = _with_a_picture()[0]
        if QGuiApplication.platformName() == "offscreen" and found.width() < FIRST_SIZE.width():
            # Qt's screen of nobody has 800 pixels; people have larger ones.
            found.resize(FIRST_SIZE)
            QApplication.processEvents()
        return found

    @property
    def start_window(self) -> StartWindow:
        """The start page, waited for."""
        wait_until(lambda: _shown(StartWindow), "the start page")
        return _shown(StartWindow)[0]

    def close_everything(self) -> None:
        """Close what is still open, dialogs first."""
        for widget in reversed(QApplication.topLevelWidgets()):
            # Closing one may have taken another with it.
            if shiboken6.isValid(widget) and widget.isVisible():
                widget.close()

    # What can be seen.

    @property
    def mine(self) -> tuple[Annotation, ...]:
        """The objects of the edited layer on this image, back to front."""
        session = self.window.bench.session
        assert session.document is not None
        return session.document.in_layer(session.layer.id)

    @property
    def image_name(self) -> str:
        """The picture on the screen."""
        image = self.window.bench.session.image
        assert image is not None
        return image.name

    @property
    def message(self) -> str:
        """What the bar above the canvas says; empty when it is hidden."""
        bar = self.window.message_bar
        return bar.text.text() if bar.isVisible() else ""

    @property
    def status(self) -> str:
        """What the status line says."""
        return self.window.statusBar().currentMessage()

    # Pictures.

    def open_picture(self, name: str) -> None:
        """Click a picture in the list and wait until it and its regions are there."""
        panel = self.window.panes.images
        model = panel.model
        row = next(row for row in range(model.rowCount()) if model.image_at(row).name == name)
        index = model.index(row)
        panel.list.scrollTo(index)
        self._click_in(panel.list, panel.list.visualRect(index).center())
        wait_until(lambda: self.image_name == name, f"{name} on the screen")
        self.wait_for_picture()

    def wait_for_picture(self) -> None:
        """Wait until the picture on the screen is decoded and its regions are known."""
        bench = self.window.bench
        image = bench.session.image
        assert image is not None
        wait_until(lambda: bench.images.get(image.id), f"{image.name} to be decoded")
        wait_until(lambda: bench.regions.get(image.id), f"the regions of {image.name}")

    # The hand.

    def key(self, sequence: str, target: QWidget | None = None) -> None:
        """Press a key or a combination such as ``Ctrl+Z`` over the canvas or another widget."""
        widget = target or self.window.bench.canvas
        self._activate(widget)
        widget.setFocus()
        QTest.keySequence(widget, QKeySequence(sequence))
        QApplication.processEvents()

    def move(self, x: float, y: float) -> None:
        """Move the mouse to a place in the picture."""
        QTest.mouseMove(self.window.bench.canvas, self._on_screen(x, y))
        QApplication.processEvents()

    def click(
        self,
        x: float,
        y: float,
        *,
        right: bool = False,
        held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """Click a place in the picture."""
        button = Qt.MouseButton.RightButton if right else Qt.MouseButton.LeftButton
        self.move(x, y)
        QTest.mouseClick(self.window.bench.canvas, button, held, self._on_screen(x, y))
        QApplication.processEvents()

    def double_click(self, x: float, y: float) -> None:
        """Press, release, press again, as a quick hand does."""
        self.click(x, y)
        place = self._on_screen(x, y)
        canvas = self.window.bench.canvas
        QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=place)
        QApplication.processEvents()

    def drag(self, *points: Point, right: bool = False) -> None:
        """Press at the first place, move through the others, release at the last."""
        canvas = self.window.bench.canvas
        button = Qt.MouseButton.RightButton if right else Qt.MouseButton.LeftButton
        places = [self._on_screen(x, y) for x, y in points]
        QTest.mouseMove(canvas, places[0])
        QTest.mousePress(canvas, button, pos=places[0])
        for place in places[1:]:
            QTest.mouseMove(canvas, place)
        QTest.mouseRelease(canvas, button, pos=places[-1])
        QApplication.processEvents()

    def press(self, button: QAbstractButton) -> None:
        """Click a button."""
        self._click_in(button, button.rect().center())

    def click_row(self, view: QAbstractItemView, row: int) -> None:
        """Click a row of a list."""
        self._click_in(view, view.visualRect(view.model().index(row, 0)).center())

    def show_panel(self, name: str) -> None:
        """Bring a pane to the front."""
        self.window.show_panel(name)
        QApplication.processEvents()

    def menu(self, action_id: str) -> None:
        """Choose a row of a menu."""
        self.window.actions_table[action_id].trigger()
        QApplication.processEvents()

    # Dialogs.

    @contextmanager
    def answering(self, kind: type[W], answer: Callable[[W], object]) -> Iterator[None]:
        """Answer the modal dialog that what is done inside opens."""
        answered: list[W] = []
        failures: list[BaseException] = []
        deadline = time.monotonic() + PATIENCE_S

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            try:
                if dialog is not None and time.monotonic() > deadline:
                    raise AssertionError(f"{dialog} stayed open")
                if isinstance(dialog, kind) and not answered and dialog.isActiveWindow():
                    answered.append(dialog)
                    answer(dialog)
            except BaseException as error:  # noqa: BLE001 - raised again below
                failures.append(error)
                if dialog is not None:
                    dialog.close()

        timer = QTimer()
        timer.setInterval(10)
        timer.timeout.connect(look)
        timer.start()
        try:
            yield
            wait_until(lambda: answered or failures, f"a {kind.__name__}")
            wait_until(lambda: QApplication.activeModalWidget() is None, "the dialog to close")
        finally:
            timer.stop()
        if failures:
            raise failures[0]

    def naming_file(self, path: Path) -> Callable[[QFileDialog], None]:
        """Type a path into a file dialog and press Enter."""

        def answer(dialog: QFileDialog) -> None:
            field_ = dialog.findChild(QLineEdit, "fileNameEdit")
            assert isinstance(field_, QLineEdit)
            field_.setText(str(path))
            dialog.accept()

        return answer

    def typing(self, text: str) -> Callable[[QDialog], None]:
        """Type a text into the only field of a dialog and press Enter."""

        def answer(dialog: QDialog) -> None:
            field_ = dialog.findChild(QLineEdit)
            assert isinstance(field_, QLineEdit)
            field_.clear()
            QTest.keyClicks(field_, text)
            QTest.keyClick(field_, Qt.Key.Key_Return)

        return answer

    def _click_in(self, widget: QWidget, place: QPoint) -> None:
        target = widget.viewport() if isinstance(widget, QAbstractItemView) else widget
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=place)
        QApplication.processEvents()

    def _on_screen(self, x: float, y: float) -> QPoint:
        self._wait_to_see()
        screen_x, screen_y = self.window.bench.canvas.viewport.to_screen(x, y)
        return QPoint(round(screen_x), round(screen_y))

    def _wait_to_see(self) -> None:
        """Nobody points at a picture that is not there yet; one that is broken never comes."""
        bench = self.window.bench
        image = bench.session.image
        assert image is not None
        if bench.session.document is not None:
            wait_until(lambda: bench.presenter.shows(image.id), f"{image.name} to be seen")

    def _activate(self, widget: QWidget) -> None:
        window = widget.window()
        if QApplication.activeWindow() is not window:
            window.activateWindow()
            wait_until(lambda: QApplication.activeWindow() is window, "the window to be active")


def _shown(kind: type[W]) -> list[W]:
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, kind) and widget.isVisible()
    ]


def _with_a_picture() -> list[MainWindow]:
    return [window for window in _shown(MainWindow) if window.bench.session.image is not None]
