"""Making, renaming, recolouring and deleting labels, each as one step that can be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QInputDialog, QMainWindow, QMessageBox

from core.document.change import Change
from core.editing.labels import (
    LabelUse,
    add_label,
    delete_label,
    label_use,
    recolor_label,
    rename_label,
)
from core.errors import MaskwrightError
from core.tasks.queue import Lane, Task, TaskContext
from gui.dialogs.label_picker import LabelPicker
from gui.workbench import Workbench


class LabelCommands(QObject):
    """Asks what has to be asked, then applies the change."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._bench = bench
        self._session = bench.session
        self._window = window

    def add(self) -> None:
        """Ask for a name and make a label of it."""
        name, accepted = QInputDialog.getText(
            self._window, self.tr("New label"), self.tr("Name of the new label:")
        )
        if accepted:
            self.add_named(name)

    def add_named(self, name: str) -> None:
        """Make a label and use it from now on."""
        if self._try(lambda: add_label(self._session.state, name)):
            self._session.use_label(max(self._session.state.labels))

    def pick(self) -> None:
        """Find a label by typing a part of its name; it is used, and given to what is selected."""
        picker = LabelPicker(self._session.state, self._window)
        picker.label_chosen.connect(self._bench.selection.use_label)
        picker.show()

    def rename(self, label_id: int) -> None:
        """Ask for a new name."""
        label = self._session.state.labels[label_id]
        name, accepted = QInputDialog.getText(
            self._window, self.tr("Rename label"), self.tr("New name:"), text=label.name
        )
        if accepted:
            self._try(lambda: rename_label(self._session.state, label_id, name))

    def recolor(self, label_id: int) -> None:
        """Ask for a new colour."""
        label = self._session.state.labels[label_id]
        color = QColorDialog.getColor(
            QColor(label.color), self._window, self.tr("Colour of {}").format(label.name)
        )
        if color.isValid():
            self._try(lambda: recolor_label(self._session.state, label_id, color.name()))

    def delete(self, label_id: int) -> None:
        """Count what the label is used for, ask, then delete it with its objects."""
        project, state = self._session.project, self._session.state
        revision = self._session.revision

        def prepare(_context: TaskContext) -> tuple[LabelUse, Change]:
            dataset = project.snapshot()
            use = label_use((document for _, document in dataset.documents()), label_id)
            documents = (document for _, document in dataset.documents())
            return use, delete_label(state, documents, label_id)

        self._bench.tasks.submit(
            Task("Delete label", Lane.INTERACTIVE, ("delete label",), prepare),
            lambda found: self._on_delete_prepared(label_id, revision, *found),
            self._session.error_raised.emit,
        )

    def _on_delete_prepared(
        self, label_id: int, revision: int, use: LabelUse, change: Change
    ) -> None:
        if revision == self._session.revision:
            self._delete_if_confirmed(label_id, use, change)
        else:
            # Something was drawn meanwhile, perhaps with this label: look again.
            self.delete(label_id)

    def _delete_if_confirmed(self, label_id: int, use: LabelUse, change: Change) -> None:
        label = self._session.state.labels.get(label_id)
        if label is not None and (not use.objects or self._confirmed(label.name, use)):
            self._session.apply(change)

    def _confirmed(self, name: str, use: LabelUse) -> bool:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Delete label"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(
            self.tr("“{name}” is used by {objects} objects in {images} images.").format(
                name=name, objects=use.objects, images=use.images
            )
        )
        box.setInformativeText(self.tr("They are deleted with it. Undo brings everything back."))
        delete = box.addButton(self.tr("Delete all"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is delete

    def _try(self, make: Callable[[], Change | None]) -> bool:
        try:
            change = make()
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return False
        return self._session.apply(change)
