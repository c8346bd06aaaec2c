"""Names that come from files, shown as they are: never as rich text."""

from __future__ import annotations


def plain_tool_tip(text: str) -> str:
    """A tool tip that shows ``text`` letter by letter, whatever markup it looks like."""
    return f"<qt>{text.replace('&', '&amp;').replace('<', '&lt;')}</qt>"
