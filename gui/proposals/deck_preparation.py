"""Compares the candidates of sets of proposals, in the background when there are many."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from core.errors import MaskwrightError
from core.models.proposal import ProposalSet
from core.tasks.queue import Lane, Task, TaskQueue
from gui.proposals.deck_items import PreparedSets

AT_ONCE = 40
"""So many candidates are compared within a frame; more in a background thread."""
KEPT = 8


class DeckPreparation:
    """The comparisons that were made last; without ``tasks`` all are made at once."""

    def __init__(
        self,
        tasks: TaskQueue | None,
        on_ready: Callable[[], None],
        on_failed: Callable[[MaskwrightError], None],
    ) -> None:
        self._tasks = tasks
        self._on_ready = on_ready
        self._on_failed = on_failed
        self._kept: OrderedDict[tuple[int, ...], PreparedSets] = OrderedDict()
        self._under_way: tuple[int, ...] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether what was asked for last is still being compared."""
        return self._under_way is not None

    def of(self, sets: tuple[ProposalSet, ...]) -> PreparedSets | None:
        """The candidates of these sets, compared; None while that is under way."""
        key = tuple(map(id, sets))
        prepared = self._kept.get(key)
        if prepared is None and self._is_quick(sets):
            prepared = self._keep(key, PreparedSets(sets))
        if prepared is not None:
            self._kept.move_to_end(key)
            self._under_way = None
        elif key != self._under_way:
            self._begin(key, sets)
        return prepared

    def _is_quick(self, sets: tuple[ProposalSet, ...]) -> bool:
        return self._tasks is None or sum(len(found.items) for found in sets) <= AT_ONCE

    def _begin(self, key: tuple[int, ...], sets: tuple[ProposalSet, ...]) -> None:
        assert self._tasks is not None  # noqa: S101 - otherwise it was quick
        self._under_way = key
        task = Task(
            "Compare candidates", Lane.INTERACTIVE, ("deck",), lambda _context: PreparedSets(sets)
        )
        self._tasks.submit(task, lambda found: self._take(key, found), self._on_failed)

    def _take(self, key: tuple[int, ...], prepared: PreparedSets) -> None:
        self._keep(key, prepared)
        if self._under_way == key:
            self._under_way = None
        self._on_ready()

    def _keep(self, key: tuple[int, ...], prepared: PreparedSets) -> PreparedSets:
        self._kept[key] = prepared
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return prepared
