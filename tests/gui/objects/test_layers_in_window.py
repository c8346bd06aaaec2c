"""Layers in the window: gone through with M, the difference by pixels, renamed, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.annotation import Layer, LayerRole
from core.document.change import Change, Difference
from core.document.geometry import Box
from core.project.project import Project
from core.scoring.difference import Disagreement
from gui.canvas.shapes import CanvasShape
from gui.main_window import MainWindow
from gui.review.difference_colors import DIFFERENCE_COLORS, PIXEL_SHAPE_ID
from tests.core.project.pictures import add, shape
from tests.gui.charts.projects import JUDGED, TRUTH, fill
from tests.gui.windows import main_window

WAIT_MS = 10_000


@pytest.fixture
def window(qapp: QApplication, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as found:
        fill(found.bench.session)
        yield found


def _seen(window: MainWindow) -> set[int]:
    session = window.bench.session
    return set(session.state.layers) - session.hidden_layers


def _pixels(window: MainWindow) -> list[CanvasShape]:
    return list(window.bench.presenter._pixel_shapes)


def test_m_goes_through_every_layer_and_the_difference(window: MainWindow) -> None:
    session = window.bench.session
    second = Layer(4, LayerRole.PREDICTIONS, "other net")
    session.apply(Change("Layer", layers=Difference(added=(second,))))
    views = []
    for _ in range(6):
        window.actions_table["layers"].trigger()
        views.append(_seen(window))
    everything = {1, TRUTH, JUDGED, 4}
    assert views == [{TRUTH}, {JUDGED}, {4}, {1, TRUTH}, everything, {1}]


def test_the_difference_shows_pixels_by_kind_and_follows_edits(
    window: MainWindow, qtbot: QtBot
) -> None:
    session, colors = window.bench.session, window.commands.review.colors
    session.apply(add(shape(Box(1, 2, 8, 8), 1, 2)))  # as the cat of the truth
    colors.toggle()
    qtbot.waitUntil(lambda: len(_pixels(window)) == 2, timeout=WAIT_MS)
    found = {item.id: item for item in _pixels(window)}
    assert found[PIXEL_SHAPE_ID].geometry.area == 64  # type: ignore[union-attr]
    missing = found[PIXEL_SHAPE_ID - 2]
    assert missing.geometry.area == 64  # type: ignore[union-attr]
    assert missing.color == DIFFERENCE_COLORS[Disagreement.MISSING]
    session.apply(add(shape(Box(30, 20, 5, 5), 1, 2)))
    qtbot.waitUntil(lambda: len(_pixels(window)) == 3, timeout=WAIT_MS)
    extra = next(item for item in _pixels(window) if item.id == PIXEL_SHAPE_ID - 1)
    assert extra.geometry.area == 25  # type: ignore[union-attr]
    colors.toggle()
    assert _pixels(window) == []


def test_objects_of_the_difference_say_their_iou(window: MainWindow, qtbot: QtBot) -> None:
    session, review = window.bench.session, window.commands.review
    mine = shape(Box(1, 2, 8, 4), 1, 2)
    session.apply(add(mine))
    review.colors.toggle()
    qtbot.waitUntil(lambda: review.watch.is_known, timeout=WAIT_MS)
    assert review.colors._caption_of(mine) == "cat: low overlap, IoU 0.50"


def test_a_layer_is_renamed_gets_a_role_and_is_deleted(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    session, panel = window.bench.session, window.panes.layers
    row = next(
        row for row in range(panel.list.count()) if panel.list.item(row).text().startswith("net")
    )
    panel.list.setCurrentRow(row)
    assert panel.current_id == JUDGED
    window.commands.layers.rename_to(JUDGED, "Mask R-CNN")
    assert panel.list.item(row).text().startswith("Mask R-CNN (predictions")
    assert panel.current_id == JUDGED, "the mark stays"
    actions = {item.text(): item for item in panel.menu_of(session.state.layers[JUDGED]).actions()}
    actions["Use it as reference"].trigger()
    assert session.state.layers[JUDGED].role is LayerRole.REFERENCE
    panel.delete.click()
    qtbot.waitUntil(lambda: JUDGED not in session.state.layers, timeout=WAIT_MS)
    assert not project.history.document(3).annotations
    session.undo()
    assert len(project.history.document(3).annotations) == 1
    assert session.state.layers[JUDGED].name == "Mask R-CNN"


def test_ones_own_layer_cannot_be_deleted(window: MainWindow) -> None:
    panel = window.panes.layers
    panel.list.setCurrentRow(0)
    assert panel.current_id == 1
    assert not panel.delete.isEnabled()
    texts = [item.text() for item in panel.menu_of(window.bench.session.layer).actions()]
    assert texts == ["Rename…"]


def test_a_deleted_layers_number_is_not_given_away(project: Project, tmp_path: Path) -> None:
    import json

    from core.editing.layers import delete_layer
    from core.formats.registry import read_annotations

    truth = {
        "images": [{"id": 1, "file_name": "one.png", "width": 40, "height": 30}],
        "annotations": [
            {"id": 5, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 12,
             "segmentation": [], "iscrowd": 0}
        ],
        "categories": [{"id": 1, "name": "cat"}],
    }  # fmt: skip
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(truth), "utf-8")
    imported = read_annotations(path, tmp_path)
    first = project.import_layer(imported, LayerRole.REFERENCE, "a")
    project.history.apply(first.change)
    state = project.history.state
    documents = [project.history.document(image.id) for image in project.images]
    project.history.apply(delete_layer(state, documents, first.layer.id))
    assert project.wait_until_saved()
    second = project.import_layer(imported, LayerRole.REFERENCE, "b")
    assert second.layer.id > first.layer.id
