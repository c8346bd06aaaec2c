"""Arrays on their way between the program and the engine: files in a private folder.

A message names a file and says where in it an array lies. The reader maps the
file and unlinks it at once, so nothing is left when either side is killed.
Temporary files are used rather than /dev/shm, which has 64 MB in containers.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

_PREFIX = "maskwright-engine-"
_LOCK_NAME = "owner.lock"
_SUFFIX = ".arrays"
_ALIGNMENT = 64
_Scalar = TypeVar("_Scalar", bound=np.generic)


class ArrayPlace(msgspec.Struct, frozen=True):
    """Where an array lies in its file: offset in bytes, NumPy dtype name, shape."""

    offset: int
    dtype: str
    shape: tuple[int, ...]


class ArrayPack:
    """Collects arrays and writes them as one file."""

    def __init__(self) -> None:
        self._arrays: list[npt.NDArray[np.generic]] = []
        self._end = 0

    def add(self, array: npt.NDArray[np.generic]) -> ArrayPlace:
        """Take an array and say where it will lie."""
        dense = np.ascontiguousarray(array)
        place = ArrayPlace(self._end, dense.dtype.str, dense.shape)
        self._arrays.append(dense)
        self._end = _aligned(self._end + dense.nbytes)
        return place

    def write(self, path: Path) -> None:
        """Write the file; raises OSError when there is no room for it."""
        with path.open("wb") as file:
            for array in self._arrays:
                array.tofile(file)
                file.write(bytes(_aligned(file.tell()) - file.tell()))


class PackReader:
    """Takes arrays out of a file that an ArrayPack has written."""

    def __init__(self, content: npt.NDArray[np.uint8]) -> None:
        self._content = content

    @classmethod
    def mapped(cls, path: Path) -> PackReader:
        """Map a file without reading it, and unlink it."""
        empty = np.empty(0, np.uint8)
        content = np.memmap(path, np.uint8, "r") if path.stat().st_size else empty
        _unlink(path)
        return cls(content)

    @classmethod
    def loaded(cls, path: Path) -> PackReader:
        """Read a file, and unlink it."""
        content = np.fromfile(path, np.uint8)
        _unlink(path)
        return cls(_read_only(content))

    def take(self, place: ArrayPlace) -> npt.NDArray[np.generic]:
        """One array, read-only; raises ValueError when the file does not hold it."""
        dtype = np.dtype(place.dtype)
        count = int(np.prod(place.shape, dtype=np.int64))
        if dtype.hasobject or place.offset < 0 or min(place.shape, default=0) < 0:
            raise ValueError("not the place of an array")
        if not count:
            return _read_only(np.empty(place.shape, dtype))
        return np.frombuffer(self._content, dtype, count, place.offset).reshape(place.shape)


class ArrayFolder:
    """A private temporary folder, locked as long as its owner lives."""

    def __init__(self, parent: Path | None = None) -> None:
        root = parent if parent is not None else _temporary_root()
        remove_abandoned(root)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
        self._lock = _locked(self.path / f"{_LOCK_NAME}.new", create=True)
        if self._lock is not None:
            (self.path / f"{_LOCK_NAME}.new").rename(self.path / _LOCK_NAME)

    def clear(self) -> None:
        """Remove the files that a process which has ended left unread."""
        for path in self.path.glob(f"*{_SUFFIX}"):
            _unlink(path)

    def close(self) -> None:
        """Remove the folder and all that is left in it."""
        if self._lock is not None:
            self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def remove_abandoned(root: Path) -> None:
    """Remove folders whose owner was killed; those that are in use stay."""
    for folder in root.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if (lock := _locked(folder / _LOCK_NAME)) is not None:
                shutil.rmtree(folder, ignore_errors=True)
                lock.close()


def pack_names(stem: str) -> Iterator[str]:
    """Names for files, one after the other."""
    number = 0
    while True:
        yield f"{stem}-{number}{_SUFFIX}"
        number += 1


def _temporary_root() -> Path:
    candidates: Sequence[Path] = (Path(tempfile.gettempdir()), Path("/var/tmp"))  # noqa: S108
    on_disk = [path for path in candidates if not path.is_relative_to("/dev/shm")]  # noqa: S108
    return next((path for path in on_disk if path.is_dir()), candidates[0])


def _locked(path: Path, *, create: bool = False) -> IO[bytes] | None:
    """The opened and locked file; None when another process holds it.

    The system lets go of the lock when its holder dies, however that happens.
    Without such locks (Windows) no folder ever counts as abandoned.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    file = path.open("ab" if create else "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _aligned(offset: int) -> int:
    return -(-offset // _ALIGNMENT) * _ALIGNMENT


def _read_only(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    array.flags.writeable = False
    return array


def _unlink(path: Path) -> None:
    """Remove a file's name; where a mapped file cannot be, its folder's end does it."""
    with contextlib.suppress(PermissionError):
        path.unlink(missing_ok=True)
