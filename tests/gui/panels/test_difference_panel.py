from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.document.annotation import Annotation, Layer, LayerRole, Provenance, ReviewState
from core.document.change import Change, Difference, ImageChange
from core.document.mask import Mask
from core.editing.labels import add_label
from core.project.project import Project
from core.scoring.difference import Disagreement
from gui.canvas.shapes import CanvasShape
from gui.main_window import MainWindow
from gui.panels.difference_panel import DifferencePanel
from gui.review.difference_colors import AGREEING_COLOR, DIFFERENCE_COLORS
from gui.review.review_commands import ReviewCommands
from tests.gui.windows import main_window

MINE, THEIRS = 1, 2
WAIT_MS = 5000


def block(left: int, top: int, width: int, height: int) -> Mask:
    return Mask.from_array(np.ones((height, width), np.bool_), left, top)


def add(project: Project, image_id: int, *objects: tuple[int, int, Mask]) -> None:
    document = project.history.document(image_id)
    start = max(document.annotations, default=100 * image_id) + 1
    items = tuple(
        Annotation(start + place, layer, label, shape, place, provenance=Provenance("test"))
        for place, (layer, label, shape) in enumerate(objects)
    )
    change = ImageChange(annotations=Difference(added=items))
    project.history.apply(Change.of_image("Add", image_id, change))


@pytest.fixture
def reviewed(project: Project) -> Project:
    """A wrong label and a missing object on the first picture, a low overlap on the second."""
    change = add_label(project.history.state, "other")
    assert change is not None
    project.history.apply(change)
    layer = Layer(THEIRS, LayerRole.REFERENCE, "truth")
    project.history.apply(Change("Add layer", layers=Difference(added=(layer,))))
    first, second = sorted(project.history.state.labels)[:2]
    add(
        project,
        1,
        (THEIRS, first, block(1, 1, 10, 10)),
        (MINE, second, block(1, 1, 10, 10)),
        (THEIRS, first, block(14, 1, 5, 5)),
    )
    add(project, 2, (THEIRS, first, block(1, 1, 10, 10)), (MINE, first, block(1, 1, 10, 3)))
    return project


@pytest.fixture
def window(qtbot: QtBot, reviewed: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(reviewed, tmp_path) as found:
        found.show_panel("difference")
        qtbot.waitUntil(lambda: len(found.commands.review.watch.items) == 3, timeout=WAIT_MS)
        yield found


def panel_of(window: MainWindow) -> DifferencePanel:
    return window.panes.difference


def kinds(review: ReviewCommands) -> list[Disagreement]:
    return [item.kind for item in review.watch.items]


def current_kind(review: ReviewCommands) -> Disagreement | None:
    return None if review.current is None else review.current.kind


def test_disagreements_are_listed_worst_first(window: MainWindow) -> None:
    assert kinds(window.commands.review) == [
        Disagreement.WRONG_LABEL,
        Disagreement.MISSING,
        Disagreement.LOW_OVERLAP,
    ]
    table = panel_of(window).table
    assert table.rowCount() == 3
    iou = table.item(2, 2)
    assert iou is not None
    assert iou.text() == "0.30"
    assert "3 disagreements on 2 images" in panel_of(window).summary.text()


def test_a_click_shows_the_image_both_layers_and_the_place(
    qtbot: QtBot, window: MainWindow
) -> None:
    session = window.bench.session
    with qtbot.waitSignal(window.bench.image_loaded, timeout=WAIT_MS):
        panel_of(window).table.cellClicked.emit(2, 0)
    assert session.image is not None
    assert session.image.id == 2
    assert not {MINE, THEIRS} & session.hidden_layers
    assert len(session.selection) == 1
    seen = window.bench.canvas.viewport.visible_box
    box = window.commands.review.watch.items[2].bounds
    assert seen.contains(box.x, box.y)
    assert seen.contains(box.right, box.bottom)


def test_walking_taking_and_keeping_empty_the_list(qtbot: QtBot, window: MainWindow) -> None:
    review, project = window.commands.review, window.bench.session.project
    review.walk(1)
    assert current_kind(review) is Disagreement.WRONG_LABEL
    review.take_current()
    qtbot.waitUntil(lambda: len(review.watch.items) == 2, timeout=WAIT_MS)
    assert current_kind(review) is Disagreement.MISSING
    review.keep_current()
    qtbot.waitUntil(lambda: len(review.watch.items) == 1, timeout=WAIT_MS)
    assert review.watch.settled_count == 1
    theirs = project.history.document(1).in_layer(THEIRS)
    assert [item.review for item in theirs] == [ReviewState.UNREVIEWED, ReviewState.REJECTED]
    review.take_current()
    qtbot.waitUntil(lambda: not review.watch.items, timeout=WAIT_MS)
    assert "No open disagreement. 1 were kept." in panel_of(window).summary.text()
    window.bench.undo()
    qtbot.waitUntil(lambda: len(review.watch.items) == 1, timeout=WAIT_MS)


def test_taking_all_listed_is_one_step(qtbot: QtBot, window: MainWindow) -> None:
    history = window.bench.session.project.history
    before = {number: history.document(number).annotations for number in (1, 2)}
    window.commands.review.take_listed()
    qtbot.waitUntil(lambda: not window.commands.review.watch.items, timeout=WAIT_MS)
    assert window.commands.review.watch.is_known
    window.bench.undo()
    assert {number: history.document(number).annotations for number in (1, 2)} == before
    qtbot.waitUntil(lambda: len(window.commands.review.watch.items) == 3, timeout=WAIT_MS)


def test_only_the_chosen_kind_is_listed_and_taken(qtbot: QtBot, window: MainWindow) -> None:
    panel = panel_of(window)
    panel.kind.setCurrentIndex(panel.kind.findData(Disagreement.MISSING))
    panel.kind.activated.emit(panel.kind.currentIndex())
    assert kinds(window.commands.review) == [Disagreement.MISSING]
    panel.take_all.click()
    qtbot.waitUntil(lambda: not window.commands.review.watch.items, timeout=WAIT_MS)
    window.commands.review.watch.show_kind(None)
    assert kinds(window.commands.review) == [Disagreement.WRONG_LABEL, Disagreement.LOW_OVERLAP]


def test_merging_the_region_makes_both_alike(qtbot: QtBot, window: MainWindow) -> None:
    window.commands.review.go_to(window.commands.review.watch.items[2])
    window.commands.review.merge_current()
    (mine,) = window.bench.session.project.history.document(2).in_layer(MINE)
    assert mine.geometry == block(1, 1, 10, 10)
    qtbot.waitUntil(lambda: len(window.commands.review.watch.items) == 2, timeout=WAIT_MS)


def test_shift_m_colours_objects_by_what_is_wrong_with_them(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[list[str]] = [[]]

    def record(shapes: Sequence[CanvasShape]) -> None:
        shown.append([shape.color for shape in shapes])

    monkeypatch.setattr(window.bench.canvas, "set_overlay", record)
    window.bench.session.show_image(1)
    labels = {label.color for label in window.bench.session.state.labels.values()}
    window.actions_table["difference_colors"].trigger()
    wrong = DIFFERENCE_COLORS[Disagreement.WRONG_LABEL]
    missing = DIFFERENCE_COLORS[Disagreement.MISSING]
    assert sorted(shown[-1]) == sorted([wrong, wrong, missing])
    window.commands.review.take_listed()
    qtbot.waitUntil(lambda: set(shown[-1]) == {AGREEING_COLOR}, timeout=WAIT_MS)
    window.bench.undo()
    window.actions_table["difference_colors"].trigger()
    assert shown[-1]
    assert set(shown[-1]) <= labels


def test_a_locked_object_is_left_alone_and_said(qtbot: QtBot, window: MainWindow) -> None:
    history = window.bench.session.project.history
    (mine,) = history.document(2).in_layer(MINE)
    change = ImageChange(annotations=Difference(updated=((mine, replace(mine, locked=True)),)))
    history.apply(Change.of_image("Lock", 2, change))
    with qtbot.waitSignal(window.bench.session.error_raised, timeout=WAIT_MS) as heard:
        window.commands.review.take_listed()
    assert "locked" in str(heard.args[0])
    assert len(history.document(1).in_layer(MINE)) == 1


def test_without_another_layer_the_pane_says_what_to_do(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    with main_window(project, tmp_path) as window:
        window.show_panel("difference")
        assert "Import a reference" in panel_of(window).summary.text()
        assert not panel_of(window).take.isEnabled()
        window.commands.review.take_current()
