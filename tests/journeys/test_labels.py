"""Labels: made, coloured, renamed, deleted, imported, and used by key."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QColorDialog,
    QFileDialog,
    QInputDialog,
    QMessageBox,
    QPushButton,
    QToolButton,
)

from gui.dialogs.label_picker import LabelPicker
from tests.journeys.conftest import Play
from tests.journeys.driver import Person, wait_until
from tests.journeys.pictures import folder_of_pictures


def test_labels_are_made_renamed_and_coloured(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "coins.png")

    def story(person: Person) -> None:
        assert _labels(person) == ["object"], "an unlabelled folder starts with a label"
        with person.answering(QInputDialog, person.typing("coin")):
            person.press(_button(person, "New label"))
        assert _labels(person) == ["object", "coin"]
        assert person.window.bench.session.label.name == "coin", "a new label is used at once"

        with person.answering(QInputDialog, person.typing("penny")):
            person.press(_button(person, "Rename"))
        assert _labels(person) == ["object", "penny"]

        def choose(dialog: QColorDialog) -> None:
            dialog.setCurrentColor(QColor("#00aaff"))
            dialog.accept()

        with person.answering(QColorDialog, choose):
            person.press(_button(person, "Colour"))
        assert person.window.bench.session.label.color == "#00aaff"

        for _ in range(3):
            person.key("Ctrl+Z")
        assert _labels(person) == ["object"]
        for _ in range(3):
            person.key("Ctrl+Y")
        assert _labels(person) == ["object", "penny"]

    def later(person: Person) -> None:
        labels = person.window.bench.session.state.labels.values()
        assert [(label.name, label.color) for label in labels][1] == ("penny", "#00aaff")

    assert play([pictures], story) == 0
    assert play([pictures], later) == 0


def test_a_name_that_is_taken_is_refused_in_words(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "coins.png")

    def story(person: Person) -> None:
        with person.answering(QInputDialog, person.typing("Object")):
            person.key("Ctrl+L")
        assert _labels(person) == ["object"]
        assert "bject" in person.message

    assert play([pictures], story) == 0


def test_deleting_a_label_asks_and_takes_its_objects(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "coins.png", "cat.png")

    def story(person: Person) -> None:
        with person.answering(QInputDialog, person.typing("coin")):
            person.key("Ctrl+L")
        for name in ("cat.png", "coins.png"):
            person.open_picture(name)
            person.key("R")
            person.drag((20.0, 30.0), (60.0, 50.0), (90.0, 80.0))
        asked: list[str] = []

        def agree(box: QMessageBox) -> None:
            asked.append(box.text())
            person.press(next(b for b in box.findChildren(QPushButton) if "Delete" in b.text()))

        with person.answering(QMessageBox, agree):
            person.press(_button(person, "Delete"))
        assert "2 objects in 2 images" in asked[0]
        assert _labels(person) == ["object"]
        assert person.mine == ()
        person.key("Ctrl+Z")
        assert _labels(person) == ["object", "coin"]
        assert len(person.mine) == 1
        person.open_picture("cat.png")
        assert len(person.mine) == 1, "one undo brings back the objects of every image"

        def refuse(box: QMessageBox) -> None:
            box.reject()

        with person.answering(QMessageBox, refuse):
            person.press(_button(person, "Delete"))
        assert _labels(person) == ["object", "coin"]

    assert play([pictures], story) == 0


def test_labels_come_from_a_text_file_and_have_keys(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "coins.png")
    names = tmp_path / "names.txt"
    names.write_text("penny\n\nshilling\nobject\ncrown\n", encoding="utf-8")

    def story(person: Person) -> None:
        with person.answering(QFileDialog, person.naming_file(names)):
            person.press(_button(person, "Import names"))
        wait_until(lambda: len(_labels(person)) > 1, "the names to be read")
        assert _labels(person) == ["object", "penny", "shilling", "crown"]

        person.key("3")
        assert person.window.bench.session.label.name == "shilling"
        person.key("R")
        person.drag((20.0, 30.0), (60.0, 50.0), (90.0, 80.0))
        assert _label_of_last(person) == "shilling"
        person.key("4")  # the new object is selected, so it gets the label
        assert _label_of_last(person) == "crown"
        person.key("9")
        assert "9" in person.status
        assert _label_of_last(person) == "crown"

    assert play([pictures], story) == 0


def test_a_label_is_found_by_a_part_of_its_name(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "coins.png")
    names = tmp_path / "names.txt"
    names.write_text("\n".join(f"species {number}" for number in range(300)), encoding="utf-8")

    def story(person: Person) -> None:
        person.window.commands.files.import_labels_from(names)
        wait_until(lambda: len(_labels(person)) == 301, "the names to be read")
        person.key("Ctrl+E")
        picker = person.window.findChild(LabelPicker)
        assert isinstance(picker, LabelPicker)
        QTest.keyClicks(picker.search, "CIES 27")
        assert picker.list.count() == 11
        QTest.keyClick(picker.search, Qt.Key.Key_Down)
        QTest.keyClick(picker.search, Qt.Key.Key_Return)
        wait_until(lambda: not picker.isVisible(), "the picker to close")
        assert person.window.bench.session.label.name == "species 270"

    assert play([pictures], story) == 0


def _labels(person: Person) -> list[str]:
    tree = person.window.panes.labels.list
    rows = (tree.topLevelItem(row) for row in range(tree.topLevelItemCount()))
    return [row.text(0) for row in rows if row is not None]


def _button(person: Person, name: str) -> QToolButton:
    buttons = person.window.panes.labels.findChildren(QToolButton)
    return next(button for button in buttons if button.accessibleName() == name)


def _label_of_last(person: Person) -> str:
    return person.window.bench.session.state.labels[person.mine[-1].label_id].name
