"""What is chosen on the pages of the export dialog is what is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from core.document.annotation import Label, ReviewState
from core.document.change import Change, Difference
from core.document.document import ImageState
from core.document.mask import Mask
from core.formats.export_options import EVERYTHING, Pictures, Split
from core.formats.exporting import ExportKind
from core.project.project import Project
from gui.dialogs.export_dialog import ExportDialog
from gui.dialogs.export_front_page import colored
from gui.main_window import MainWindow
from gui.session import Session
from tests.core.project.pictures import add, box, shape
from tests.gui.windows import main_window


@pytest.fixture
def labelled(project: Project) -> Project:
    """A second label."""
    more = Difference(added=(Label(2, "ring", "#00ff00"),))
    project.history.apply(Change("Label", labels=more))
    return project


@pytest.fixture
def dialog(qtbot: QtBot, labelled: Project, tmp_path: Path) -> Iterator[ExportDialog]:
    session = Session(labelled)
    dialog = ExportDialog(session.state, tmp_path / "out", "3 images.")
    qtbot.addWidget(dialog)
    yield dialog
    session.close()


def choose(dialog: ExportDialog, kind: ExportKind) -> None:
    dialog.kind.setCurrentIndex(dialog.kind.findData(kind))


def tick(ticks: QListWidget, row: int, *, on: bool) -> None:
    item = ticks.item(row)
    assert item is not None
    item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)


def test_everything_is_chosen_at_first(dialog: ExportDialog) -> None:
    assert dialog.request().options == EVERYTHING
    assert dialog.accept_button.isEnabled()


def test_the_pages_say_what_is_written(dialog: ExportDialog) -> None:
    choose(dialog, ExportKind.PNG_CLASSES)
    tick(dialog.objects.labels, 0, on=False)
    tick(dialog.objects.states, 0, on=False)
    dialog.objects.reviews.setCurrentIndex(1)
    dialog.parts.split.setChecked(True)
    dialog.parts.seed.setValue(7)
    dialog.parts.group.setCurrentIndex(1)
    dialog.shapes.pictures.setCurrentIndex(2)
    dialog.shapes.simplify.setValue(1.5)
    tick(dialog.front.labels, 1, on=True)
    options = dialog.request().options
    assert options.labels == {2}
    assert options.states == set(ImageState) - {ImageState.UNLABELLED}
    assert options.reviews == {ReviewState.UNREVIEWED, ReviewState.APPROVED}
    assert options.split == Split((("train", 70), ("val", 15), ("test", 15)), 7, "folder")
    assert options.pictures is Pictures.LINK
    assert options.simplify_px == 1.5
    assert options.front_labels == (2,)


def test_choices_that_leave_nothing_cannot_be_exported(dialog: ExportDialog) -> None:
    for row in range(2):
        tick(dialog.objects.labels, row, on=False)
    assert not dialog.accept_button.isEnabled()
    tick(dialog.objects.labels, 0, on=True)
    assert dialog.accept_button.isEnabled()
    dialog.parts.split.setChecked(True)
    for shares in dialog.parts.shares.values():
        shares.setValue(0)
    assert not dialog.accept_button.isEnabled()


def test_overlaps_matter_where_one_object_has_each_pixel(dialog: ExportDialog) -> None:
    place = dialog.pages.indexOf(dialog.front)
    assert not dialog.pages.isTabEnabled(place)
    tick(dialog.front.labels, 0, on=True)
    assert dialog.request().options.front_labels == ()
    choose(dialog, ExportKind.VOC)
    assert dialog.pages.isTabEnabled(place)
    assert dialog.request().options.front_labels == (1,)


def test_dragging_a_label_up_puts_it_in_front(dialog: ExportDialog) -> None:
    choose(dialog, ExportKind.PNG_CLASSES)
    labels = dialog.front.labels
    for row in range(2):
        tick(labels, row, on=True)
    assert dialog.front.chosen() == (1, 2)
    labels.insertItem(0, labels.takeItem(1))
    assert dialog.front.chosen() == (2, 1)


def test_colours_of_the_preview_are_those_of_the_labels() -> None:
    image = colored(np.array([[0, 1], [65535, 9]], np.uint16), {1: "#102030"})
    assert image[0].tolist() == [[0, 0, 0], [16, 32, 48]]
    assert image[1].tolist() == [[224, 224, 192], [128, 128, 128]]


@pytest.fixture
def window(qtbot: QtBot, labelled: Project, tmp_path: Path) -> Iterator[MainWindow]:
    full = Mask.from_array(np.ones((10, 10), bool), 0, 0)
    over = replace(shape(full, label_id=2), order=1)
    labelled.history.apply(add(shape(full), over))
    labelled.history.apply(add(box(), image_id=2))
    with main_window(labelled, tmp_path) as window:
        yield window


def test_the_preview_follows_what_is_in_front(
    qtbot: QtBot, window: MainWindow, labelled: Project, tmp_path: Path
) -> None:
    dialog = ExportDialog(window.bench.session.state, tmp_path / "out", "")
    qtbot.addWidget(dialog)
    commands = window.commands.exports
    dialog.preview_requested.connect(lambda request: commands._preview(dialog, request))
    choose(dialog, ExportKind.PNG_CLASSES)
    dialog.show()

    def color() -> str:
        picture = dialog.front.preview.pixmap()
        return "" if picture.isNull() else picture.toImage().pixelColor(5, 5).name()

    qtbot.waitUntil(lambda: color() == "#00ff00")
    tick(dialog.front.labels, 0, on=True)
    first = labelled.history.state.labels[1].color
    qtbot.waitUntil(lambda: color() == first)


def test_the_window_exports_what_the_dialog_says(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    dialog = ExportDialog(window.bench.session.state, tmp_path / "out", "")
    qtbot.addWidget(dialog)
    tick(dialog.objects.labels, 0, on=False)
    with qtbot.waitSignal(window.commands.exports.exported):
        window.commands.exports.export_now(dialog.request())
    written = json.loads((tmp_path / "out.json").read_text())
    assert [item["name"] for item in written["categories"]] == ["ring"]
    assert len(written["annotations"]) == 1
