"""Relabelling in the window: the dialog counts, confirms, and offers to take it back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.editing.labels import import_labels
from core.project.project import Project
from gui.dialogs.relabel_dialog import RelabelDialog
from tests.core.project.pictures import add, box
from tests.gui.windows import main_window


def test_relabelling_counts_first_and_is_taken_back_with_one_button(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    with main_window(project, tmp_path) as window:
        session = window.bench.session
        session.apply(import_labels(session.state, ["cat", "dog"]))
        session.apply(add(box(), box(9, label_id=2)))
        session.apply(add(box(), image_id=2))
        window.commands.labels.relabel(1)
        dialog = window.findChildren(RelabelDialog)[-1]
        qtbot.waitUntil(dialog.apply.isEnabled)
        assert dialog.count.text() == "2 objects on 2 images would be relabelled."
        dialog.where.setCurrentIndex(1)
        qtbot.waitUntil(dialog.apply.isEnabled)
        assert dialog.count.text() == "1 object on 1 image would be relabelled."
        dialog.sources.item(0).setCheckState(Qt.CheckState.Unchecked)
        assert not dialog.apply.isEnabled(), "nothing is meant"
        dialog.sources.item(0).setCheckState(Qt.CheckState.Checked)
        dialog.merge.setChecked(True)
        dialog.target.setCurrentIndex(dialog.target.findData(3))
        qtbot.waitUntil(dialog.apply.isEnabled)
        dialog.apply.click()
        assert set(session.state.labels) == {2, 3}
        assert project.history.document(2).in_layer(1)[0].label_id == 3
        assert "2 objects on 2 images relabelled" in window.message_bar.text.text()
        window.message_bar.findChildren(QPushButton)[0].click()
        assert set(session.state.labels) == {1, 2, 3}
        assert project.history.document(2).in_layer(1)[0].label_id == 1
