"""The attributes of the selected objects and of the image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import Annotation, AttributeValue
from core.document.attributes import AttributeDefinition, AttributeKind, AttributeScope
from gui.counting import counted
from gui.elided_label import ElidedLabel
from gui.panels.attribute_editors import AttributeField, FieldValue, field_for
from gui.session import Session

NAME_WIDTH_PX = 110


class AttributesPanel(QWidget):
    """A field for each attribute that the selected objects can have, then those of the image.

    Values that came in with a file and have no definition are shown as text,
    with a button that defines them.
    """

    given = Signal(object, str, object)
    """Carries the scope, the name and the value (None to take it away)."""
    define_requested = Signal()
    survey_requested = Signal()
    canvas_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.fields: dict[tuple[AttributeScope, str], AttributeField] = {}
        self._shown: tuple[object, ...] = ()
        self._objects = _Section(self)
        self._image = _Section(self)
        self._empty = QLabel(self)
        self._empty.setWordWrap(True)
        self._empty.setProperty("quiet", True)
        self.define = QPushButton(self.tr("Define attributes…"), self)
        self.survey = QPushButton(self.tr("Take from the data"), self)
        self.survey.setToolTip(self.tr("Define the attributes that came in with files"))
        self.define.clicked.connect(self.define_requested)
        self.survey.clicked.connect(self.survey_requested)
        inside = QWidget(self)
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(8, 8, 8, 8)
        rows.setSpacing(12)
        for part in (self._empty, self._objects, self._image, self.survey, self.define):
            rows.addWidget(part)
        rows.addStretch()
        area = QScrollArea(self)
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        session.document_changed.connect(lambda _event: self.refresh())
        session.image_changed.connect(lambda _image: self.refresh())
        session.selection_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the values as they are now."""
        session = self._session
        chosen, image = self._chosen(), session.image
        of_objects = self._of_objects(chosen)
        image_values = session.state.attributes_of_image(image.id) if image else {}
        of_image = self._of_image(image_values) if image else ()
        shown = (bool(chosen), of_objects, of_image)
        if shown != self._shown:
            self._shown = shown
            self._rebuild(of_objects, of_image)
        self._title(chosen)
        for definition in of_objects:
            values = [item.attributes.get(definition.name) for item in chosen]
            self.fields[AttributeScope.OBJECT, definition.name].show_value(common(values))
        for definition in of_image:
            value = image_values.get(definition.name)
            self.fields[AttributeScope.IMAGE, definition.name].show_value(FieldValue(value))

    def _chosen(self) -> tuple[Annotation, ...]:
        """The selected objects; unlike the session's they are not sorted, which takes time."""
        document, layer_id = self._session.document, self._session.layer.id
        if document is None:
            return ()
        found = (document.annotations.get(number) for number in self._session.selection)
        return tuple(item for item in found if item is not None and item.layer_id == layer_id)

    def focus_first(self) -> None:
        """Take the keyboard to the first field."""
        first = next(iter(self.fields.values()), None)
        (first or self.define).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _of_objects(self, chosen: Sequence[Annotation]) -> tuple[AttributeDefinition, ...]:
        """Attributes that all selected objects can have, then those that came with a file."""
        label_ids = {item.label_id for item in chosen}
        defined = [
            item
            for _, item in sorted(self._session.state.attributes.items())
            if label_ids and all(item.applies_to(label_id) for label_id in label_ids)
        ]
        values = {name: value for item in chosen for name, value in item.attributes.items()}
        return (*defined, *_undefined(values, defined, AttributeScope.OBJECT))

    def _of_image(self, values: Mapping[str, AttributeValue]) -> tuple[AttributeDefinition, ...]:
        defined = [
            item
            for _, item in sorted(self._session.state.attributes.items())
            if item.scope is AttributeScope.IMAGE
        ]
        return (*defined, *_undefined(values, defined, AttributeScope.IMAGE))

    def _rebuild(
        self, of_objects: Sequence[AttributeDefinition], of_image: Sequence[AttributeDefinition]
    ) -> None:
        self.fields.clear()
        for section, definitions in ((self._objects, of_objects), (self._image, of_image)):
            section.clear()
            for definition in definitions:
                self.fields[definition.scope, definition.name] = self._add(section, definition)
        known = bool(self._session.state.attributes)
        self._empty.setVisible(not self.fields)
        self._empty.setText(
            self.tr("Select an object to see its attributes.")
            if known
            else self.tr("This project has no attributes yet: say what shall be noted of objects.")
        )
        self.survey.setVisible(any(not item.id for item in (*of_objects, *of_image)))

    def _add(self, section: _Section, definition: AttributeDefinition) -> AttributeField:
        field = field_for(definition, section)
        scope, name = definition.scope, definition.name
        field.given.connect(lambda value: self.given.emit(scope, name, value))
        field.left.connect(self.canvas_requested)
        section.add(definition, field)
        return field

    def _title(self, chosen: Sequence[Annotation]) -> None:
        labels = {item.label_id for item in chosen}
        name = self._session.state.labels[min(labels)].name if len(labels) == 1 else ""
        count = counted(len(chosen), "object")
        self._objects.set_title(f"{name} ({count})" if name and len(chosen) > 1 else name or count)
        image = self._session.image
        self._image.set_title(image.name if image else "")


class _Section(QWidget):
    """A heading with fields below it; hidden while it has none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = ElidedLabel("", self)
        self._title.setProperty("heading", True)
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(8)
        self._form.setVerticalSpacing(4)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._title)
        layout.addLayout(self._form)

    def set_title(self, text: str) -> None:
        """Name what the fields are about."""
        self._title.show_text(text)

    def clear(self) -> None:
        """Remove all fields."""
        while self._form.rowCount():
            self._form.removeRow(0)
        self.hide()

    def add(self, definition: AttributeDefinition, field: AttributeField) -> None:
        """One more field."""
        name = definition.name
        label = ElidedLabel(name, self)
        label.setFixedWidth(NAME_WIDTH_PX)
        label.setBuddy(field)
        if not definition.id:
            label.setProperty("quiet", True)
            label.show_text(name, self.tr("{}: from a file, not defined").format(name))
        self._form.addRow(label, field)
        self.show()


def common(values: Sequence[AttributeValue | None]) -> FieldValue:
    """What several objects have in common."""
    if not values:
        return FieldValue()
    first = values[0]
    if all(type(value) is type(first) and value == first for value in values):
        return FieldValue(first)
    return FieldValue(several=True)


def _undefined(
    values: Mapping[str, AttributeValue],
    defined: Sequence[AttributeDefinition],
    scope: AttributeScope,
) -> tuple[AttributeDefinition, ...]:
    """A field for each value without a definition, of the kind of the value."""
    known = {item.name for item in defined}
    return tuple(
        AttributeDefinition(0, name, _kind_of(value), scope)
        for name, value in values.items()
        if name not in known
    )


def _kind_of(value: AttributeValue) -> AttributeKind:
    if isinstance(value, bool):
        return AttributeKind.FLAG
    return AttributeKind.TEXT if isinstance(value, str) else AttributeKind.NUMBER
