"""Everything in the panes can be reached and used without a mouse, and the focus is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QToolBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.editing.labels import import_labels
from core.project.project import Project
from gui.dialogs.attributes_dialog import AttributesDialog
from gui.focus_ring import FocusRing
from gui.main_window import MainWindow
from gui.training.progress_page import ProgressPage
from tests.core.project.pictures import add, box
from tests.gui.windows import main_window

_USED = (QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit)


@pytest.fixture
def window(qtbot: QtBot, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        qtbot.waitUntil(window.isActiveWindow)
        yield window


def _of_the_product(widget: QWidget) -> bool:
    """Not a part that Qt made: popups of boxes, corners of tables, buttons inside of fields."""
    parents = []
    parent = widget.parentWidget()
    while parent is not None:
        parents.append(parent)
        parent = parent.parentWidget()
    made_by_qt = (QComboBox, QLineEdit, QAbstractItemView, QAbstractSpinBox)
    inside = any(isinstance(item, made_by_qt) for item in parents)
    return not inside and not isinstance(widget, QScrollBar)


def test_every_control_of_the_panes_takes_the_keyboard_and_has_a_name(window: MainWindow) -> None:
    lost, nameless = [], []
    for dock in window.panes.docks.all:
        for widget in dock.widget().findChildren(QWidget):
            if not isinstance(widget, _USED) or not _of_the_product(widget):
                continue
            where = f"{type(widget).__name__} in {dock.objectName()}"
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            hint = widget.placeholderText() if isinstance(widget, QLineEdit) else ""
            if not (widget.accessibleName() or text or hint):
                nameless.append(where)
            shown_only = isinstance(widget, QAbstractItemView) and (
                widget.selectionMode() is QAbstractItemView.SelectionMode.NoSelection
            )
            if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not shown_only:
                lost.append(where)
    assert nameless == []
    assert lost == []


def test_a_label_is_chosen_with_return(window: MainWindow) -> None:
    session, tree = window.bench.session, window.panes.labels.list
    session.apply(import_labels(session.state, ["cat", "dog"]))
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_Down)
    QTest.keyClick(tree, Qt.Key.Key_Down)
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert session.label.name == "dog"
    assert QApplication.focusWidget() is window.bench.canvas, "the hand goes on drawing"


def test_an_object_is_looked_at_with_return(window: MainWindow, qtbot: QtBot) -> None:
    window.bench.session.apply(add(box()))
    window.show_panel("objects")
    tree = window.panes.objects.tree
    qtbot.waitUntil(tree.isVisible)
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_Down)
    assert tree.currentItem() is not None
    with qtbot.waitSignal(window.panes.objects.zoom_requested, timeout=1000):
        QTest.keyClick(tree, Qt.Key.Key_Return)


def test_a_ring_shows_what_has_the_keyboard(window: MainWindow) -> None:
    labels = window.panes.labels
    labels.list.setFocus(Qt.FocusReason.TabFocusReason)
    ring = window.findChild(FocusRing)
    assert isinstance(ring, FocusRing)
    assert ring.isVisible()
    assert ring.widget() is labels.list
    window.bench.canvas.setFocus()
    assert not ring.isVisible()


def test_the_ring_goes_into_dialogs_and_comes_back(window: MainWindow, qtbot: QtBot) -> None:
    for _ in range(2):
        window.commands.attributes.define()
        dialog = window.findChild(AttributesDialog)
        assert isinstance(dialog, AttributesDialog)
        qtbot.waitUntil(dialog.isActiveWindow)
        dialog.choices.setVisible(True)
        for widget in (dialog.kind, dialog.choices, dialog.save):
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            ring = dialog.findChild(FocusRing)
            assert isinstance(ring, FocusRing)
            assert ring.isVisible()
            assert ring.widget() is widget
        dialog.close()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        window.panes.labels.list.setFocus(Qt.FocusReason.TabFocusReason)
        rings = [ring for ring in window.findChildren(FocusRing) if ring.isVisible()]
        assert [ring.widget() for ring in rings] == [window.panes.labels.list]


def test_the_ring_is_seen_on_a_tool_that_is_chosen(window: MainWindow) -> None:
    bar = window.findChild(QToolBar, "tools")
    assert isinstance(bar, QToolBar)
    button = bar.widgetForAction(window.actions_table["tool_select"])
    assert isinstance(button, QToolButton)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    ring = bar.findChild(FocusRing)
    assert isinstance(ring, FocusRing)
    assert button.isChecked()
    picture, place = bar.grab().toImage(), ring.geometry()
    middle = place.center().y()
    colors = [picture.pixelColor(place.left() + x, middle).name() for x in range(5)]
    palette = window.palette()
    accent, ground = (brush.color().name() for brush in (palette.highlight(), palette.window()))
    assert colors[0] == accent
    assert ground in colors[1:4]


@pytest.mark.parametrize("pane", ["layers", "training"])
def test_tab_passes_over_panes_that_lie_behind_others(window: MainWindow, pane: str) -> None:
    window.show_panel(pane)
    first = window.panes.images.list
    first.setFocus(Qt.FocusReason.TabFocusReason)
    reached: list[QWidget] = []
    for _ in range(150):
        focus = QApplication.focusWidget()
        assert focus is not None
        shown = focus.rect().translated(focus.mapTo(window, QPoint()))
        assert window.rect().intersects(shown), f"{focus} has the keyboard and is not seen"
        if focus is window.bench.canvas or (reached and focus is first):
            break
        reached.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    else:
        pytest.fail("Tab never comes round")
    dock = next(dock for dock in window.panes.docks.all if dock.objectName() == pane)
    assert any(dock.isAncestorOf(widget) for widget in reached)
    assert any(isinstance(widget, QTabBar) for widget in reached), "other panes are a key away"


def test_the_ring_is_seen_around_a_page_that_fills_its_parent(window: MainWindow) -> None:
    window.show_panel("training")
    page = window.panes.training.findChild(ProgressPage)
    assert isinstance(page, ProgressPage)
    page.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    left = page.mapTo(window, QPoint(0, page.height() // 2))
    picture = window.grab().toImage()
    colors = {picture.pixelColor(left.x() + x, left.y()).name() for x in range(-3, 4)}
    assert window.palette().highlight().color().name() in colors


def test_the_keyboard_goes_through_tools_and_panes(window: MainWindow) -> None:
    bar = window.findChild(QToolBar, "tools")
    assert isinstance(bar, QToolBar)
    window.bench.canvas.setFocus()
    window.commands.view.focus_next_pane()
    focus = QApplication.focusWidget()
    assert isinstance(focus, QToolButton)
    assert bar.isAncestorOf(focus)
    window.commands.view.focus_next_pane()
    focus = QApplication.focusWidget()
    assert focus is not None
    assert any(dock.isAncestorOf(focus) for dock in window.panes.docks.all)
