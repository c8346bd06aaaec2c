"""Making, renaming, recolouring and deleting labels, each as one step that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QInputDialog, QMainWindow, QMessageBox
from shiboken6 import isValid

from core.document.change import Change
from core.document.document import ImageDocument, ProjectState
from core.editing.labels import (
    LabelUse,
    add_label,
    delete_label,
    label_use,
    recolor_label,
    rename_label,
)
from core.editing.skeletons import define_keypoints
from core.errors import MaskwrightError
from gui.counting import counted
from gui.files.whole_project import WholeProject
from gui.workbench import Workbench

if TYPE_CHECKING:
    from core.editing.relabelling import Relabelling, RelabellingPlan
    from gui.dialogs.relabel_dialog import RelabelDialog


class LabelCommands(QObject):
    """Asks what has to be asked, then applies the change."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._bench = bench
        self._session = bench.session
        self._window = window
        self._whole = WholeProject(bench.session, bench.tasks, self)

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
        from gui.dialogs.label_picker import LabelPicker

        picker = LabelPicker(self._session.state, self._window)
        picker.label_chosen.connect(self._bench.selection.use_label)
        picker.show()

    def rename(self, label_id: int) -> None:
        """Ask for a new name."""
        label = self._session.state.labels[label_id]
        name, accepted = QInputDialog.getText(
            self._window, self.tr("Rename label"), self.tr("New name:"), text=label.name
        )
        if not accepted:
            return
        taken = self._session.state.label_named(" ".join(name.split()))
        if taken is not None and taken.id != label_id:
            self._offer_merge(label_id, taken.id)
        else:
            self._try(lambda: rename_label(self._session.state, label_id, name))

    def _offer_merge(self, label_id: int, target_id: int) -> None:
        """The new name is that of another label: most likely both shall become one."""
        from gui.dialogs.relabel_dialog import RelabelDialog

        self.relabel(label_id)
        dialog = self._window.findChildren(RelabelDialog)[-1]
        dialog.target.setCurrentIndex(dialog.target.findData(target_id))
        dialog.merge.setChecked(True)

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

        def prepare(
            state: ProjectState, documents: Iterator[ImageDocument]
        ) -> tuple[LabelUse, Change]:
            found = tuple(document for document in documents if _uses(document, label_id))
            return label_use(found, label_id), delete_label(state, found, label_id)

        self._whole.ask(
            "Delete label", prepare, lambda found: self._delete_if_confirmed(label_id, *found)
        )

    def define_keypoints(self, label_id: int | None = None) -> None:
        """Name the keypoints of a label, the active one unless another is given."""
        from gui.dialogs.keypoints_dialog import KeypointsDialog

        label = self._session.state.labels[self._session.label.id if label_id is None else label_id]
        dialog = KeypointsDialog(label, self._window)
        dialog.saved.connect(
            lambda names, edges, origins: self.save_keypoints(label.id, names, edges, origins)
        )
        dialog.saved.connect(dialog.accept)
        dialog.show()

    def save_keypoints(
        self,
        label_id: int,
        names: tuple[str, ...],
        edges: tuple[tuple[int, int], ...],
        origins: tuple[int | None, ...],
    ) -> None:
        """Give a label other keypoints, and its objects the points that stay."""

        def prepare(state: ProjectState, documents: Iterator[ImageDocument]) -> Change | None:
            return define_keypoints(state, documents, label_id, names, edges, origins)

        self._whole.ask("Change keypoints", prepare, self._session.apply)

    def relabel(self, label_id: int | None = None) -> None:
        """Give the objects of labels another one, or merge labels, after a count."""
        from gui.dialogs.relabel_dialog import RelabelDialog

        chosen = self._session.label.id if label_id is None else label_id
        dialog = RelabelDialog(self._session, chosen, self._window)
        dialog.plan_requested.connect(lambda rule, here: self._plan(dialog, rule, here))
        dialog.confirmed.connect(self._carry_out)
        dialog.ask()
        dialog.show()

    def _plan(self, dialog: RelabelDialog, rule: Relabelling, here: bool) -> None:
        image = self._session.image
        images = (image.id,) if here and image is not None else None

        def count(state: ProjectState, documents: Iterator[ImageDocument]) -> RelabellingPlan:
            from core.editing.relabelling import plan_relabelling

            return plan_relabelling(state, documents, rule)

        def show(plan: RelabellingPlan) -> None:
            if isValid(dialog):
                dialog.show_plan(rule, plan)

        self._whole.ask("Count objects", count, show, images)

    def _carry_out(self, plan: RelabellingPlan) -> None:
        if self._session.apply(plan.change):
            self._session.undo_offered.emit(
                f"{counted(plan.objects, 'object')} on {counted(plan.images, 'image')} relabelled."
            )

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


def _uses(document: ImageDocument, label_id: int) -> bool:
    objects = document.annotations.values()
    return bool(document.semantic) or any(item.label_id == label_id for item in objects)
