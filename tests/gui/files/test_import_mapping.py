"""Predictions with other class names: asked for, mapped, or left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.annotation import LayerRole
from core.formats.dataset import ImportReport
from core.project.project import Project
from gui.dialogs.label_mapping_dialog import LEFT_OUT, LabelMappingDialog
from gui.main_window import MainWindow
from tests.gui.charts.projects import CAT, fill
from tests.gui.windows import main_window

WAIT_MS = 10_000


@pytest.fixture
def window(qapp: QApplication, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as found:
        yield found


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    content = {
        "images": [{"id": 1, "file_name": "one.png", "width": 40, "height": 30}],
        "categories": [
            {"id": 1, "name": "cats"},
            {"id": 2, "name": "zebra"},
            {"id": 3, "name": "dog"},
        ],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": n, "bbox": [n, 2, 3, 4], "area": 12,
             "segmentation": [], "iscrowd": 0}
            for n in (1, 2, 3)
        ],
    }  # fmt: skip
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def _dialog(window: MainWindow) -> LabelMappingDialog | None:
    found = window.findChildren(LabelMappingDialog)
    return found[0] if found else None


def test_unknown_classes_are_asked_for_and_mapped(
    window: MainWindow, predictions: Path, project: Project, qtbot: QtBot
) -> None:
    session = window.bench.session
    fill(session)
    window.commands.files.import_layer(predictions, LayerRole.PREDICTIONS)
    qtbot.waitUntil(lambda: _dialog(window) is not None, timeout=WAIT_MS)
    dialog = _dialog(window)
    assert dialog is not None
    boxes = {box.accessibleName(): box for box in dialog.choices.values()}
    assert set(boxes) == {"What “cats” becomes", "What “zebra” becomes"}
    assert boxes["What “cats” becomes"].currentText() == "cat"
    zebra = boxes["What “zebra” becomes"]
    assert zebra.currentText() == "New label “zebra”"
    zebra.setCurrentIndex(zebra.findText("Leave out"))
    assert zebra.currentData() == LEFT_OUT
    reports: list[ImportReport] = []
    window.commands.files.imported.connect(reports.append)
    dialog.accept()
    qtbot.waitUntil(lambda: bool(reports), timeout=WAIT_MS)
    layer = max(session.state.layers)
    labels = [item.label_id for item in project.history.document(1).in_layer(layer)]
    assert len(labels) == 2
    assert CAT in labels
    assert session.state.label_named("zebra") is None
    assert any("zebra" in entry.item for entry in reports[0].left_out)


def test_cancelling_brings_nothing_in(window: MainWindow, predictions: Path, qtbot: QtBot) -> None:
    fill(window.bench.session)
    before = window.bench.session.state
    window.commands.files.import_layer(predictions, LayerRole.PREDICTIONS)
    qtbot.waitUntil(lambda: _dialog(window) is not None, timeout=WAIT_MS)
    dialog = _dialog(window)
    assert dialog is not None
    dialog.reject()
    assert window.bench.session.state is before


def test_an_empty_project_takes_the_classes_as_they_are(
    window: MainWindow, predictions: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.commands.files.imported, timeout=WAIT_MS):
        window.commands.files.import_layer(predictions, LayerRole.PREDICTIONS)
    assert window.bench.session.state.label_named("zebra") is not None
