"""Comments as bytes, and back."""

from __future__ import annotations

from typing import Any

from core.document.comment import Comment
from core.project import codec


def encode_comment(comment: Comment) -> bytes:
    """A comment as it stands in its row."""
    return codec.with_version(comment_fields(comment))


def decode_comment(data: bytes) -> Comment:
    """The comment that was encoded; raises ReadError when the bytes are none."""
    return codec.without_version(data, comment_from)


def comment_fields(item: Comment) -> list[Any]:
    """Plain values of a comment."""
    return [
        item.id,
        item.x,
        item.y,
        item.text,
        item.author,
        item.annotation_id,
        item.reason,
        item.resolved,
        item.made_at,
    ]


def comment_from(fields: list[Any]) -> Comment:
    """The comment of ``comment_fields``."""
    number, x, y, text, author, annotation_id, reason, resolved, made_at = fields
    return Comment(number, x, y, text, author, annotation_id, reason, resolved, made_at)
