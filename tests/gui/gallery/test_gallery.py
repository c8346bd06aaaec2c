"""The objects of all images: filtered, shown, dealt with in bulk, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.annotation import ReviewState
from core.editing.annotations import set_locked
from core.project.project import Project
from core.scoring.difference import Disagreement
from core.survey.object_filter import Order
from gui.gallery.gallery_window import GalleryWindow
from gui.main_window import MainWindow
from tests.gui.charts.projects import CAT, DOG, JUDGED, TRUTH, fill
from tests.gui.windows import main_window

WAIT_MS = 10_000


@pytest.fixture
def window(qapp: QApplication, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as found:
        fill(found.bench.session)
        yield found


@pytest.fixture
def gallery(qtbot: QtBot, window: MainWindow) -> GalleryWindow:
    found = window.commands.survey.show_gallery()
    qtbot.waitUntil(lambda: len(found.model.rows) == 6, timeout=WAIT_MS)
    return found


def _ask(qtbot: QtBot, gallery: GalleryWindow, **choices: frozenset[object]) -> list[int]:
    with qtbot.waitSignal(gallery.narrowed, timeout=WAIT_MS):
        gallery.filters.ask_for(**choices)
    return [row.image_id for row in gallery.model.rows]


def test_filters_narrow_the_list_and_are_cleared(gallery: GalleryWindow, qtbot: QtBot) -> None:
    assert _ask(qtbot, gallery, layers=frozenset({JUDGED})) == [1, 1, 3]
    assert gallery.bar.count.text() == "3 objects"
    with qtbot.waitSignal(gallery.narrowed, timeout=WAIT_MS):
        gallery.filters.score.low.setValue(0.5)
    assert {row.score for row in gallery.model.rows} == {0.9, 0.6}
    assert _ask(qtbot, gallery, sources=frozenset({"net"}), labels=frozenset({DOG})) == [3]
    with qtbot.waitSignal(gallery.narrowed, timeout=WAIT_MS):
        gallery.filters.clear.click()
    assert len(gallery.model.rows) == 6
    with qtbot.waitSignal(gallery.narrowed, timeout=WAIT_MS):
        gallery.filters.order.setCurrentIndex(list(Order).index(Order.SCORE))
        gallery.filters.order.activated.emit(0)
    assert gallery.model.rows[0].score == 0.9


def test_pictures_come_when_cells_are_seen(gallery: GalleryWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: all(map(gallery.model.has_picture, range(6))), timeout=WAIT_MS)


def test_a_click_shows_the_object(gallery: GalleryWindow, window: MainWindow) -> None:
    place = next(n for n, row in enumerate(gallery.model.rows) if row.image_id == 3)
    gallery.list.clicked.emit(gallery.model.index(place))
    session = window.bench.session
    assert session.image is not None
    assert session.image.id == 3
    assert JUDGED not in session.hidden_layers


def test_a_bulk_review_is_counted_first_then_done_in_one_step(
    gallery: GalleryWindow, window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    session = window.bench.session
    _ask(qtbot, gallery, layers=frozenset({JUDGED}))
    gallery.bar.approve.click()
    qtbot.waitUntil(lambda: gallery.bar.is_asking, timeout=WAIT_MS)
    assert gallery.bar.question.text() == "Approve 3 objects on 2 images?"
    reviews = {item.review for item in project.history.document(3).annotations.values()}
    assert reviews == {ReviewState.UNREVIEWED}, "nothing is done yet"
    gallery.bar.do_it.click()
    for number in (1, 3):
        for item in project.history.document(number).in_layer(JUDGED):
            assert item.review is ReviewState.APPROVED
    assert not gallery.bar.is_asking
    session.undo()
    for item in project.history.document(1).in_layer(JUDGED):
        assert item.review is ReviewState.UNREVIEWED


def test_marked_cells_only_and_locks_are_respected(
    gallery: GalleryWindow, window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    session = window.bench.session
    first = project.history.document(1).in_layer(JUDGED)[0]
    session.apply(set_locked(project.history.document(1), (first.id,), True))
    qtbot.waitUntil(lambda: any(row.is_locked for row in gallery.model.rows), timeout=WAIT_MS)
    _ask(qtbot, gallery, layers=frozenset({JUDGED}))
    selection = gallery.list.selectionModel()
    for place in (0, 1):
        selection.select(gallery.model.index(place), QItemSelectionModel.SelectionFlag.Select)
    assert "2 of 3 objects marked" in gallery.bar.count.text()
    gallery.bar.label.setCurrentIndex(gallery.bar.label.findData(DOG))
    gallery.bar.relabel.click()
    qtbot.waitUntil(lambda: gallery.bar.is_asking, timeout=WAIT_MS)
    assert "Give the label “dog” to 1 object on 1 image?" in gallery.bar.question.text()
    assert "Locked, left as they are: 1." in gallery.bar.question.text()
    gallery.bar.do_it.click()
    labels = [item.label_id for item in project.history.document(1).in_layer(JUDGED)]
    assert sorted(labels) == [CAT, DOG]


def test_an_edit_in_between_takes_the_question_back(
    gallery: GalleryWindow, window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    gallery.bar.delete.click()
    qtbot.waitUntil(lambda: gallery.bar.is_asking, timeout=WAIT_MS)
    session = window.bench.session
    item = project.history.document(2).in_layer(TRUTH)[0]
    session.apply(set_locked(project.history.document(2), (item.id,), True))
    assert not gallery.bar.is_asking
    assert not gallery.bulk.carry_out()
    assert len(project.history.document(1).annotations) == 4


def test_disagreements_are_those_with_the_compared_layer(
    gallery: GalleryWindow, window: MainWindow, qtbot: QtBot
) -> None:
    # Mine is empty, so everything in the truth is missing.
    found = _ask(qtbot, gallery, disagreements=frozenset({Disagreement.MISSING}))
    assert found == [1, 1, 2]


def test_statistics_follow_the_layer_and_lead_to_images_and_objects(
    window: MainWindow, qtbot: QtBot
) -> None:
    found = window.commands.survey.show_statistics()
    found.layer.setCurrentIndex(found.layer.findData(TRUTH))
    found.layer.activated.emit(0)
    qtbot.waitUntil(lambda: found.found is not None and found.found.objects == 3, timeout=WAIT_MS)
    assert [bar.name for bar in found.labels.bars] == ["cat", "dog"]
    assert "cat: 2 objects on 2 images" in found.labels.bars[0].text
    found.together.chosen.emit(0, 1)
    model = window.panes.image_model
    assert [image.name for image in [model.image_at(row) for row in range(model.rowCount())]] == [
        "one.png"
    ]
    found.per_image.chosen.emit(0)
    assert [image.name for image in [model.image_at(row) for row in range(model.rowCount())]] == [
        "three.png"
    ]
    found.labels.chosen.emit(0)
    gallery = window.commands.survey.show_gallery()
    qtbot.waitUntil(lambda: len(gallery.model.rows) == 2, timeout=WAIT_MS)
    assert {row.label_id for row in gallery.model.rows} == {CAT}


def test_an_empty_layer_says_so(window: MainWindow, qtbot: QtBot) -> None:
    found = window.commands.survey.show_statistics()
    qtbot.waitUntil(lambda: found.found is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "no object yet" in found.labels.empty.text(), timeout=WAIT_MS)
    assert found.labels.is_empty
