"""Comments and reviews: what people say about objects and places, and the pins that show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from core.document.annotation import ReviewState
from core.document.change import Change
from core.document.comment import Comment
from core.document.document import ImageDocument
from core.document.geometry import Box
from core.editing.comments import (
    REASONS,
    Remark,
    add_comment,
    change_comment,
    comment_of,
    delete_comment,
    review_objects,
    settle_comment,
)
from core.errors import MaskwrightError
from gui.actions import ActionEntry
from gui.canvas.layers.pins import Pin
from gui.counting import counted
from gui.tools.events import PointerEvent, PointerKind, ToolEvent
from gui.workbench import Workbench

if TYPE_CHECKING:
    from gui.dialogs.comment_dialog import CommentDialog

AROUND_PX = 60.0
"""How much of the picture around a comment is shown when one goes to it, on each side."""


class CommentCommands(QObject):
    """Every command is one step that can be undone."""

    pointed_at = Signal(object)
    """The id of a comment whose pin was clicked."""

    def __init__(
        self, bench: Workbench, look_at: Callable[[Box], None], window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._bench = bench
        self._session = bench.session
        self._canvas = bench.canvas
        self._look_at = look_at
        self._window = window
        self._cursor: tuple[float, float] | None = None
        bench.canvas.cursor_moved.connect(self._on_cursor)
        bench.canvas.tool_event.connect(self._on_tool_event)
        bench.session.document_changed.connect(lambda _event: self._show_pins())
        bench.session.image_changed.connect(lambda _image: self._show_pins())

    def comment_here(self) -> CommentDialog | None:
        """Ask for a comment on the selected object, else on the place under the cursor."""
        document = self._session.document
        if document is None:
            return None
        chosen = self._session.selected()
        if len(chosen) == 1:
            bounds = chosen[0].bounds
            place = bounds.x + bounds.width / 2, bounds.y + bounds.height / 2
            about = chosen[0].id
        else:
            size, about = document.size, None
            place = self._cursor or (size.width / 2, size.height / 2)
        title = self.tr("Comment on the object") if about else self.tr("Comment on this place")
        image_id = document.image_id
        return self._ask(
            title,
            Remark(),
            lambda remark: self._add(image_id, place, remark, about),
        )

    def approve(self) -> None:
        """Say that the selected objects are right; a second time takes it back."""
        chosen = self._session.selected()
        if not self._has(bool(chosen)):
            return
        approved = all(item.review is ReviewState.APPROVED for item in chosen)
        target = ReviewState.UNREVIEWED if approved else ReviewState.APPROVED
        self._review(frozenset(item.id for item in chosen), target, Remark())

    def reject(self) -> CommentDialog | None:
        """Ask why the selected objects are wrong, and mark them as rejected."""
        chosen = self._session.selected()
        if not self._has(bool(chosen)):
            return None
        ids = frozenset(item.id for item in chosen)
        return self._ask(
            self.tr("Reject {count}: why?").format(count=counted(len(ids), "object")),
            Remark(),
            lambda remark: self._review(ids, ReviewState.REJECTED, remark),
            may_be_empty=True,
        )

    def edit(self, comment_id: int) -> CommentDialog | None:
        """Ask for other words."""
        document = self._session.document
        if document is None or comment_id not in document.comments:
            return None
        before = comment_of(document, comment_id)
        return self._ask(
            self.tr("Change the comment"),
            Remark(before.text, before.reason),
            lambda remark: self._try(lambda: change_comment(self._current(), comment_id, remark)),
        )

    def settle(self, comment_id: int, resolved: bool) -> None:
        """Say that a comment is dealt with, or open again."""
        self._try(lambda: settle_comment(self._current(), comment_id, resolved=resolved))

    def delete(self, comment_id: int) -> None:
        """Take a comment away."""
        self._try(lambda: delete_comment(self._current(), comment_id))

    def go_to(self, image_id: int, comment: Comment) -> None:
        """Show the image and the place of a comment, and select what it is about."""
        self._session.show_image(image_id)
        document = self._session.document
        if document is None:
            return
        about = comment.annotation_id
        if about is not None and about in document.annotations:
            self._session.select(frozenset({about}))
        place = Box(comment.x, comment.y, 0.0, 0.0)
        self._look_at(place.expanded(AROUND_PX))
        self._canvas.name_pin(comment.id)

    def _has(self, chosen: bool) -> bool:
        if not chosen:
            self._session.message_posted.emit("Select objects first.")
        return chosen

    def _ask(
        self,
        title: str,
        remark: Remark,
        then: Callable[[Remark], object],
        *,
        may_be_empty: bool = False,
    ) -> CommentDialog:
        from gui.dialogs.comment_dialog import CommentDialog

        dialog = CommentDialog(title, REASONS, remark, self._window, may_be_empty=may_be_empty)
        dialog.said.connect(then)
        dialog.show()
        return dialog

    def _add(
        self, image_id: int, place: tuple[float, float], remark: Remark, about: int | None
    ) -> None:
        self._session.show_image(image_id)
        author = self._bench.author
        self._try(lambda: add_comment(self._current(), place, remark, author, about))

    def _review(self, ids: frozenset[int], review: ReviewState, remark: Remark) -> None:
        author = self._bench.author
        if self._try(lambda: review_objects(self._current(), ids, review, remark, author)):
            self._session.message_posted.emit(f"{counted(len(ids), 'object')}: {review.value}.")

    def _current(self) -> ImageDocument:
        document = self._session.document
        if document is None:
            raise MaskwrightError("There is no image on the screen.", "Choose one first.")
        return document

    def _try(self, make: Callable[[], Change | None]) -> bool:
        try:
            change = make()
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return False
        return self._session.apply(change)

    def _show_pins(self) -> None:
        document = self._session.document
        comments = () if document is None else tuple(document.comments.values())
        self._canvas.set_pins(
            tuple(
                Pin(item.id, item.x, item.y, _words(item), settled=item.resolved)
                for item in comments
            )
        )

    def _on_cursor(self, position: tuple[float, float] | None) -> None:
        if position is not None:
            self._cursor = position
            pin = self._canvas.pin_at(*position)
            self._canvas.name_pin(None if pin is None else pin.id)

    def _on_tool_event(self, event: ToolEvent) -> None:
        """A click with the select tool on a pin points at its comment in the list."""
        if not isinstance(event, PointerEvent) or event.kind is not PointerKind.PRESS:
            return
        if self._bench.tools.active.name == "select":
            pin = self._canvas.pin_at(event.x, event.y)
            if pin is not None:
                self.pointed_at.emit(pin.id)


def comment_entries(comments: CommentCommands) -> tuple[ActionEntry, ...]:
    """The rows of the action table for what people say about objects and places."""
    menu = "&Review"
    return (
        ActionEntry(
            "approve",
            "Approve the selected objects or take it back",
            comments.approve,
            ("Shift+Return",),
            menu,
            separator_before=True,
        ),
        ActionEntry(
            "reject_objects", "Reject the selected objects…", comments.reject, ("Shift+X",), menu
        ),
        ActionEntry(
            "comment", "&Comment on the object or place…", comments.comment_here, ("Shift+C",), menu
        ),
    )


def _words(comment: Comment) -> str:
    author = f" — {comment.author}" if comment.author else ""
    reason = f"{comment.reason}: " if comment.reason and comment.text else comment.reason
    return f"{reason}{comment.text}{author}"
