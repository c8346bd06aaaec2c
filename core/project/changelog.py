"""The history's log in the project file: undo reaches back through restarts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from core.document.change import Change
from core.errors import WriteError

_KEPT_IN_MEMORY = 256


class ProjectLog:
    """A ChangeLog whose entries are in the file; recent ones are kept in memory.

    ``read_stored`` brings an entry from the file. The log writes nothing
    itself: the store commits an entry together with the rows it belongs to.
    """

    def __init__(
        self, length: int, position: int, read_stored: Callable[[int], Change], *, read_only: bool
    ) -> None:
        self._length = length
        self._position = position
        self._read_stored = read_stored
        self._read_only = read_only
        self._recent: OrderedDict[int, Change] = OrderedDict()
        self._unsaved: dict[int, tuple[int, Change]] = {}

    @property
    def length(self) -> int:
        """Number of changes that are kept."""
        return self._length

    @property
    def position(self) -> int:
        """Number of changes that are in force."""
        return self._position

    def read(self, index: int) -> Change:
        """The change at an index below ``length``; raises ReadError when the file is damaged."""
        waiting = self._unsaved.get(index)
        change = waiting[1] if waiting is not None else self._recent.get(index)
        if change is None:
            change = self._read_stored(index)
        self._remember(index, change)
        return change

    def append(self, change: Change) -> None:
        """Drop everything after ``position``, add the change, and move behind it."""
        self._check_writable()
        place = self._position
        for index in range(place, self._length):
            self._recent.pop(index, None)
            self._unsaved.pop(index, None)
        self._remember(place, change)
        self._length = self._position = place + 1

    def move_to(self, position: int) -> None:
        """Say how many changes are in force after an undo or redo."""
        self._check_writable()
        self._position = position

    def expect(self, number: int, change: Change) -> None:
        """The last entry is on its way to the file, as the writer's operation ``number``."""
        self._unsaved[self._position - 1] = (number, change)

    def saved(self, number: int) -> None:
        """Everything up to this operation of the writer is in the file."""
        for index, (waiting, _) in tuple(self._unsaved.items()):
            if waiting <= number:
                self._unsaved.pop(index, None)

    def _remember(self, index: int, change: Change) -> None:
        self._recent[index] = change
        self._recent.move_to_end(index)
        if len(self._recent) > _KEPT_IN_MEMORY:
            self._recent.popitem(last=False)

    def _check_writable(self) -> None:
        if self._read_only:
            raise WriteError(
                "This project is open for reading only, so nothing can be changed.",
                "Close it where else it is open, or copy it to a folder you may write to.",
            )
