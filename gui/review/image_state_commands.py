"""Says how far the work on images is, and goes to those that nobody has looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject

from core.document.document import ImageState
from core.editing.image_state import set_image_state
from gui.actions import ActionEntry
from gui.counting import counted
from gui.review.fix_queue_watch import FixQueueWatch
from gui.review.image_states import REVIEWED, STATE_LOOKS
from gui.workbench import Workbench


class ImageStateCommands(QObject):
    """Each command is one step that can be undone.

    ``listed`` gives the ids of the images as the list shows them.
    """

    def __init__(self, bench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._session = bench.session
        self.queue = FixQueueWatch(bench.session, bench.scores, bench.tasks, self)
        self.listed: Callable[[], Sequence[int]] = lambda: [
            image.id for image in bench.session.images
        ]

    def set_state(self, state: ImageState) -> None:
        """Say it of the image on the screen."""
        image = self._session.image
        if image is not None:
            self.set_states((image.id,), state)

    def set_states(self, image_ids: Iterable[int], state: ImageState) -> None:
        """Say it of several images, as one step."""
        ids = tuple(image_ids)
        word = STATE_LOOKS[state].mark or "unlabelled"
        change = set_image_state(self._session.state, ids, state)
        if change is None:
            self._session.message_posted.emit(f"{counted(len(ids), 'image')}: {word} already.")
        elif self._session.apply(change):
            self._session.message_posted.emit(f"{counted(len(change.images), 'image')}: {word}.")

    def toggle_approved(self) -> None:
        """Approve the image on the screen, or take that back."""
        image = self._session.image
        if image is not None:
            approved = self._session.state.state_of(image.id) is ImageState.APPROVED
            self.set_state(ImageState.IN_PROGRESS if approved else ImageState.APPROVED)

    def walk_unreviewed(self, steps: int) -> None:
        """Show the next image of the list that nobody has decided on, around the ends."""
        rows, state = self.listed(), self._session.state
        current = None if self._session.image is None else self._session.image.id
        start = -1 if steps > 0 else 0
        if current in rows:
            start = rows.index(current)
        for step in range(1, len(rows) + 1):
            image_id = rows[(start + steps * step) % len(rows)]
            if state.state_of(image_id) not in REVIEWED and image_id != current:
                self._session.show_image(image_id)
                return
        self._session.message_posted.emit("All images of this list have been reviewed.")

    def walk_queue(self, steps: int) -> None:
        """Show the image whose fixing moves the score most, or the one before it in the queue."""
        queue, image = self.queue, self._session.image
        found = queue.neighbour(None if image is None else image.id, steps)
        if found is None:
            self._session.message_posted.emit(queue.words or "There is nothing left to fix.")
            return
        self._session.show_image(found)
        if queue.words:
            self._session.message_posted.emit(queue.words)


def image_state_entries(states: ImageStateCommands) -> tuple[ActionEntry, ...]:
    """The rows of the action table about whole images."""
    menu = "&Review"
    return (
        ActionEntry(
            "next_unreviewed",
            "Next image not reviewed",
            partial(states.walk_unreviewed, 1),
            ("Alt+D",),
            menu,
            separator_before=True,
        ),
        ActionEntry(
            "previous_unreviewed",
            "Previous image not reviewed",
            partial(states.walk_unreviewed, -1),
            ("Alt+A",),
            menu,
        ),
        ActionEntry(
            "next_suggested",
            "Next image that is worth fixing",
            partial(states.walk_queue, 1),
            ("Shift+D",),
            menu,
        ),
        ActionEntry(
            "previous_suggested",
            "Previous image of the queue",
            partial(states.walk_queue, -1),
            ("Shift+A",),
            menu,
        ),
        ActionEntry(
            "done",
            "Approve the image or take it back",
            states.toggle_approved,
            ("Ctrl+Shift+D",),
            menu,
            separator_before=True,
        ),
        *(
            ActionEntry(
                f"image_{state.name.lower()}",
                look.action,
                partial(states.set_state, state),
                (look.key,),
                menu,
            )
            for state, look in STATE_LOOKS.items()
        ),
    )
