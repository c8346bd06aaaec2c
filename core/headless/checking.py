"""Checks of a project or of an annotation file, and fixes of a project, without a screen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from core.checking.check import Progress, check_dataset
from core.checking.fixes import fix_change
from core.checking.problem import CheckReport, Kind
from core.checking.project_file import check_project
from core.errors import MaskwrightError
from core.formats.combining import combine
from core.formats.dataset import ImportReport
from core.formats.registry import read_annotations
from core.project.locations import PROJECT_SUFFIX
from core.project.project import Project


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; after a fix, what it found then.

    ``imported`` is the report of reading an annotation file, None for a
    project. ``fixed`` counts the problems that are gone.
    """

    report: CheckReport
    imported: ImportReport | None = None
    notices: tuple[str, ...] = ()
    fixed: int = 0


def check_path(path: Path, image_root: Path | None, progress: Progress) -> Checked:
    """Check a project, or annotations of any format; nothing is written.

    Raises ReadError and FormatError for what cannot be opened.
    """
    if path.suffix == PROJECT_SUFFIX:
        project = Project.open(path, author="")
        try:
            return Checked(check_project(project, progress), notices=project.notices)
        finally:
            project.close()
    imported = read_annotations(path, image_root)
    report = check_dataset(combine([imported]).dataset, progress)
    return Checked(report, imported.report)


def fix_project(path: Path, kinds: Collection[Kind], author: str, progress: Progress) -> Checked:
    """Fix problems of these kinds as one step of undo, and check again.

    Raises MaskwrightError for anything but a project that can be written.
    """
    if path.suffix != PROJECT_SUFFIX:
        raise MaskwrightError(
            f"Only projects are fixed, and {path} is none.",
            "Open it with Maskwright first: the file itself is never changed.",
        )
    project = Project.open(path, author=author)
    try:
        if project.read_only:
            raise MaskwrightError(" ".join(project.notices))
        before = check_project(project, lambda share: progress(share / 3))
        change = fix_change(project.snapshot(), kinds, lambda share: progress((1 + share) / 3))
        if change is not None:
            project.history.apply(change)
        after = check_project(project, lambda share: progress((2 + share) / 3))
        fixed = max(len(before.problems) - len(after.problems), 0)
        return Checked(after, notices=project.notices, fixed=fixed)
    finally:
        project.close()
