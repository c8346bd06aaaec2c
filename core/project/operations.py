"""What is waiting to be written; each operation knows its own rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.document.change import Change
from core.document.document import ProjectState
from core.project.records import DraftRow, ImageFacts, NewImage, TouchedImage
from core.project.sql.database import Database


class Operation(Protocol):
    """A part of a transaction; written in order, on the writer's thread."""

    def write(self, database: Database) -> None:
        """Write the rows; raises sqlite3.Error."""


@dataclass(frozen=True, slots=True, eq=False)
class CommitStep:
    """One step of the history: its rows, and the log as it stands after it.

    ``change`` is what was done to the documents. ``appended`` is the entry of
    the log, None for an undo or redo, which only move the ``position``.
    """

    change: Change
    appended: Change | None
    position: int
    state: ProjectState
    touched: tuple[TouchedImage, ...]
    author: str
    made_at: float

    def write(self, database: Database) -> None:
        """Write rows and log."""
        for image in self.touched:
            database.documents.write_touched(image)
        database.documents.write_state(self.state, self.change)
        if self.appended is not None:
            place = self.position - 1
            database.journal.append_change(place, self.made_at, self.author, self.appended)


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Keep the unfinished draft, or that there is none."""

    draft: DraftRow | None

    def write(self, database: Database) -> None:
        """Write the draft."""
        database.session.write_draft(self.draft)


@dataclass(frozen=True, slots=True)
class SaveSetting:
    """Keep a setting."""

    key: str
    value: str

    def write(self, database: Database) -> None:
        """Write the setting."""
        database.session.write_setting(self.key, self.value)


@dataclass(frozen=True, slots=True)
class SaveProposals:
    """Cache proposals."""

    key: str
    record: bytes

    def write(self, database: Database) -> None:
        """Write the proposals."""
        database.session.write_proposals(self.key, self.record)


@dataclass(frozen=True, slots=True)
class SaveImageFacts:
    """Keep what was learnt about an image."""

    facts: ImageFacts

    def write(self, database: Database) -> None:
        """Write size, digest and stamp."""
        database.images.record(self.facts)


@dataclass(frozen=True, slots=True)
class AddImages:
    """Add images that a rescan found."""

    images: tuple[NewImage, ...]

    def write(self, database: Database) -> None:
        """Write the images."""
        database.images.add(self.images)


@dataclass(frozen=True, slots=True, eq=False)
class SaveSource:
    """Keep the records of the file that a layer came from; image 0 is the file itself."""

    layer_id: int
    records: Mapping[int, str]

    def write(self, database: Database) -> None:
        """Write the records in the order of the file."""
        database.images.write_source(self.layer_id, self.records)
