"""The errors that Maskwright tells people about.

Core raises them, never prints or shows them. Each one is a plain sentence
about what went wrong and, where it helps, a second one about what to do.
"""

from __future__ import annotations

from pathlib import Path


class MaskwrightError(Exception):
    """Something that a person should read: what happened and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ReadError(MaskwrightError):
    """A file or folder could not be read."""


class WriteError(MaskwrightError):
    """A file or folder could not be written."""


class FormatError(MaskwrightError):
    """A file was read but does not say what its format demands.

    ``location`` is a place inside the file that a person can find, such as
    ``annotations[12].segmentation`` or ``line 4``.
    """

    def __init__(self, path: Path | str, location: str, message: str, hint: str = "") -> None:
        place = f"{path}, {location}" if location else str(path)
        super().__init__(f"{place}: {message}", hint)
        self.path = path
        self.location = location


class ConflictError(MaskwrightError):
    """A change does not fit what it would be applied to; nothing was changed."""


class ModelError(MaskwrightError):
    """A model could not be built, loaded or run."""


class DeviceMemoryError(ModelError):
    """The device has too little memory, even after every smaller attempt."""


class Cancelled(Exception):  # noqa: N818 - it is an outcome, not an error
    """The work was called off; an outcome, not an error."""
