"""Writing a file so that it is either the old one or the new one, never half of it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from core.errors import WriteError


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file in one step: temporary file, fsync, rename, fsync of the folder.

    A link is followed, so that the file it points to is replaced and the link
    stays. The permissions of a file that is replaced are kept. Raises
    WriteError, after which the old file is as it was.
    """
    target = path.resolve()
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        _write(temporary, data, _permissions(target))
        temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise WriteError(
            f"{path} could not be written: {error.strerror or error}.", _hint(error)
        ) from error


def make_folder(path: Path) -> None:
    """Make a folder and those above it; raises WriteError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(
            f"The folder {path} could not be made: {error.strerror or error}.", _hint(error)
        ) from error


def _write(path: Path, data: bytes, permissions: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, permissions)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _permissions(target: Path) -> int:
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        return 0o666


def _sync_folder(folder: Path) -> None:
    """Make the rename last; some systems have no way to open a folder."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _hint(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "Check that the folder exists."
        case PermissionError():
            return "Choose a folder that you may write to."
        case _:
            return "Check that the disk is not full and can be written to."
