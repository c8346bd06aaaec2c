"""States of images and objects, comments with their pins, and the queue of what to fix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from core.document.annotation import ReviewState
from core.document.document import ImageState
from core.project.project import Project
from gui.dialogs.comment_dialog import CommentDialog
from gui.main_window import MainWindow
from gui.panels.image_rows import ImageOrder
from tests.core.project.pictures import add, box
from tests.gui.charts.projects import fill
from tests.gui.windows import main_window

WAIT_MS = 10_000


@pytest.fixture
def window(qapp: QApplication, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as found:
        yield found


def _listed(window: MainWindow) -> list[str]:
    model = window.panes.image_model
    return [model.image_at(row).name for row in range(model.rowCount())]


def _say(dialog: QDialog | None, text: str, reason: str = "") -> None:
    assert isinstance(dialog, CommentDialog)
    dialog.reason.setCurrentText(reason)
    dialog.text.setPlainText(text)
    QTest.keyClick(dialog.text, Qt.Key.Key_Return)


def test_each_state_has_a_key_is_listed_and_undone(window: MainWindow, qtbot: QtBot) -> None:
    session = window.bench.session
    for action, state in (
        ("image_needs_review", ImageState.NEEDS_REVIEW),
        ("image_rejected", ImageState.REJECTED),
        ("image_approved", ImageState.APPROVED),
        ("image_in_progress", ImageState.IN_PROGRESS),
    ):
        window.actions_table[action].trigger()
        assert session.state.state_of(1) is state
    model = window.panes.image_model
    assert "in work" in str(model.data(model.index(0)))
    for _ in range(3):
        session.undo()
    assert session.state.state_of(1) is ImageState.NEEDS_REVIEW
    window.panes.images.filter.setCurrentText("To review")
    assert _listed(window) == ["one.png"]
    window.panes.images.filter.setCurrentText("Not reviewed yet")
    assert len(_listed(window)) == 3


def test_several_images_get_a_state_in_one_step(window: MainWindow) -> None:
    panel, session = window.panes.images, window.bench.session
    panel.list.selectAll()
    assert panel.chosen_ids() == (1, 2, 3)
    panel.states_chosen.emit(panel.chosen_ids(), ImageState.APPROVED)
    assert {session.state.state_of(number) for number in (1, 2, 3)} == {ImageState.APPROVED}
    session.undo()
    assert {session.state.state_of(number) for number in (1, 2, 3)} == {ImageState.UNLABELLED}


def test_the_next_image_not_reviewed_goes_around(window: MainWindow) -> None:
    session, states = window.bench.session, window.commands.states
    states.set_states((2,), ImageState.APPROVED)
    states.walk_unreviewed(1)
    assert session.image is not None
    assert session.image.id == 3
    states.walk_unreviewed(1)
    assert session.image.id == 1
    states.set_states((3,), ImageState.REJECTED)
    messages: list[str] = []
    session.message_posted.connect(messages.append)
    states.walk_unreviewed(1)
    assert session.image.id == 1
    assert "reviewed" in messages[-1]


def test_a_comment_is_pinned_where_the_pointer_is_and_listed(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    session, canvas = window.bench.session, window.bench.canvas
    qtbot.waitUntil(lambda: window.bench.loaded_image() is not None, timeout=WAIT_MS)
    canvas.cursor_moved.emit((12.0, 7.5))
    _say(window.commands.comments.comment_here(), "is this one whole?", "missing part")
    panel = window.panes.comments
    row = panel.tree.topLevelItem(0)
    assert row is not None
    assert row.text(0) == "missing part: is this one whole?"
    assert row.text(1) == "tester"
    (comment,) = project.history.document(1).comments.values()
    assert (comment.x, comment.y) == (12.0, 7.5)
    assert canvas.pin_at(12.0, 7.5) is None, "the tip touches the place and hides nothing there"
    view = canvas.viewport
    x, y = view.to_screen(12.0, 7.5)
    head = view.to_image(x, y - 14)
    pin = canvas.pin_at(*head)
    assert pin is not None
    assert pin.words == "missing part: is this one whole? — tester"

    panel.tree.setCurrentItem(row)
    panel.settle.click()
    assert project.history.document(1).comments[comment.id].resolved
    window.panes.images.filter.setCurrentText("With comments")
    assert _listed(window) == ["one.png"]
    assert project.wait_until_saved()
    session.undo()
    session.undo()
    assert project.history.document(1).comments == {}
    assert panel.tree.topLevelItemCount() == 0


def test_comments_survive_a_restart_and_are_found_over_all_images(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    comments, session = window.commands.comments, window.bench.session
    _say(comments.comment_here(), "first")
    session.show_image(3)
    _say(comments.comment_here(), "third")
    assert project.wait_until_saved()
    copy = Project.open(project.path, author="other")
    said = [item.text for item in copy.history.document(3).comments.values()]
    copy.close()
    assert said == ["third"]
    panel = window.panes.comments
    panel.scope.setCurrentIndex(1)
    panel.refresh()
    qtbot.waitUntil(lambda: panel.tree.topLevelItemCount() == 2, timeout=WAIT_MS)
    first = panel.tree.topLevelItem(0)
    assert first is not None
    assert first.text(2) == "one.png"
    panel.tree.itemClicked.emit(first, 0)
    assert session.image is not None
    assert session.image.id == 1


def test_an_object_is_rejected_with_a_reason_on_it(window: MainWindow, project: Project) -> None:
    session, comments = window.bench.session, window.commands.comments
    item = box()
    session.apply(add(item))
    session.select(frozenset({item.id}))
    _say(comments.reject(), "", "bad outline")
    document = project.history.document(1)
    assert document.annotations[item.id].review is ReviewState.REJECTED
    (comment,) = document.comments.values()
    assert (comment.annotation_id, comment.reason) == (item.id, "bad outline")
    row = window.panes.objects.tree.topLevelItem(0)
    assert row is not None
    assert "rejected" in row.toolTip(0)
    comments.approve()
    assert project.history.document(1).annotations[item.id].review is ReviewState.APPROVED
    comments.approve()
    assert project.history.document(1).annotations[item.id].review is ReviewState.UNREVIEWED


def test_a_rejection_needs_no_words_but_a_comment_does(
    window: MainWindow, project: Project
) -> None:
    comments, session = window.commands.comments, window.bench.session
    item = box()
    session.apply(add(item))
    session.select(frozenset({item.id}))
    _say(comments.reject(), "")
    assert project.history.document(1).annotations[item.id].review is ReviewState.REJECTED
    assert project.history.document(1).comments == {}
    dialog = comments.comment_here()
    _say(dialog, "  ")
    assert dialog is not None
    assert dialog.isVisible(), "there is nothing to keep"
    dialog.reject()


def test_a_click_on_a_pin_marks_its_comment(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.bench.loaded_image() is not None, timeout=WAIT_MS)
    canvas, comments = window.bench.canvas, window.commands.comments
    for place in ((10.0, 20.0), (30.0, 20.0)):
        canvas.cursor_moved.emit(place)
        _say(comments.comment_here(), f"at {place[0]:.0f}")
    x, y = canvas.viewport.to_screen(10.0, 20.0)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y) - 14))
    current = window.panes.comments.current
    assert current is not None
    assert current.comment.text == "at 10"


def test_the_queue_follows_the_gain_and_says_when_it_is_over(
    window: MainWindow, qtbot: QtBot
) -> None:
    session, states = window.bench.session, window.commands.states
    fill(session)
    window.bench.scores.compare(3)
    panel = window.panes.images
    panel.order.setCurrentIndex(list(ImageOrder).index(ImageOrder.SUGGESTED))
    qtbot.waitUntil(lambda: len(states.queue.image_ids) == 3, timeout=WAIT_MS)
    # Pairs now: 1 found, a dog missed, an extra cat; a cat missed; an extra dog.
    assert states.queue.queue.score == pytest.approx(1 / 5)
    assert states.queue.image_ids[0] == 1, "two true objects become right and one extra is gone"
    assert _listed(window)[0] == "one.png"
    assert not panel.hint.isHidden()
    assert "fixing the next image adds" in panel.hint.text()
    states.walk_queue(1)
    assert session.image is not None
    assert session.image.id == states.queue.image_ids[1]
    states.set_states((1, 2, 3), ImageState.APPROVED)
    qtbot.waitUntil(lambda: not states.queue.image_ids, timeout=WAIT_MS)


def test_without_a_reference_doubtful_predictions_are_suggested(
    window: MainWindow, qtbot: QtBot
) -> None:
    from dataclasses import replace

    from core.document.annotation import Layer, LayerRole
    from core.document.change import Change, Difference
    from tests.gui.charts.projects import JUDGED, prediction

    session, states = window.bench.session, window.commands.states
    net = Layer(JUDGED, LayerRole.PREDICTIONS, "net")
    session.apply(Change("Layers", layers=Difference(added=(net,))))
    session.apply(add(prediction(1, 1, 0.99), image_id=1))
    session.apply(add(replace(prediction(1, 1, 0.5)), image_id=3))
    panel = window.panes.images
    panel.order.setCurrentIndex(list(ImageOrder).index(ImageOrder.SUGGESTED))
    qtbot.waitUntil(lambda: states.queue.image_ids[:1] == (3,), timeout=WAIT_MS)
    assert _listed(window)[:2] == ["three.png", "one.png"]
