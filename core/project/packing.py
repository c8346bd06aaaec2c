"""Plain values to bytes and back: msgpack, with the few values that it has no form for.

No class is ever named in the bytes, so reading a stranger's file runs no code.
"""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from core.errors import ReadError

# Extension codes of values that msgpack itself cannot hold.
_BROKEN_TEXT = 1
_BIG_INTEGER = 2


def pack(value: Any) -> bytes:
    """Bytes of plain values: None, bool, int, float, str, bytes, lists and mappings of them.

    NumPy scalars become the Python numbers that they equal; integers of any
    size and text with lone surrogates survive.
    """
    try:
        return msgspec.msgpack.encode(value, enc_hook=_plain)
    except (UnicodeEncodeError, OverflowError):
        return msgspec.msgpack.encode(_with_extensions(value), enc_hook=_plain)


def unpack(data: bytes) -> Any:
    """The values that ``pack`` was given; raises ReadError on anything else."""
    try:
        return msgspec.msgpack.decode(data, ext_hook=_from_extension)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ReadError(
            f"A record of the project is damaged ({error}).",
            "Open a backup of the project, if there is one.",
        ) from error


def compress(array: npt.NDArray[np.generic]) -> bytes:
    """The array's bytes, little-endian, row by row, compressed with zlib."""
    # Level 1: twice as fast as the default on masks, a few per cent larger.
    return zlib.compress(_little_endian(array).tobytes(), 1)


def decompress(data: bytes, dtype: str, count: int) -> npt.NDArray[Any]:
    """A flat read-only array of exactly ``count`` items; raises ReadError otherwise."""
    expected = np.dtype(dtype).itemsize * count
    try:
        # One byte more than expected is enough to see that there is too much.
        plain = zlib.decompressobj().decompress(data, expected + 1)
    except zlib.error as error:
        raise ReadError(f"A mask of the project is damaged ({error}).") from error
    if len(plain) != expected:
        raise ReadError("A mask of the project does not fill its box.")
    return np.frombuffer(plain, dtype)


def array_bytes(array: npt.NDArray[np.generic]) -> bytes:
    """The array's bytes, little-endian, row by row."""
    return _little_endian(array).tobytes()


def _little_endian(array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a project cannot keep a value of type {type(value).__name__}")


def _with_extensions(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return msgspec.msgpack.Ext(_BROKEN_TEXT, value.encode("utf-8", "surrogatepass"))
        return value
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return msgspec.msgpack.Ext(_BIG_INTEGER, f"{value:x}".encode())
    if isinstance(value, (list, tuple)):
        return [_with_extensions(item) for item in value]
    if isinstance(value, dict):
        return {_with_extensions(key): _with_extensions(item) for key, item in value.items()}
    return value


def _from_extension(code: int, data: memoryview) -> object:
    if code == _BROKEN_TEXT:
        return bytes(data).decode("utf-8", "surrogatepass")
    if code == _BIG_INTEGER:
        return int(bytes(data).decode(), 16)
    raise ValueError(f"unknown kind of value {code}")
