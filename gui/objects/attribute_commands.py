"""What people do to attributes: give values, define, change, delete, take from the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMainWindow, QMessageBox

from core.document.annotation import AttributeValue
from core.document.attributes import AttributeDefinition, AttributeScope
from core.document.change import Change
from core.document.document import ImageDocument, ProjectState
from core.editing.attribute_survey import AttributeUse, attribute_use, undefined_attributes
from core.editing.attributes import (
    add_definition,
    add_definitions,
    change_definition,
    remove_definition,
    set_attribute,
    set_image_attribute,
)
from core.errors import MaskwrightError
from gui.counting import counted
from gui.files.whole_project import WholeProject
from gui.workbench import Workbench

if TYPE_CHECKING:
    from gui.dialogs.attributes_dialog import AttributesDialog


class AttributeCommands(QObject):
    """Each command is one step that can be undone, over as many images as it touches."""

    edit_requested = Signal()
    """The pane of the attributes shall take the keyboard."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._session = bench.session
        self._window = window
        self._whole = WholeProject(bench.session, bench.tasks, self)
        self._dialog: AttributesDialog | None = None

    def give(self, scope: AttributeScope, name: str, value: AttributeValue | None) -> None:
        """Give the selected objects, or the image, a value; None takes it away."""
        session, document = self._session, self._session.document
        if document is None:
            return
        if scope is AttributeScope.IMAGE:
            images = (document.image_id,)
            self._try(lambda: set_image_attribute(session.state, images, name, value))
        else:
            ids = [item.id for item in session.selected()]
            self._try(lambda: set_attribute(document, ids, name, value))

    def define(self) -> None:
        """Open the list of attributes of the project."""
        from gui.dialogs.attributes_dialog import AttributesDialog

        if self._dialog is None:
            self._dialog = AttributesDialog(self._session, self._window)
            self._dialog.saved.connect(self.save)
            self._dialog.delete_requested.connect(self.delete)
            self._dialog.survey_requested.connect(self.take_from_data)

        self._dialog.show()
        self._dialog.activateWindow()

    def save(self, definition: AttributeDefinition) -> None:
        """Add an attribute (its id is 0) or change the one of this id."""
        state = self._session.state
        if not definition.id:
            self._try(lambda: add_definition(state, definition))
            return
        before = state.attributes.get(definition.id)
        if before is not None and before.name == definition.name:
            self._try(lambda: change_definition(state, (), definition))
            return

        def renamed(state: ProjectState, documents: Iterator[ImageDocument]) -> Change | None:
            return change_definition(state, documents, definition)

        self._whole.ask("Rename attribute", renamed, self._session.apply)

    def delete(self, definition_id: int) -> None:
        """Count the values, ask what becomes of them, then delete the attribute."""
        definition = self._session.state.attributes.get(definition_id)
        if definition is None:
            return

        def used(state: ProjectState, documents: Iterator[ImageDocument]) -> AttributeUse:
            return attribute_use(state, documents, definition)

        self._whole.ask("Count values", used, lambda use: self._delete(definition, use))

    def take_from_data(self) -> None:
        """Define the attributes that came in with files."""
        self._whole.ask("Look for attributes", undefined_attributes, self._define_found)

    def _define_found(self, found: tuple[AttributeDefinition, ...]) -> None:
        if not found:
            self._session.message_posted.emit("Every value in the data has its attribute already.")
            return
        name = f"Define {counted(len(found), 'attribute')}"
        if self._try(lambda: add_definitions(self._session.state, found, name)):
            self._session.message_posted.emit(
                f"{counted(len(found), 'attribute')} defined from the data."
            )

    def _delete(self, definition: AttributeDefinition, use: AttributeUse) -> None:
        with_values = self._asked_about_values(definition, use) if use.images else False
        if with_values is None:
            return

        def removed(state: ProjectState, documents: Iterator[ImageDocument]) -> Change:
            return remove_definition(state, documents, definition.id, with_values=with_values)

        self._whole.ask("Delete attribute", removed, self._session.apply)

    def _asked_about_values(
        self, definition: AttributeDefinition, use: AttributeUse
    ) -> bool | None:
        """Whether the values go too; None when nothing shall be deleted."""
        box = QMessageBox(self._dialog or self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Delete attribute"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        things = counted(use.objects, "object") if use.objects else ""
        where = f"{things} on {counted(use.images, 'image')}" if things else ""
        box.setText(
            self.tr("{where} have a value “{name}”.").format(
                where=where or counted(use.images, "image"), name=definition.name
            )
        )
        box.setInformativeText(self.tr("Undo brings everything back."))
        with_values = box.addButton(
            self.tr("Delete values too"), QMessageBox.ButtonRole.DestructiveRole
        )
        without = box.addButton(self.tr("Keep values"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        if box.clickedButton() is with_values:
            return True
        return False if box.clickedButton() is without else None

    def _try(self, make: Callable[[], Change | None]) -> bool:
        try:
            change = make()
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return False
        return self._session.apply(change)
