"""Label names from a text file: one name to a line."""

from __future__ import annotations

from pathlib import Path

from core.errors import FormatError
from core.formats.labels import MAX_LABELS
from core.formats.text_encoding import decode_text, read_bytes

MAX_NAME_LENGTH = 200


def read_label_names(path: Path) -> tuple[str, ...]:
    """The names in a text file, in its order, each once; empty lines do not count.

    Raises ReadError when the file cannot be read, and FormatError when it is no
    text, has no name, or a line that is too long to be one.
    """
    text, _ = decode_text(path, read_bytes(path))
    names: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name = line.strip().lstrip("\ufeff")
        if len(name) > MAX_NAME_LENGTH or "\0" in name:
            raise FormatError(
                path,
                f"line {number}",
                "this is no label name.",
                f"Write one name of at most {MAX_NAME_LENGTH} characters to a line.",
            )
        if name:
            names[name] = None
    if not names:
        raise FormatError(path, "", "the file has no label names.", "Write one name to a line.")
    if len(names) > MAX_LABELS:
        raise FormatError(path, "", f"a project has at most {MAX_LABELS} labels.")
    return tuple(names)
