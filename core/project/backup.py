"""Backups of a project: whole copies beside it, named after the time, looked at before trusted."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from core.errors import WriteError
from core.project.inspection import inspect_file
from core.project.project import Project
from core.project.sql.connection import Access
from core.project.upgrading import free_name


def backup_place(path: Path, now: datetime) -> Path:
    """Where a backup of the project file at ``path`` goes; there is nothing there yet."""
    return free_name(path.with_name(f"{path.stem}-backup-{now:%Y%m%d-%H%M%S}{path.suffix}"))


def back_up(project: Project, copy: Path) -> Path:
    """Write a copy of a project and look whether it is whole; returns its path.

    From any thread, while the project is being edited. A project that is open
    for reading only, because another program edits it, is copied as that
    program has saved it. Raises WriteError when the copy cannot be written or
    is not whole.
    """
    project.save_copy(copy)
    problems = inspect_file(copy, Access.READ).integrity
    if problems:
        raise WriteError(
            f"The backup {copy} is not whole: {problems[0]}.",
            "Check the disk, and the project: File, Check the project.",
        )
    return copy
