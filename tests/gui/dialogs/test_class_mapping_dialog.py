import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.document.annotation import Label
from core.models.class_mapping import LEFT_OUT, ClassMapping
from gui.dialogs.class_mapping_dialog import UNDECIDED, ClassMappingDialog

LABELS = {1: Label(1, "cell", "#ff0000"), 2: Label(2, "airplane", "#00ff00")}
CLASSES = ("cell", "aeroplane", "dog")


@pytest.fixture
def chosen() -> list[ClassMapping]:
    return []


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


@pytest.fixture
def dialog(parent: QWidget, chosen: list[ClassMapping]) -> ClassMappingDialog:
    first = ClassMapping().with_choices("m", {"dog": LEFT_OUT})
    dialog = ClassMappingDialog("m", "Model", CLASSES, LABELS, first, parent)
    dialog.chosen.connect(chosen.append)
    dialog.show()
    return dialog


def test_every_class_says_what_becomes_of_it(dialog: ClassMappingDialog) -> None:
    texts = [box.currentText() for box in dialog.choices.values()]
    assert texts == ["cell (same name)", "new label “aeroplane”", "left out"]


def test_suggestions_fill_what_is_undecided(
    dialog: ClassMappingDialog, chosen: list[ClassMapping]
) -> None:
    dialog.suggest.click()
    assert dialog.choices["aeroplane"].currentText() == "airplane (suggested)"
    assert dialog.choices["cell"].currentData() == UNDECIDED
    dialog.buttons.accepted.emit()
    assert chosen[0].label_of("m", "aeroplane", LABELS) == 2
    assert chosen[0].label_of("m", "dog", LABELS) == LEFT_OUT


def test_a_choice_can_be_taken_back_and_cancelling_changes_nothing(
    dialog: ClassMappingDialog, chosen: list[ClassMapping]
) -> None:
    dialog.choices["dog"].setCurrentIndex(0)
    dialog.buttons.rejected.emit()
    assert chosen == []
    dialog.buttons.accepted.emit()
    assert chosen[0].label_of("m", "dog", LABELS) is None


def test_classes_are_found_by_name(dialog: ClassMappingDialog) -> None:
    dialog.search.setText("PLANE")
    rows = [dialog.tree.topLevelItem(row) for row in range(3)]
    assert [row.text(0) for row in rows if row and not row.isHidden()] == ["aeroplane"]
