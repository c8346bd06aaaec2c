"""Opening whatever a person points at, with the reading done in the worker."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.project.opening import (
    CreatedProject,
    OpenedProject,
    create_project,
    open_planned,
    plan_opening,
)
from core.project.project import Project
from core.project.upgrading import discard_copy
from core.worker.messages import CreateProject
from core.worker.process import Worker

_LARGE_BYTES = 2_000_000
_MANY_FILES = 2_000
_ANNOTATION_SUFFIXES = frozenset({".json", ".xml", ".txt", ".csv"})


def is_large(source: Path) -> bool:
    """Whether reading a source takes long enough to be worth a process of its own.

    Looks at no more than a few thousand names.
    """
    if source.is_file():
        return source.stat().st_size >= _LARGE_BYTES
    total = seen = 0
    for folder, folders, files in os.walk(source):
        folders.sort()
        for name in files:
            seen += 1
            if Path(name).suffix.lower() in _ANNOTATION_SUFFIXES:
                with suppress(OSError):
                    total += (Path(folder) / name).stat().st_size
            if total >= _LARGE_BYTES or seen >= _MANY_FILES:
                return True
    return False


def open_in_worker(
    path: Path,
    worker: Worker,
    *,
    author: str,
    data_folder: Path | None,
    on_preview: Callable[[Project], None],
    cancelled: Callable[[], bool],
) -> OpenedProject:
    """Like ``open_source``; a large source does not hold up the other threads of this process.

    ``on_preview`` is called on this thread when the first images of a large file
    can be looked at: with a project for reading only, of the same image ids,
    that whoever gets it closes. Raises as ``open_source`` does, and Cancelled.
    """
    plan = plan_opening(path, data_folder)
    if plan.exists or plan.source is None:
        return open_planned(plan, author)
    if not is_large(plan.source):
        return open_planned(plan, author, create_project(plan.source, plan.project, author=author))
    preview = Path(tempfile.mkdtemp(prefix="maskwright-")) / plan.project.name
    handed_over = False

    def show() -> None:
        nonlocal handed_over
        handed_over = True
        on_preview(Project.open_preview(preview, plan.project, author=author))

    try:
        job = CreateProject(plan.source, plan.project, preview, author)
        ready = worker.create_project(job, show, cancelled)
    finally:
        if not handed_over:
            discard_copy(preview)
    return open_planned(plan, author, CreatedProject(ready.notice, ready.report))
