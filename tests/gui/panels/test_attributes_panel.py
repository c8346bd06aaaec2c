"""The pane of attributes, with real keys and clicks."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.document.annotation import Annotation, AttributeValue
from core.document.attributes import AttributeDefinition, AttributeKind, AttributeScope
from core.editing.attributes import add_definitions
from gui.panels.attribute_editors import ChoiceField, FlagField, TextField, number_of
from gui.panels.attributes_panel import AttributesPanel
from gui.session import Session
from tests.core.project.pictures import add, box

OBJECT, IMAGE = AttributeScope.OBJECT, AttributeScope.IMAGE
DEFINITIONS = (
    AttributeDefinition(0, "age", AttributeKind.NUMBER),
    AttributeDefinition(0, "note", AttributeKind.TEXT),
    AttributeDefinition(0, "pose", AttributeKind.CHOICE, choices=("left", "right")),
    AttributeDefinition(0, "occluded", AttributeKind.FLAG),
    AttributeDefinition(0, "of dogs", AttributeKind.FLAG, label_ids=(2,)),
    AttributeDefinition(0, "weather", AttributeKind.TEXT, IMAGE),
)
Given = list[tuple[AttributeScope, str, AttributeValue | None]]


def _item(x: float, **values: AttributeValue) -> Annotation:
    return replace(box(x), attributes=MappingProxyType(values))


def _panel(qtbot: QtBot, session: Session, *items: Annotation) -> tuple[AttributesPanel, Given]:
    if items:
        session.apply(add(*items))
    session.apply(add_definitions(session.state, DEFINITIONS, "Define"))
    session.select(frozenset(item.id for item in items))
    panel = AttributesPanel(session)
    qtbot.addWidget(panel)
    given: Given = []
    panel.given.connect(lambda *what: given.append(what))
    panel.resize(330, 500)
    panel.show()
    return panel, given


def _text(panel: AttributesPanel, name: str, scope: AttributeScope = OBJECT) -> TextField:
    field = panel.fields[scope, name]
    assert isinstance(field, TextField)
    return field


def test_which_fields_there_are(qtbot: QtBot, session: Session) -> None:
    panel, _ = _panel(qtbot, session)
    assert list(panel.fields) == [(IMAGE, "weather")]
    item = _item(1, odd="value")
    session.apply(add(item))
    session.select(frozenset({item.id}))
    names = [name for scope, name in panel.fields if scope is OBJECT]
    assert names == ["age", "note", "pose", "occluded", "odd"], "not that of dogs"
    assert panel.survey.isVisible(), "the odd one can be defined"


def test_text_and_numbers_are_given_once_with_enter(qtbot: QtBot, session: Session) -> None:
    panel, given = _panel(qtbot, session, _item(1))
    left: list[None] = []
    panel.canvas_requested.connect(lambda: left.append(None))
    for field, typed in ((_text(panel, "note"), " old "), (_text(panel, "age"), "2,5")):
        QTest.keyClicks(field.edit, typed)
        QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert given == [(OBJECT, "note", "old"), (OBJECT, "age", 2.5)]
    assert len(left) == 2, "the keyboard goes back to the canvas"


def test_what_is_no_number_is_not_taken(qtbot: QtBot, session: Session) -> None:
    panel, given = _panel(qtbot, session, _item(1, age=3))
    field = _text(panel, "age")
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "three")
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert given == []
    assert field.edit.text() == "3"
    assert [number_of(text) for text in ("3", "1e3", "-0,5", "nan", "inf", "")] == [
        3,
        1000.0,
        -0.5,
        None,
        None,
        None,
    ]


def test_escape_brings_the_value_back(qtbot: QtBot, session: Session) -> None:
    panel, given = _panel(qtbot, session, _item(1, note="old"))
    field = _text(panel, "note")
    QTest.keyClicks(field.edit, "er")
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert field.edit.text() == "old"
    assert given == []


def test_flags_and_choices_take_one_click(qtbot: QtBot, session: Session) -> None:
    panel, given = _panel(qtbot, session, _item(1, pose="up", occluded=True))
    flag, choice = panel.fields[OBJECT, "occluded"], panel.fields[OBJECT, "pose"]
    assert isinstance(flag, FlagField)
    assert isinstance(choice, ChoiceField)
    assert "not in the list" in choice.box.currentText()
    QTest.keyClick(flag.check, Qt.Key.Key_Space)
    choice.box.activated.emit(0)
    assert given == [(OBJECT, "occluded", False), (OBJECT, "pose", "left")]


def test_several_objects_say_what_they_share(qtbot: QtBot, session: Session) -> None:
    items = (_item(1, note="a", occluded=True, age=1), _item(9, note="b", occluded=True))
    panel, given = _panel(qtbot, session, *items)
    assert _text(panel, "note").edit.placeholderText() == "several values"
    assert _text(panel, "note").edit.text() == ""
    flag = panel.fields[OBJECT, "occluded"]
    assert isinstance(flag, FlagField)
    assert flag.check.checkState() is Qt.CheckState.Checked
    _text(panel, "note").edit.editingFinished.emit()
    assert given == [], "leaving the field untouched gives nothing"


def test_the_fields_follow_the_image_and_its_edits(qtbot: QtBot, session: Session) -> None:
    panel, _ = _panel(qtbot, session, _item(1, note="old"))
    session.undo()
    assert (IMAGE, "weather") not in panel.fields, "the definitions are gone"
    session.redo()
    session.show_image(2)
    assert list(panel.fields) == [(IMAGE, "weather")]
