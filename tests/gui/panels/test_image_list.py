"""The image list: what is listed in which order, and that a long list costs what is seen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.document.document import ImageState
from core.project import creation
from core.project.image_table import ImageTable
from core.project.project import Project
from core.project.records import NewImage
from core.tasks.queue import TaskQueue
from gui.panels.image_list_model import ImageListModel
from gui.panels.image_rows import ImageOrder, ImageRows
from gui.panels.images_panel import ImagesPanel
from gui.review.image_states import ImageFilter
from gui.session import Session

NAMES = ("b2.png", "B10.png", "a1.png", "c/b2.png", "b9.png")
IDS = (7, 3, 11, 5, 1)
MANY = 5000


def table() -> ImageTable:
    found = ImageTable([])
    found.add(NewImage(number, name) for number, name in zip(IDS, NAMES, strict=True))
    return found


def listed(rows: ImageRows) -> list[int]:
    assert [rows[row].id for row in range(len(rows))] == list(rows.ids())
    assert [rows.row_of(number) for number in rows.ids()] == list(range(len(rows)))
    assert all(rows.row_of(number) is None for number in set(IDS) - set(rows.ids()))
    return list(rows.ids())


@given(
    text=st.sampled_from(["", "b", "B1", "c/", "png", "none"]),
    wanted=st.sampled_from([item for item in ImageFilter if item is not ImageFilter.COMMENTED]),
    states=st.dictionaries(st.sampled_from(IDS), st.sampled_from(list(ImageState))),
    only=st.none() | st.frozensets(st.sampled_from((*IDS, 99))),
)
def test_listed_is_what_name_state_and_choice_let_through(
    text: str,
    wanted: ImageFilter,
    states: dict[int, ImageState],
    only: frozenset[int] | None,
) -> None:
    rows = ImageRows(table())

    rows.arrange(text, wanted, states, ImageOrder.PROJECT, only)

    assert listed(rows) == [
        number
        for number, name in zip(IDS, NAMES, strict=True)
        if text.casefold() in name.casefold()
        and wanted.accepts(states.get(number, ImageState.UNLABELLED))
        and (only is None or number in only)
    ]


def test_orders() -> None:
    rows = ImageRows(table())
    rows.set_scores({7: 0.9, 3: None, 11: 0.1, 5: 0.5})
    rows.set_score(1, 0.3)
    rows.set_ranking([5, 99, 3])

    def ordered(order: ImageOrder, text: str = "") -> list[int]:
        rows.arrange(text, ImageFilter.ALL, {}, order)
        return listed(rows)

    assert ordered(ImageOrder.NAME) == [11, 7, 1, 3, 5]
    assert ordered(ImageOrder.WORST_FIRST) == [11, 1, 5, 7, 3]
    assert ordered(ImageOrder.SUGGESTED) == [5, 3, 7, 11, 1]
    assert ordered(ImageOrder.NAME, "b") == [7, 1, 3, 5]
    assert ordered(ImageOrder.PROJECT) == list(IDS)


def test_images_that_were_added_are_listed_with_the_next_arrangement() -> None:
    images = table()
    rows = ImageRows(images)
    rows.arrange("b", ImageFilter.UNLABELLED, {}, ImageOrder.NAME)
    images.add([NewImage(20, "b1.png")])

    assert rows.row_of(20) is None
    rows.arrange("b", ImageFilter.UNLABELLED, {}, ImageOrder.NAME)
    assert rows.ids() == (20, 7, 1, 3, 5)


@pytest.fixture
def panel(qtbot: QtBot, tmp_path: Path, tasks: TaskQueue) -> Iterator[ImagesPanel]:
    images = tuple(NewImage(n, f"picture{n:05}.jpg") for n in range(1, MANY + 1))
    plain = creation.plain_contents((), "tester")
    contents = creation.ProjectContents(images, plain.layers, plain.labels, {})
    creation.write_project(tmp_path / "many.maskwright", tmp_path, contents)
    project = Project.open(tmp_path / "many.maskwright", author="tester")
    session = Session(project)
    found = ImagesPanel(session, ImageListModel(session, tasks))
    qtbot.addWidget(found)
    found.resize(240, 600)
    found.show()
    yield found
    session.close()
    project.close()


def test_only_rows_that_are_seen_are_asked_for(panel: ImagesPanel, qtbot: QtBot) -> None:
    asked: list[int] = []
    panel.model.count_wanted.connect(asked.append)

    panel.search.setText("picture0")
    panel.list.repaint()

    assert panel.model.rowCount() == MANY
    assert 0 < len(set(asked)) < 40


def test_a_list_with_nothing_in_it_says_why(panel: ImagesPanel) -> None:
    assert not panel.empty.isVisible()
    panel.search.setText("nobody has such a name")
    assert panel.empty.isVisible()
    assert "another name" in panel.empty.text()
    panel.search.clear()
    assert not panel.empty.isVisible()


def test_home_and_end_go_to_the_ends_of_the_list(panel: ImagesPanel) -> None:
    panel.list.setFocus()
    panel.list.selectionModel().clearCurrentIndex()

    QTest.keyClick(panel.list, Qt.Key.Key_End)
    assert panel.list.currentIndex().row() == MANY - 1
    QTest.keyClick(panel.list, Qt.Key.Key_Home, Qt.KeyboardModifier.ShiftModifier)
    assert panel.list.currentIndex().row() == 0
    assert len(panel.chosen_ids()) == MANY
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.chosen_ids() == (2,)


def test_rows_are_as_high_as_their_text(panel: ImagesPanel) -> None:
    before = panel.list.rowHeight(0)
    font = panel.list.font()
    font.setPointSize(3 * font.pointSize())
    panel.list.setFont(font)

    assert panel.list.rowHeight(0) > before
