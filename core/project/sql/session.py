"""SQL of what goes with the work but is no annotation: settings, drafts, cached proposals."""

from __future__ import annotations

import sqlite3

from core.project.packing import pack, unpack
from core.project.records import DraftRow

PROPOSAL_CACHE_BYTES = 256 * 2**20


class SessionTables:
    """The tables ``settings``, ``drafts`` and ``proposals``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read_settings(self) -> dict[str, str]:
        """All settings."""
        return dict(self._connection.execute("SELECT key, value FROM settings").fetchall())

    def write_setting(self, key: str, value: str) -> None:
        """Keep a setting."""
        self._connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, value))

    def read_drafts(self) -> dict[int, DraftRow]:
        """Unfinished drafts by image; there is at most one."""
        rows = self._connection.execute("SELECT image_id, record FROM drafts").fetchall()
        return {image_id: _draft(image_id, record) for image_id, record in rows}

    def write_draft(self, draft: DraftRow | None) -> None:
        """Keep this draft and no other; None keeps none."""
        self._connection.execute("DELETE FROM drafts")
        if draft is not None:
            record = pack([draft.tool, draft.payload, draft.options])
            self._connection.execute("INSERT INTO drafts VALUES (?, ?)", (draft.image_id, record))

    def read_proposals(self, key: str) -> bytes | None:
        """Cached proposals."""
        row = self._connection.execute(
            "SELECT record FROM proposals WHERE key = ?", (key,)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def read_proposals_of(self, prefix: str) -> list[bytes]:
        """Cached proposals whose keys begin with a text that ends with a colon, oldest first."""
        rows = self._connection.execute(
            "SELECT record FROM proposals WHERE key >= ? AND key < ? ORDER BY used",
            (prefix, f"{prefix[:-1]};"),
        )
        return [bytes(record) for (record,) in rows]

    def has_proposals_beside(self, prefix: str) -> bool:
        """Whether anything is cached whose key does not begin with a text ending in a slash."""
        row = self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM proposals WHERE key < ? OR key >= ?)",
            (prefix, f"{prefix[:-1]}0"),
        ).fetchone()
        return bool(row[0])

    def write_proposals(self, key: str, record: bytes) -> None:
        """Cache proposals; the oldest ones make room when the cache is full."""
        self._connection.execute(
            "INSERT OR REPLACE INTO proposals"
            " VALUES (?, (SELECT coalesce(max(used), 0) + 1 FROM proposals), ?)",
            (key, record),
        )
        self._connection.execute(
            "DELETE FROM proposals WHERE used <= (SELECT coalesce(max(used), 0) FROM ("
            "SELECT used, sum(length(record)) OVER (ORDER BY used DESC) AS total FROM proposals)"
            " WHERE total > ?)",
            (PROPOSAL_CACHE_BYTES,),
        )


def _draft(image_id: int, record: bytes) -> DraftRow:
    tool, payload, options = unpack(record)
    return DraftRow(tool, image_id, payload, options)
