"""Refining with a preview: what is chosen is computed in the background and shown at once."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.editing.refinement import RefineKind, RefinePreview, preview
from core.errors import MaskwrightError
from core.tasks.queue import Lane, Task, TaskQueue
from gui.session import Session
from gui.tool_host import ToolHost
from gui.tools.events import Command
from gui.tools.refinement import Refinement, preview_masks


class RefinePreviews(QObject):
    """While it is active, Enter applies, Escape leaves, ``[`` and ``]`` change the amount.

    It follows the selection, and ends with the image or another tool.
    """

    changed = Signal()
    """It began, ended, or has something else to show."""

    def __init__(
        self, session: Session, tools: ToolHost, tasks: TaskQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tools = tools
        self._tasks = tasks
        self._chosen = Refinement()
        self._active = False
        self._found: RefinePreview | None = None
        self._problem = ""
        self._asked = 0
        session.selection_changed.connect(self._look)
        session.document_changed.connect(lambda _event: self._look())
        session.image_changed.connect(lambda _image: self.cancel())
        tools.tool_changed.connect(lambda _name: self.cancel())

    @property
    def active(self) -> bool:
        """Whether a preview is shown."""
        return self._active

    @property
    def chosen(self) -> Refinement:
        """Kind and amount."""
        return self._chosen

    @property
    def found(self) -> RefinePreview | None:
        """What would happen; None while it is being computed or cannot be done."""
        return self._found

    @property
    def problem(self) -> str:
        """Why it cannot be done; empty when it can."""
        return self._problem

    def start(self) -> None:
        """Begin with what is selected."""
        if not self._session.selected():
            self._session.message_posted.emit("Select one or more objects first.")
            return
        self._tools.use("select")
        self._active = True
        self._tools.take_commands(self._command, self._step)
        self._look()

    def choose(self, chosen: Refinement) -> None:
        """Another kind or amount."""
        if chosen != self._chosen:
            self._chosen = chosen
            self._look()

    def choose_kind(self, kind: RefineKind) -> None:
        """Another kind."""
        self.choose(self._chosen.of_kind(kind))

    def apply(self) -> None:
        """Do what is shown and end."""
        found = self._found
        if found is None:
            return  # still being computed, or not possible
        self.cancel()
        if found.change is None:
            self._session.message_posted.emit("Nothing was changed.")
        else:
            self._session.apply(found.change)

    def cancel(self) -> None:
        """End and change nothing."""
        if self._active:
            self._active = False
            self._found = None
            self._tools.take_commands(None, None)
            self._tools.set_preview(())
            self.changed.emit()

    def _command(self, command: Command) -> bool:
        if command is Command.FINISH:
            self.apply()
        elif command is Command.CANCEL:
            self.cancel()
        return command in (Command.FINISH, Command.CANCEL)

    def _step(self, steps: int) -> None:
        self.choose(self._chosen.stepped(steps))

    def _look(self) -> None:
        if not self._active:
            return
        document, chosen = self._session.document, self._chosen
        ids = tuple(sorted(item.id for item in self._session.selected()))
        if document is None or not ids:
            self.cancel()
            return
        self._found, self._problem = None, ""
        self._asked += 1
        asked = self._asked
        self._tasks.submit(
            Task(
                "Preview",
                Lane.INTERACTIVE,
                ("refine preview",),
                lambda _context: preview(document, ids, chosen.kind, chosen.amount_px),
            ),
            lambda found: self._show(asked, found),
            lambda error: self._fail(asked, error),
        )
        self.changed.emit()

    def _show(self, asked: int, found: RefinePreview) -> None:
        if self._active and asked == self._asked:
            self._found = found
            self._tools.set_preview(preview_masks(found))
            self.changed.emit()

    def _fail(self, asked: int, error: MaskwrightError) -> None:
        if self._active and asked == self._asked:
            self._problem = str(error)
            self._tools.set_preview(())
            self.changed.emit()
