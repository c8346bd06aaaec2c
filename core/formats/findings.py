"""Collecting what an import or export has to report."""

from __future__ import annotations

from core.formats.dataset import ReportEntry


class Findings:
    """A list of report entries about one file, growing while it is worked on."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._entries: list[ReportEntry] = []

    @property
    def entries(self) -> tuple[ReportEntry, ...]:
        """Everything noted so far, in order."""
        return tuple(self._entries)

    def note(self, item: str, reason: str, action: str, *, pixels: int = 0) -> None:
        """Something that came through, though not as it stood."""
        self._entries.append(ReportEntry(self.file, item, reason, action, pixels=pixels))

    def left_out(
        self, item: str, reason: str, action: str = "left out", *, pixels: int = 0
    ) -> None:
        """Something that is missing from the result, ``pixels`` of it where they can be counted."""
        self._entries.append(
            ReportEntry(self.file, item, reason, action, left_out=True, pixels=pixels)
        )

    def extend(self, entries: tuple[ReportEntry, ...]) -> None:
        """Add what was noted elsewhere."""
        self._entries.extend(entries)
