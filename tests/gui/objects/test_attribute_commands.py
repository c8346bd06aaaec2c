"""Attributes in the window: defined, given, renamed, deleted, taken from the data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pytestqt.qtbot import QtBot

from core.document.attributes import AttributeDefinition, AttributeKind, AttributeScope
from core.project.project import Project
from gui.dialogs.attributes_dialog import AttributesDialog
from tests.core.project.pictures import add, box
from tests.gui.windows import main_window


def test_attributes_from_definition_to_deletion(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    with main_window(project, tmp_path) as window:
        session, attributes = window.bench.session, window.commands.attributes
        first, second = box(), replace(box(9), attributes=MappingProxyType({"age": 4}))
        session.apply(add(first))
        session.apply(add(second, image_id=2))
        session.select(frozenset({first.id}))

        attributes.save(AttributeDefinition(0, "occluded", AttributeKind.FLAG))
        window.panes.attributes.given.emit(AttributeScope.OBJECT, "occluded", True)
        window.panes.attributes.given.emit(AttributeScope.IMAGE, "weather", "rain")
        assert session.document is not None
        assert session.document.annotations[first.id].attributes == {"occluded": True}
        assert session.state.image_attributes == {1: {"weather": "rain"}}

        attributes.take_from_data()
        qtbot.waitUntil(lambda: len(session.state.attributes) == 3)
        names = {item.name: item for item in session.state.attributes.values()}
        assert names["age"].kind is AttributeKind.NUMBER
        assert names["weather"].scope is AttributeScope.IMAGE

        attributes.save(replace(names["age"], name="years"))
        history = project.history
        qtbot.waitUntil(lambda: history.document(2).annotations[second.id].attributes != {"age": 4})
        assert history.document(2).annotations[second.id].attributes == {"years": 4}

        unused = AttributeDefinition(0, "unused", AttributeKind.TEXT)
        attributes.save(unused)
        attributes.delete(max(session.state.attributes))
        qtbot.waitUntil(lambda: len(session.state.attributes) == 3)
        for _ in range(9):
            session.undo()
        assert not session.state.attributes
        assert not session.state.image_attributes
        assert not history.document(1).annotations


def test_what_is_wrong_is_said_and_changes_nothing(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    with main_window(project, tmp_path) as window:
        window.commands.attributes.define()
        dialog = window.findChild(AttributesDialog)
        window.commands.attributes.save(AttributeDefinition(0, "x", AttributeKind.CHOICE))
        assert "two values" in window.message_bar.text.text()
        assert not window.bench.session.state.attributes
        assert dialog is not None
        assert dialog.isVisible()
        assert "No attributes yet" in dialog.empty.text()
        assert dialog.empty.isVisible()
        assert not dialog.list.isVisible()
        window.commands.attributes.save(AttributeDefinition(0, "x", AttributeKind.FLAG))
        assert dialog.list.isVisible()
        assert not dialog.empty.isVisible()
