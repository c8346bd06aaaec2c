"""What people do to the class map besides painting on it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.editing.class_painting import fill_rest
from gui.session import Session
from gui.tool_host import ToolHost


class ClassCommands(QObject):
    """Commands on the class map of the edited layer; each is one step that can be undone."""

    def __init__(self, session: Session, tools: ToolHost, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tools = tools

    def toggle_void(self) -> None:
        """Paint pixels that nobody shall be asked about, or the active label again."""
        void = not self._tools.paints_void
        self._tools.set_paints_void(void)
        name = "void: not scored, in no class" if void else self._session.label.name
        self._session.message_posted.emit(f"Classes by region paint {name}.")

    def fill_rest(self) -> None:
        """Give every pixel without a class the active label, or make it void."""
        document, label = self._session.document, self._session.label
        if document is None:
            return
        void = self._tools.paints_void
        change = fill_rest(document, self._session.layer.id, None if void else label.id)
        if change is None:
            self._session.message_posted.emit("Every pixel has a class already.")
        elif self._session.apply(change):
            name = "void" if void else label.name
            self._session.message_posted.emit(f"The rest is {name}. Ctrl+Z undoes it.")
