"""Bytes of unknown encoding as text."""

from __future__ import annotations

import codecs
from pathlib import Path

from core.errors import FormatError, ReadError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_bytes(path: Path) -> bytes:
    """All bytes of a file; raises ReadError."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ReadError(f"There is no file {path}.") from error
    except OSError as error:
        raise ReadError(f"{path} could not be read: {error.strerror or error}.") from error


def encoding_of(data: bytes) -> str:
    """The encoding that a byte order mark or the zeros of the first bytes show, else UTF-8.

    The zeros are those of ASCII characters in UTF-16 and UTF-32 (RFC 4627, section 3).
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    zeros = tuple(byte == 0 for byte in data[:4])
    names: dict[tuple[bool, ...], str] = {
        (False, True, False, True): "utf-16-le",
        (True, False, True, False): "utf-16-be",
        (False, True, True, True): "utf-32-le",
        (True, True, True, False): "utf-32-be",
    }
    return names.get(zeros, "utf-8")


def decode_text(path: Path, data: bytes) -> tuple[str, str]:
    """The text of a file and a sentence about its encoding, empty when it is plain UTF-8.

    Raises FormatError when the bytes are no text.
    """
    name = encoding_of(data)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        return _legacy_text(path, data, name, error)
    return text, "" if name == "utf-8" else f"the file is encoded as {name.upper()}"


def _legacy_text(path: Path, data: bytes, name: str, error: UnicodeDecodeError) -> tuple[str, str]:
    """Chinese text of older programs, or Western text, where UTF-8 does not fit."""
    if name != "utf-8" or b"\0" in data:
        raise FormatError(path, f"byte {error.start}", "this is no text in any encoding.")
    try:
        return data.decode("gb18030"), "the file is not UTF-8 and was read as GB 18030"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "the file is not UTF-8 and was read as Latin-1"
