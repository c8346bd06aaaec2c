"""One field for one attribute: text, number, choice or flag."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QWidget

from core.document.annotation import AttributeValue
from core.document.attributes import AttributeDefinition, AttributeKind
from gui.icons import IconButton


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What a field shows: a value, none, or several different ones."""

    value: AttributeValue | None = None
    several: bool = False


class AttributeField(QWidget):
    """A row of the pane: an editor, and a button that takes the value away.

    Text and numbers are given when Enter is pressed or the field is left, so
    that each is one step to undo.
    """

    given = Signal(object)
    """Carries the value, None to take it away."""
    left = Signal()
    """Enter or Escape was pressed: the keyboard goes back to the canvas."""

    def __init__(self, definition: AttributeDefinition, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.definition = definition
        self._shown = FieldValue()
        self._clear = IconButton("close", self.tr("Take the value away"), self)
        self._clear.clicked.connect(lambda: self._give(None))
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)

    def show_value(self, shown: FieldValue) -> None:
        """Show what the selected objects have."""
        self._shown = shown
        self._clear.setVisible(shown.several or shown.value is not None)
        self._write(shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape brings the value back and the keyboard to the canvas."""
        if event.key() == Qt.Key.Key_Escape:
            self._write(self._shown)
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _use(self, editor: QWidget) -> None:
        editor.setAccessibleName(self.definition.name)
        self.setFocusProxy(editor)
        self._layout.addWidget(editor, 1)
        self._layout.addWidget(self._clear)
        policy = self._clear.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._clear.setSizePolicy(policy)

    def _write(self, shown: FieldValue) -> None:
        raise NotImplementedError

    def _give(self, value: AttributeValue | None) -> None:
        shown = self._shown
        same = type(value) is type(shown.value) and value == shown.value
        if shown.several or not same:
            self.given.emit(value)


class TextField(AttributeField):
    """Free text, or a number; what is no number is not taken."""

    def __init__(self, definition: AttributeDefinition, parent: QWidget | None = None) -> None:
        super().__init__(definition, parent)
        self.edit = QLineEdit(self)
        self.edit.editingFinished.connect(self._finish)
        self.edit.returnPressed.connect(self.left)
        self._wrong = QLabel(self.tr("no number"), self)
        self._wrong.setProperty("warning", True)
        self._wrong.hide()
        self._use(self.edit)
        self._layout.insertWidget(1, self._wrong)
        self.edit.textEdited.connect(self._check)

    def _write(self, shown: FieldValue) -> None:
        self._wrong.hide()
        self.edit.setPlaceholderText(self.tr("several values") if shown.several else "")
        self.edit.setText("" if shown.value is None else _words(shown.value))

    def _check(self, text: str) -> None:
        is_number = self.definition.kind is AttributeKind.NUMBER
        self._wrong.setVisible(is_number and bool(text.strip()) and number_of(text) is None)

    def _finish(self) -> None:
        text = self.edit.text().strip()
        before = "" if self._shown.value is None else _words(self._shown.value)
        if text == before.strip() and not (self._shown.several and text):
            return
        value: AttributeValue | None = text or None
        if value is not None and self.definition.kind is AttributeKind.NUMBER:
            value = number_of(text)
            if value is None:
                self._write(self._shown)
                return
        self._give(value)


class ChoiceField(AttributeField):
    """One of several values."""

    def __init__(self, definition: AttributeDefinition, parent: QWidget | None = None) -> None:
        super().__init__(definition, parent)
        self.box = _QuietBox(self)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.activated.connect(self._choose)
        self._use(self.box)

    def _write(self, shown: FieldValue) -> None:
        self.box.clear()
        for choice in self.definition.choices:
            self.box.addItem(choice, choice)
        value = shown.value
        if value is not None and self.box.findData(value) < 0:
            self.box.addItem(self.tr("{} (not in the list)").format(_words(value)), value)
        self.box.setPlaceholderText(self.tr("several values") if shown.several else "—")
        self.box.setCurrentIndex(-1 if value is None else self.box.findData(value))

    def _choose(self, place: int) -> None:
        self._give(self.box.itemData(place))


class FlagField(AttributeField):
    """Yes or no; half checked while nothing is said or several things are."""

    def __init__(self, definition: AttributeDefinition, parent: QWidget | None = None) -> None:
        super().__init__(definition, parent)
        self.check = QCheckBox(self)
        self.check.clicked.connect(lambda _checked: self._give(self._shown.value is not True))
        self._use(self.check)

    def _write(self, shown: FieldValue) -> None:
        states = {True: Qt.CheckState.Checked, False: Qt.CheckState.Unchecked}
        value = shown.value
        known = isinstance(value, bool)
        self.check.setTristate(not known)
        state = states[value] if isinstance(value, bool) else Qt.CheckState.PartiallyChecked
        self.check.setCheckState(state)
        self.check.setText(self._text(shown))

    def _text(self, shown: FieldValue) -> str:
        if shown.several:
            return self.tr("several values")
        if shown.value is None:
            return self.tr("not said")
        if isinstance(shown.value, bool):
            return self.tr("yes") if shown.value else self.tr("no")
        return _words(shown.value)


class _QuietBox(QComboBox):
    """A wheel that passes over it scrolls the pane and changes nothing."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()


def field_for(definition: AttributeDefinition, parent: QWidget | None = None) -> AttributeField:
    """The field that fits the kind of an attribute."""
    if definition.kind is AttributeKind.CHOICE:
        return ChoiceField(definition, parent)
    if definition.kind is AttributeKind.FLAG:
        return FlagField(definition, parent)
    return TextField(definition, parent)


def number_of(text: str) -> int | float | None:
    """The number that a text says, with a point or a comma; None when it says none."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text.replace(",", ".", 1))
    except ValueError:
        return None
    return value if isfinite(value) else None


def _words(value: AttributeValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) and value == float(f"{value:g}") else str(value)
