"""JSON files split into raw records, fast, and repaired where that is safe.

A record keeps the text that it has in the file, so that it can be written back
byte for byte.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from core.errors import FormatError
from core.formats.findings import Findings
from core.formats.text_encoding import decode_text, encoding_of, read_bytes

_RAW_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RAW_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_ANY_OBJECT = msgspec.json.Decoder(dict[str, object])

# More levels than any annotation file has; msgspec counts on the C stack.
_TOO_DEEP = "the values are nested too deeply."


@contextmanager
def collector_paused() -> Iterator[None]:
    """Stop Python's cycle collector while many records are made; it halves the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record of a list: its place in the file, its text, its values.

    ``values`` is None when the record is no JSON object.
    """

    place: str
    text: str
    values: Mapping[str, object] | None


def load_json(path: Path, findings: Findings) -> bytes:
    """The file as strict UTF-8 JSON bytes.

    Byte order marks, UTF-16 and older encodings are turned into UTF-8; NaN and
    infinite numbers, which JSON does not have, become null. Both are noted.
    Raises ReadError, and FormatError with line and column for what is no JSON.
    """
    data = read_bytes(path)
    if encoding_of(data) != "utf-8" or not _is_utf8(data):
        text, remark = decode_text(path, data)
        if remark and "UTF-8-SIG" not in remark:
            findings.note("", remark, "read all the same")
        data = text.encode("utf-8", "surrogatepass")
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return _lenient(path, data, findings)
    return data


def top_level(path: Path, data: bytes) -> dict[str, msgspec.Raw] | list[msgspec.Raw]:
    """The keys of the file, or its items when it is a list; FormatError for anything else."""
    start = data.lstrip()[:1]
    try:
        if start == b"{":
            return _RAW_OBJECT.decode(data)
        if start == b"[":
            return _RAW_LIST.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FormatError(path, "", f"this is no JSON that can be used: {error}.") from error
    raise FormatError(path, "line 1", "the file holds neither an object nor a list.")


def records_of(value: msgspec.Raw | None, name: str, findings: Findings) -> list[RawRecord]:
    """The records of a list, or of an object whose values are the records."""
    if value is None:
        return []
    data = bytes(value)
    start = data.lstrip()[:1]
    if start == b"[":
        return list(_records(enumerate(_RAW_LIST.decode(data)), name))
    if start == b"{":
        findings.note(name, "the records are an object instead of a list", "its values were taken")
        return list(_records(_RAW_OBJECT.decode(data).items(), name))
    if data.strip() != b"null":
        findings.left_out(name, "this is not a list of records")
    return []


def parse_object(text: str | bytes) -> Mapping[str, object] | None:
    """The values of a JSON object; None when it is none."""
    try:
        return _ANY_OBJECT.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def raw_fields(text: str) -> dict[str, msgspec.Raw]:
    """The fields of a JSON object with the text of each; empty when it is none."""
    try:
        return _RAW_OBJECT.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return {}


def encode_json(value: object) -> bytes:
    """JSON bytes; ``msgspec.Raw`` inside goes out as it is. NaN never gets out: it is null."""
    return msgspec.json.encode(value)


def _records(items: Iterable[tuple[int | str, msgspec.Raw]], name: str) -> Iterator[RawRecord]:
    for key, raw in items:
        data = bytes(raw)
        yield RawRecord(f"{name}[{key}]", data.decode("utf-8"), parse_object(data))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _lenient(path: Path, data: bytes, findings: Findings) -> bytes:
    """The same through Python's parser, which tells the line and knows NaN."""
    odd: list[str] = []
    try:
        value = json.loads(data, parse_constant=odd.append)
        result = msgspec.json.encode(value)
        msgspec.json.decode(result)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FormatError(
            path,
            place,
            f"this is no valid JSON ({error.msg}).",
            "The file may be cut off; get a whole copy of it.",
        ) from error
    except RecursionError as error:
        raise FormatError(path, "", _TOO_DEEP) from error
    except (ValueError, UnicodeError, OverflowError) as error:
        raise FormatError(path, "", f"this is no valid JSON ({error}).") from error
    reason = (
        f"{len(odd)} numbers are {', '.join(sorted(set(odd)))}, which JSON does not have"
        if odd
        else "the file is not strict JSON (numbers too large, or characters that are none)"
    )
    findings.note("", reason, "taken as missing" if odd else "read all the same")
    return result
