from pytestqt.qtbot import QtBot

from core.editing.labels import import_labels
from gui.panels.labels_panel import COUNT, KEY, NAME, LabelsPanel
from gui.session import Session
from tests.core.project.pictures import add, box


def _rows(panel: LabelsPanel) -> list[tuple[str, str, str]]:
    items = (panel.list.topLevelItem(row) for row in range(panel.list.topLevelItemCount()))
    return [(item.text(NAME), item.text(KEY), item.text(COUNT)) for item in items if item]


def test_three_hundred_labels_and_long_names(qtbot: QtBot, session: Session) -> None:
    panel = LabelsPanel(session)
    qtbot.addWidget(panel)
    panel.resize(260, 400)
    panel.show()
    names = [f"species number {number}" for number in range(298)] + ["x" * 200]
    session.apply(import_labels(session.state, names))
    assert len(_rows(panel)) == 300
    assert panel.width() == 260, "a long name does not push the window apart"
    session.use_label(299)
    current = panel.list.currentItem()
    assert current is not None
    assert current.text(NAME) == "species number 297"
    assert not panel.list.visualItemRect(current).isEmpty()


def test_keys_and_numbers_are_shown(qtbot: QtBot, session: Session) -> None:
    panel = LabelsPanel(session)
    qtbot.addWidget(panel)
    session.apply(import_labels(session.state, ["cat"]))
    session.apply(add(box(), box(9), box(15, label_id=2)))
    assert _rows(panel) == [("object", "1", "2"), ("cat", "2", "1")]
    session.show_image(2)
    assert _rows(panel) == [("object", "1", ""), ("cat", "2", "")]


def test_the_marked_label_stays_marked(qtbot: QtBot, session: Session) -> None:
    panel = LabelsPanel(session)
    qtbot.addWidget(panel)
    session.apply(import_labels(session.state, ["cat"]))
    session.use_label(2)
    session.apply(add(box()))
    current = panel.list.currentItem()
    assert current is not None
    assert current.text(NAME) == "cat"
