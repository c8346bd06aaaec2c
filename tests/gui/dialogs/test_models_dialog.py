"""All models are listed with what they need, and weights are fetched only when asked for."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from core.models.registry import registered_models
from core.models.specification import ModelSpec
from gui.dialogs.models_dialog import ModelsDialog


def _is_bundled(spec: ModelSpec) -> bool:
    return bool(spec.weights.bundled)


@pytest.fixture
def dialog(qtbot: QtBot) -> ModelsDialog:
    dialog = ModelsDialog(registered_models(), _is_bundled)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def _mark(dialog: ModelsDialog, name: str) -> None:
    for group in range(dialog.tree.topLevelItemCount()):
        parent = dialog.tree.topLevelItem(group)
        assert parent is not None
        for row in range(parent.childCount()):
            item = parent.child(row)
            if item is not None and item.text(0) == name:
                dialog.tree.setCurrentItem(item)
                return
    raise AssertionError(f"no row {name}")


def test_every_model_has_a_row_in_its_family(dialog: ModelsDialog) -> None:
    groups = [dialog.tree.topLevelItem(row) for row in range(dialog.tree.topLevelItemCount())]
    rows = sum(group.childCount() for group in groups if group is not None)
    assert rows == len(registered_models())


def test_only_missing_weights_can_be_fetched(dialog: ModelsDialog) -> None:
    _mark(dialog, "U-Net (nuclei)")
    assert not dialog.fetch.isEnabled()
    assert dialog.file.isEnabled()
    _mark(dialog, "Mask R-CNN (COCO)")
    assert dialog.fetch.isEnabled()


def test_asking_names_the_model(dialog: ModelsDialog, qtbot: QtBot) -> None:
    _mark(dialog, "Mask R-CNN (COCO)")
    with qtbot.waitSignal(dialog.download_requested) as asked:
        dialog.fetch.click()
    assert asked.args == ["maskrcnn-coco"]


def test_a_download_can_be_called_off_only_while_it_runs(dialog: ModelsDialog) -> None:
    assert not dialog.stop.isVisible()
    dialog.show_progress(0.4)
    assert dialog.stop.isVisible()
    assert dialog.progress.value() == 40
    dialog.show_progress(1.0)
    assert not dialog.stop.isVisible()
    assert not dialog.progress.isVisible()


def test_what_is_marked_stays_marked_when_weights_have_come(dialog: ModelsDialog) -> None:
    _mark(dialog, "Mask R-CNN (COCO)")
    dialog.refresh()
    current = dialog.tree.currentItem()
    assert current is not None
    assert current.text(0) == "Mask R-CNN (COCO)"
