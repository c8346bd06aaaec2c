"""SQL of the edit log and of the row that says which program holds the file."""

from __future__ import annotations

import sqlite3

from core.document.change import Change
from core.errors import ConflictError, ReadError
from core.project.change_codec import decode_change, encode_change
from core.project.lock import Holder


class JournalTables:
    """The tables ``journal`` and ``changes``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read_holder(self) -> tuple[int, Holder | None]:
        """The number of commits so far, and the program that holds the file."""
        generation, *holder = self._connection.execute(
            "SELECT generation, host, pid, process_start, token, seen_at FROM journal"
        ).fetchone()
        return generation, None if holder[0] is None else Holder(*holder)

    def write_holder(self, generation: int, holder: Holder | None) -> None:
        """Take or leave the file; raises ConflictError when another program was faster."""
        values: tuple[object, ...] = (None,) * 5
        if holder is not None:
            values = (
                holder.host,
                holder.pid,
                holder.process_start,
                holder.token,
                holder.seen_at,
            )
        cursor = self._connection.execute(
            "UPDATE journal SET generation = generation + 1, host = ?, pid = ?,"
            " process_start = ?, token = ?, seen_at = ? WHERE generation = ?",
            (*values, generation),
        )
        _expect_one_row(cursor)

    def release(self) -> None:
        """Make a copy a file of its own, that no program holds."""
        self._connection.execute(
            "UPDATE journal SET host = NULL, pid = NULL, process_start = NULL,"
            " token = NULL, seen_at = NULL"
        )

    def set_position(self, position: int) -> None:
        """Say how many changes of the log are in force."""
        self._connection.execute("UPDATE journal SET position = ?", (position,))

    def advance(self, generation: int, position: int, seen_at: float) -> None:
        """Count a commit; raises ConflictError when another program has written."""
        cursor = self._connection.execute(
            "UPDATE journal SET generation = generation + 1, position = ?, seen_at = ?"
            " WHERE generation = ?",
            (position, seen_at, generation),
        )
        _expect_one_row(cursor)

    def read_extent(self) -> tuple[int, int]:
        """How many changes are in force, and how many are kept."""
        position = self._connection.execute("SELECT position FROM journal").fetchone()[0]
        length = self._connection.execute(
            "SELECT coalesce(max(place) + 1, 0) FROM changes"
        ).fetchone()[0]
        return position, length

    def read_change(self, place: int) -> Change:
        """A change of the log; raises ReadError when there is none at this place."""
        row = self._connection.execute(
            "SELECT record FROM changes WHERE place = ?", (place,)
        ).fetchone()
        if row is None:
            raise ReadError(f"The edit log of the project has no entry {place}.")
        return decode_change(row[0])

    def append_change(self, place: int, made_at: float, author: str, change: Change) -> None:
        """Put a change at this place and forget those that were undone from there on."""
        self._connection.execute("DELETE FROM changes WHERE place >= ?", (place,))
        self._connection.execute(
            "INSERT INTO changes VALUES (?, ?, ?, ?)",
            (place, made_at, author, encode_change(change)),
        )


def _expect_one_row(cursor: sqlite3.Cursor) -> None:
    if cursor.rowcount != 1:
        raise ConflictError(
            "Another program has written to this project file, so nothing was saved over it.",
            "Save a copy of the project, then open the file again.",
        )
