"""What people do to the class map besides painting on it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.editing.class_painting import fill_rest
from gui.session import Session


class ClassCommands(QObject):
    """Commands on the class map of the edited layer; each is one step that can be undone."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def fill_rest(self) -> None:
        """Give every pixel without a class the active label."""
        document, label = self._session.document, self._session.label
        if document is None:
            return
        change = fill_rest(document, self._session.layer.id, label.id)
        if change is None:
            self._session.message_posted.emit("Every pixel has a class already.")
        elif self._session.apply(change):
            self._session.message_posted.emit(f"The rest is {label.name}. Ctrl+Z undoes it.")
