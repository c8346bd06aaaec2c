"""What people do to the selected objects and to their labels."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from core.document.annotation import Annotation
from core.document.change import Change
from core.editing.annotations import (
    add_annotations,
    move_annotations,
    relabel,
    set_locked,
)
from core.editing.copying import duplicate_annotations, pasted_annotations
from core.errors import MaskwrightError
from gui.canvas.canvas import Canvas
from gui.counting import counted
from gui.session import Session

DUPLICATE_SHIFT_SCREEN_PX = 12.0


class SelectionCommands(QObject):
    """Each command is one step that can be undone; with nothing selected it does nothing."""

    def __init__(self, session: Session, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._copied: tuple[Annotation, ...] = ()

    def duplicate(self) -> None:
        """Copy the selected objects, a little aside, and select the copies."""
        document = self._session.document
        if document is None or not self._session.selection:
            return
        before = set(document.annotations)
        shift = max(DUPLICATE_SHIFT_SCREEN_PX / self._canvas.viewport.scale, 1.0)
        self._try(lambda: duplicate_annotations(document, self._session.selection, shift, shift))
        after = self._session.document
        if after is not None:
            copies = frozenset(set(after.annotations) - before)
            self._session.select(copies or self._session.selection)

    def copy(self) -> None:
        """Remember the selected objects, to paste them on this or another image."""
        chosen = self._session.selected()
        if chosen:
            self._copied = chosen
            self._session.message_posted.emit(f"{counted(len(chosen), 'object')} copied.")

    def paste(self) -> None:
        """Add the copied objects here, at the same place, and select them."""
        document = self._session.document
        labels = self._session.state.labels
        copied = tuple(item for item in self._copied if item.label_id in labels)
        if document is None or not copied:
            self._session.message_posted.emit("Nothing was copied.")
            return
        pasted = pasted_annotations(document, copied, self._session.layer.id)
        if not pasted:
            self._session.message_posted.emit("What was copied lies outside this image.")
        elif self._session.apply(add_annotations(document, pasted, "Paste")):
            self._session.select(frozenset(item.id for item in pasted))

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected objects by pixels."""
        document = self._session.document
        if document is not None and self._session.selection:
            self._try(lambda: move_annotations(document, self._session.selection, dx, dy))

    def toggle_lock(self) -> None:
        """Lock the selected objects, or unlock them when all are locked."""
        document = self._session.document
        chosen = self._session.selected()
        if document is not None and chosen:
            lock = not all(item.locked for item in chosen)
            self._try(lambda: set_locked(document, self._session.selection, lock))

    def select_all(self) -> None:
        """Select every object of the edited layer."""
        document = self._session.document
        if document is not None:
            objects = document.in_layer(self._session.layer.id)
            self._session.select(frozenset(item.id for item in objects if not item.hidden))

    def use_label_number(self, number: int) -> None:
        """Make the label with this key active, or give it to what is selected."""
        labels = self._session.state.labels.values()
        found = next((label for label in labels if label.shortcut == str(number)), None)
        if found is None:
            self._session.message_posted.emit(f"No label has the key {number}.")
        else:
            self.use_label(found.id)

    def use_label(self, label_id: int) -> None:
        """Make a label active; selected objects get it too."""
        document = self._session.document
        self._session.use_label(label_id)
        if document is not None and self._session.selection:
            self._try(lambda: relabel(document, self._session.selection, label_id))

    def _try(self, make: Callable[[], Change | None]) -> None:
        """Make a change and apply it; what refuses it is shown."""
        try:
            change = make()
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        self._session.apply(change)
