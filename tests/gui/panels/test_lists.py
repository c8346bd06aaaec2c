"""Objects, layers, images and scores as their panels list them."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget
from pytestqt.qtbot import QtBot

from core.document.annotation import Layer, LayerRole, Provenance
from core.document.change import Change, Difference
from core.document.document import ImageState
from core.editing.image_state import set_image_state
from core.errors import MaskwrightError
from core.project.project import Project
from core.scoring.report import score_dataset
from core.tasks.queue import TaskQueue
from gui.message_bar import MessageBar
from gui.panels.image_list_model import ImageListModel
from gui.panels.images_panel import ImagesPanel
from gui.panels.layers_panel import LayersPanel
from gui.panels.objects_panel import ObjectsPanel
from gui.panels.regions_panel import LARGEST_COUNT, SMALLEST_COUNT, RegionsPanel
from gui.panels.scores_panel import ScoresPanel
from gui.session import Session
from tests.core.project.pictures import add, box

REFERENCE = Layer(2, LayerRole.REFERENCE, "truth")


@pytest.fixture
def images(qtbot: QtBot, session: Session, tasks: TaskQueue) -> ImagesPanel:
    panel = ImagesPanel(session, ImageListModel(session, tasks))
    qtbot.addWidget(panel)
    return panel


def _names(panel: ImagesPanel) -> list[str]:
    return [panel.model.image_at(row).name for row in range(panel.model.rowCount())]


def test_images_are_found_by_name_and_state(images: ImagesPanel, session: Session) -> None:
    images.search.setText("T")
    assert _names(images) == ["two.png", "three.png"]
    session.apply(set_image_state(session.state, (2,), ImageState.APPROVED))
    images.filter.setCurrentText("Approved")
    assert _names(images) == ["two.png"]
    assert "approved" in str(images.model.data(images.model.index(0)))
    images.search.setText("nothing like it")
    assert _names(images) == []
    assert images.neighbour(1) is None
    images.search.clear()
    images.filter.setCurrentIndex(0)
    assert images.neighbour(1) == 2
    assert images.neighbour(-1) is None


def test_the_next_image_is_the_next_in_the_filtered_list(
    images: ImagesPanel, session: Session
) -> None:
    images.search.setText("t")
    assert images.neighbour(1) == 2, "from a hidden image one comes to the first that is listed"
    session.show_image(2)
    assert images.neighbour(1) == 3


def test_thumbnails_come_and_a_broken_picture_gets_a_cross(
    images: ImagesPanel, session: Session, qtbot: QtBot
) -> None:
    (session.project.image_root / "two.png").write_bytes(b"no picture")
    changed: list[int] = []
    images.model.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    for row in range(3):
        images.model.data(images.model.index(row), Qt.ItemDataRole.DecorationRole)
    qtbot.waitUntil(lambda: set(changed) == {0, 1, 2})


def test_objects_are_listed_front_to_back_and_selected(qtbot: QtBot, session: Session) -> None:
    panel = ObjectsPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.empty.isVisible()
    one, other = box(), box(9)
    session.apply(add(one, other))
    assert not panel.empty.isVisible()
    assert panel.tree.topLevelItemCount() == 2
    session.select(frozenset({one.id}))
    assert len(panel.tree.selectedItems()) == 1
    first = panel.tree.topLevelItem(0)
    assert first is not None
    panel.tree.clearSelection()
    first.setSelected(True)
    assert session.selection == {first.data(0, Qt.ItemDataRole.UserRole)}


def test_objects_of_another_image_are_listed_once_the_pane_is_seen(
    qtbot: QtBot, session: Session
) -> None:
    panel = ObjectsPanel(session)
    qtbot.addWidget(panel)
    session.apply(add(box()))
    assert panel.tree.topLevelItemCount() == 1
    session.show_image(2)
    session.apply(add(box(), box(9), image_id=2))
    session.show_image(1)
    panel.show()
    assert panel.tree.topLevelItemCount() == 1
    session.show_image(2)
    qtbot.waitUntil(lambda: panel.tree.topLevelItemCount() == 2)


def test_where_an_object_is_from_is_told(qtbot: QtBot, session: Session) -> None:
    from dataclasses import replace

    panel = ObjectsPanel(session)
    qtbot.addWidget(panel)
    session.apply(add(replace(box(), provenance=Provenance("", model="unet-nuclei", score=0.87))))
    row = panel.tree.topLevelItem(0)
    assert row is not None
    assert row.text(2) == "unet-nuclei 0.87"


def test_the_box_of_a_layer_is_its_visibility(qtbot: QtBot, session: Session) -> None:
    session.apply(Change("Import", layers=Difference(added=(REFERENCE,))))
    session.show_only_hidden(frozenset())
    panel = LayersPanel(session)
    qtbot.addWidget(panel)
    item = panel.list.item(1)
    assert item.text() == "truth (reference, 0 here)"
    assert item.checkState() == Qt.CheckState.Checked
    item.setCheckState(Qt.CheckState.Unchecked)
    assert session.hidden_layers == {2}
    session.show_only_hidden(frozenset())
    assert panel.list.item(1).checkState() == Qt.CheckState.Checked


def test_scores_are_sorted_worst_first(qtbot: QtBot, session: Session, project: Project) -> None:
    panel = ScoresPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.empty.isVisible()
    session.apply(Change("Import", layers=Difference(added=(REFERENCE,))))
    assert not panel.empty.isVisible()
    session.apply(add(box(layer_id=2), box(), image_id=1))
    session.apply(add(box(layer_id=2), box(20), image_id=3))
    panel.show_dataset(score_dataset(project.snapshot(), 2, 1))
    rows = [[_cell(panel.images, row, column) for column in (0, 1)] for row in range(3)]
    assert rows == [["three.png", "0.000"], ["one.png", "1.000"], ["two.png", "n/a"]]
    assert "IoU 0.500" in panel.summary.text()
    chosen: list[int] = []
    panel.image_chosen.connect(chosen.append)
    panel.images.cellClicked.emit(0, 1)
    assert chosen == [3]
    assert _cell(panel.labels, 0, 1) == "1.000"
    exact = panel.labels.item(0, 1)
    assert exact is not None
    assert exact.toolTip() == "1.000000"
    session.show_image(2)
    assert panel.labels.rowCount() == 0


def test_the_slider_of_superpixels_spans_its_range(qtbot: QtBot) -> None:
    panel = RegionsPanel()
    qtbot.addWidget(panel)
    counts: list[int] = []
    panel.count_changed.connect(counts.append)
    panel.slider.setValue(0)
    assert counts == [0], "none while the borders are hidden"
    panel.shown.setChecked(True)
    assert counts[-1] == SMALLEST_COUNT
    panel.slider.setValue(100)
    assert counts[-1] == LARGEST_COUNT


def test_the_message_bar_shows_words_as_they_are(qtbot: QtBot, tmp_path: Path) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    assert not bar.isVisible()
    bar.show_error(MaskwrightError("<b>a&b</b>.png is no image.", "Open another."))
    assert bar.isVisible()
    assert bar.text.text() == "<b>a&b</b>.png is no image. Open another."
    assert bar.text.textFormat() == Qt.TextFormat.PlainText


def _cell(table: QTableWidget, row: int, column: int) -> str:
    item = table.item(row, column)
    return "" if item is None else item.text()
