"""Which attributes the project has: a list, and a form for the one that is marked."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.document.attributes import AttributeDefinition, AttributeKind, AttributeScope
from core.document.history import HistoryEvent
from gui.icons import IconButton, color_swatch
from gui.session import Session

_ID = Qt.ItemDataRole.UserRole
_FIELD_HEIGHT_PX = 110


class AttributesDialog(QDialog):
    """Stays open beside the work; every saved edit is a step that can be undone."""

    saved = Signal(object)
    """Carries the AttributeDefinition; its id is 0 for a new one."""
    delete_requested = Signal(object)
    """Carries the id of an attribute."""
    survey_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Attributes"))
        self.resize(620, 460)
        self._session = session
        self._names = {
            AttributeKind.TEXT: self.tr("Text"),
            AttributeKind.NUMBER: self.tr("Number"),
            AttributeKind.CHOICE: self.tr("Choice"),
            AttributeKind.FLAG: self.tr("Flag (yes or no)"),
        }
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Attributes of the project"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(lambda *_: self._show_marked())
        self.empty = QLabel(
            self.tr(
                "No attributes yet. An attribute is a question about each object or image, "
                "such as whether it is occluded. Name the first one on the right and save it."
            ),
            self,
        )
        self.empty.setWordWrap(True)
        self.empty.setProperty("quiet", True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._make_fields()
        columns = QHBoxLayout()
        columns.setSpacing(12)
        columns.addLayout(self._left_side(), 2)
        columns.addLayout(self._right_side(), 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addLayout(columns)
        session.document_changed.connect(self._on_document_changed)
        self._fill(None)

    def _make_fields(self) -> None:
        self.name = QLineEdit(self)
        self.name.setPlaceholderText(self.tr("such as occluded"))
        self.kind = QComboBox(self)
        for kind, text in self._names.items():
            self.kind.addItem(text, kind)
        self.scope = QComboBox(self)
        self.scope.addItem(self.tr("Objects"), AttributeScope.OBJECT)
        self.scope.addItem(self.tr("The image"), AttributeScope.IMAGE)
        self.choices = QPlainTextEdit(self)
        self.choices.setPlaceholderText(self.tr("One value on each line"))
        self.choices.setTabChangesFocus(True)
        self.choices.setMaximumHeight(_FIELD_HEIGHT_PX)
        self.labels = QListWidget(self)
        self.labels.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.labels.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.labels.setMaximumHeight(_FIELD_HEIGHT_PX)
        self.labels.setAccessibleName(self.tr("Labels whose objects have it"))
        self.kind.currentIndexChanged.connect(self._follow)
        self.scope.currentIndexChanged.connect(self._follow)

    def _left_side(self) -> QVBoxLayout:
        add = IconButton("plus", self.tr("New attribute"), self)
        remove = IconButton("delete-outline", self.tr("Delete"), self)
        self.survey = QPushButton(self.tr("Take from the data"), self)
        self.survey.setToolTip(self.tr("Define the attributes that came in with files"))
        self.survey.setAutoDefault(False)
        add.clicked.connect(self.start_new)
        remove.clicked.connect(self._delete)
        self.survey.clicked.connect(self.survey_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(add)
        buttons.addWidget(remove)
        buttons.addStretch()
        buttons.addWidget(self.survey)
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self.list)
        side.addWidget(self.empty, 1)
        side.addLayout(buttons)
        return side

    def _right_side(self) -> QVBoxLayout:
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.addRow(self.tr("Name"), self.name)
        self._form.addRow(self.tr("Kind"), self.kind)
        self._form.addRow(self.tr("Said of"), self.scope)
        self._form.addRow(self.tr("Values"), self.choices)
        self._form.addRow(self.tr("Only for"), self.labels)
        hint = QLabel(self.tr("With no label marked, objects of every label have it."), self)
        hint.setProperty("quiet", True)
        hint.setWordWrap(True)
        self._labels_hint = hint
        self._form.addRow("", hint)
        self.save = QPushButton(self.tr("Save"), self)
        self.save.setDefault(True)
        self.save.clicked.connect(self._save)
        close = QPushButton(self.tr("Close"), self)
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(close)
        buttons.addWidget(self.save)
        side = QVBoxLayout()
        side.addLayout(self._form)
        side.addStretch()
        side.addLayout(buttons)
        return side

    def start_new(self) -> None:
        """Empty the form for an attribute that is not there yet."""
        self.list.setCurrentRow(-1)
        self._show(AttributeDefinition(0, "", AttributeKind.TEXT))
        self.name.setFocus()

    def _fill(self, marked: int | None) -> None:
        """The list as it is now, with one of them marked, else the first."""
        self.list.blockSignals(True)
        self.list.clear()
        row = 0
        definitions = [item for _, item in sorted(self._session.state.attributes.items())]
        for place, item in enumerate(definitions):
            of = self.tr("of images") if item.scope is AttributeScope.IMAGE else ""
            words = " ".join(filter(None, (self._names[item.kind].lower(), of)))
            entry = QListWidgetItem(f"{item.name}  –  {words}")
            entry.setData(_ID, item.id)
            self.list.addItem(entry)
            row = place if item.id == marked else row
        self.list.blockSignals(False)
        self.list.setVisible(bool(definitions))
        self.empty.setVisible(not definitions)
        if definitions:
            self.list.setCurrentRow(row)
            self._show_marked()
        else:
            self.start_new()

    def _show_marked(self) -> None:
        definition = self._session.state.attributes.get(self._marked() or 0)
        if definition is not None:
            self._show(definition)

    def _marked(self) -> int | None:
        item = self.list.currentItem()
        return None if item is None else int(item.data(_ID))

    def _show(self, definition: AttributeDefinition) -> None:
        self.name.setText(definition.name)
        self.kind.setCurrentIndex(self.kind.findData(definition.kind))
        self.scope.setCurrentIndex(self.scope.findData(definition.scope))
        self.scope.setEnabled(not definition.id)
        self.choices.setPlainText("\n".join(definition.choices))
        self.labels.clear()
        for _, label in sorted(self._session.state.labels.items()):
            item = QListWidgetItem(color_swatch(label.color), label.name)
            item.setData(_ID, label.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            chosen = label.id in definition.label_ids
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
            self.labels.addItem(item)
        self._follow()

    def _follow(self) -> None:
        """Show the fields that mean something for this kind and scope."""
        self._form.setRowVisible(self.choices, self.kind.currentData() is AttributeKind.CHOICE)
        of_objects = self.scope.currentData() is AttributeScope.OBJECT
        self._form.setRowVisible(self.labels, of_objects)
        self._form.setRowVisible(self._labels_hint, of_objects)

    def _save(self) -> None:
        scope = self.scope.currentData()
        rows = (self.labels.item(row) for row in range(self.labels.count()))
        checked = [row.data(_ID) for row in rows if row.checkState() == Qt.CheckState.Checked]
        self.saved.emit(
            AttributeDefinition(
                self._marked() or 0,
                self.name.text(),
                self.kind.currentData(),
                scope,
                tuple(self.choices.toPlainText().splitlines()),
                tuple(checked) if scope is AttributeScope.OBJECT else (),
            )
        )

    def _delete(self) -> None:
        marked = self._marked()
        if marked is not None:
            self.delete_requested.emit(marked)

    def _on_document_changed(self, event: HistoryEvent) -> None:
        change = event.change
        if not (change.attributes or change.labels):
            return
        added = change.attributes.added
        self._fill(added[-1].id if added else self._marked())
