"""Who edits, where no name was chosen."""

from __future__ import annotations

import getpass


def login_name() -> str:
    """Name of the account; ``unknown`` where the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
