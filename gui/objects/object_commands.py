"""What people do to the selected objects as wholes: hide, order, group, copy to other images."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QMainWindow

from core.document.annotation import Annotation
from core.document.change import Change
from core.document.document import ImageDocument, ProjectState
from core.editing.annotations import add_annotations, set_hidden, show_only
from core.editing.copying import pasted_annotations, propagated
from core.editing.groups import group, ungroup
from core.editing.order import Placement, reorder
from core.errors import MaskwrightError
from gui.counting import counted
from gui.files.whole_project import WholeProject
from gui.workbench import Workbench

MOST_IMAGES = 1000
SELECT_FIRST = "Select one or more objects first."


class ObjectCommands(QObject):
    """Each command is one step that can be undone."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._bench = bench
        self._session = bench.session
        self._window = window
        self._whole = WholeProject(bench.session, bench.tasks, self)

    def toggle_hidden(self) -> None:
        """Hide the selected objects, or show them when all of them are hidden."""
        chosen = self._chosen()
        if chosen:
            hide = not all(item.hidden for item in chosen)
            self._edit(lambda document, ids: set_hidden(document, ids, hide))
            if hide:
                self._say_hidden()

    def hide_others(self) -> None:
        """Leave only the selected objects on the screen."""
        layer_id = self._session.layer.id
        if self._chosen():
            self._edit(lambda document, ids: show_only(document, layer_id, ids))
            self._say_hidden()

    def set_hidden(self, annotation_id: int, hidden: bool) -> None:
        """Hide or show one object."""
        document = self._session.document
        if document is not None and annotation_id in document.annotations:
            self._session.apply(set_hidden(document, (annotation_id,), hidden))

    def show_all(self) -> None:
        """Bring every hidden object of this image back."""
        document = self._session.document
        if document is None:
            return
        hidden = [item.id for item in document.annotations.values() if item.hidden]
        if not hidden:
            self._session.message_posted.emit("No object of this image is hidden.")
        elif self._session.apply(set_hidden(document, hidden, False)):
            self._session.message_posted.emit(f"{counted(len(hidden), 'object')} shown again.")

    def move_in_stack(self, placement: Placement) -> None:
        """Bring the selected objects forward or send them back."""
        if self._chosen():
            self._edit(
                lambda document, ids: reorder(document, ids, placement),
                "These objects lie there already.",
            )

    def group(self) -> None:
        """Make the selected objects one group."""
        if self._chosen():
            self._edit(group, "These objects are a group already.")

    def ungroup(self) -> None:
        """Take the selected objects out of their groups."""
        if self._chosen():
            self._edit(ungroup, "None of these objects is in a group.")

    def propagate(self) -> None:
        """Copy the selected objects to the next image, go there and select the copies."""
        chosen = self._chosen()
        target = self._bench.neighbour(1) if chosen else None
        if not chosen:
            return
        if target is None:
            self._session.message_posted.emit("There is no further image in this list.")
            return
        try:
            document = self._session.project.history.document(target)
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        copies = pasted_annotations(document, chosen, self._session.layer.id, "propagate")
        if not copies:
            self._session.message_posted.emit("These objects lie outside the next image.")
            return
        name = f"Copy {counted(len(copies), 'object')} to the next image"
        if self._session.apply(add_annotations(document, copies, name)):
            self._session.show_image(target)
            self._session.select(frozenset(item.id for item in copies))
            self._session.message_posted.emit(f"{counted(len(copies), 'object')} copied here.")

    def propagate_further(self) -> None:
        """Ask for a number, then copy the selected objects to so many next images in one step."""
        chosen = self._chosen()
        if not chosen:
            return
        count, accepted = QInputDialog.getInt(
            self._window,
            self.tr("Copy to the next images"),
            self.tr("To how many of the next images in the list?"),
            5,
            1,
            MOST_IMAGES,
        )
        if accepted:
            self.propagate_to(self._next_images(count), chosen)

    def propagate_to(self, image_ids: Iterable[int], copied: tuple[Annotation, ...]) -> None:
        """Copy objects to images, as one step."""
        targets, layer_id = tuple(image_ids), self._session.layer.id
        if not targets:
            self._session.message_posted.emit("There is no further image in this list.")
            return

        def make(_state: ProjectState, documents: Iterator[ImageDocument]) -> Change | None:
            return propagated(documents, copied, layer_id)

        self._whole.ask("Copy to images", make, self._on_propagated, targets)

    def _on_propagated(self, change: Change | None) -> None:
        if change is None:
            self._session.message_posted.emit("These objects lie outside those images.")
        elif self._session.apply(change):
            objects = sum(len(part.annotations.added) for part in change.images.values())
            self._session.message_posted.emit(
                f"{counted(objects, 'object')} copied to {counted(len(change.images), 'image')}."
            )

    def _next_images(self, count: int) -> list[int]:
        found = (self._bench.neighbour(steps) for steps in range(1, count + 1))
        return [image_id for image_id in found if image_id is not None]

    def _chosen(self) -> tuple[Annotation, ...]:
        chosen = self._session.selected()
        if not chosen:
            self._session.message_posted.emit(SELECT_FIRST)
        return chosen

    def _edit(
        self, make: Callable[[ImageDocument, list[int]], Change | None], unchanged: str = ""
    ) -> None:
        document = self._session.document
        if document is None:
            return
        try:
            change = make(document, [item.id for item in self._session.selected()])
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        if change is None and unchanged:
            self._session.message_posted.emit(unchanged)
        self._session.apply(change)

    def _say_hidden(self) -> None:
        document = self._session.document
        hidden = sum(item.hidden for item in document.annotations.values()) if document else 0
        if hidden:
            self._session.message_posted.emit(f"{counted(hidden, 'object')} hidden on this image.")
