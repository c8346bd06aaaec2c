"""What people say about a place of an image, or about an object on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark that is pinned to a place, in image coordinates.

    ``annotation_id`` is the object it is about, if any; the place stays where it
    is when the object moves. ``reason`` is a few words, such as why the object
    was rejected; ``text`` says more. ``made_at`` is seconds since 1970.
    """

    id: int
    x: float
    y: float
    text: str
    author: str = ""
    annotation_id: int | None = None
    reason: str = ""
    resolved: bool = False
    made_at: float = 0.0

    @property
    def summary(self) -> str:
        """Reason and text on one line."""
        words = " ".join(self.text.split())
        return f"{self.reason}: {words}" if self.reason and words else self.reason or words
