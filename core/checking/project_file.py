"""Checks of a project: its file first, then everything in it."""

from __future__ import annotations

from collections.abc import Iterator

from core.checking.check import Progress, check_dataset
from core.checking.problem import CheckReport, Kind, Problem
from core.project.inspection import FileFaults
from core.project.project import Project

_SHARE_OF_FILE = 0.1
_STEPS_NAMED = 5


def check_project(project: Project, progress: Progress) -> CheckReport:
    """Everything that is wrong with a project; on any thread, while it is being edited."""
    faults = project.inspect()
    progress(_SHARE_OF_FILE)

    def report(share: float) -> None:
        progress(_SHARE_OF_FILE + share * (1 - _SHARE_OF_FILE))

    found = file_problems(faults, project.path.name)
    return check_dataset(project.snapshot(), report, faults.stamps, found)


def file_problems(faults: FileFaults, name: str) -> Iterator[Problem]:
    """What is wrong with the file, in the words of a check."""
    for sentence in faults.integrity:
        yield Problem(Kind.FILE_DAMAGED, name, sentence)
    if faults.unreadable_steps:
        steps = ", ".join(str(step + 1) for step in faults.unreadable_steps[:_STEPS_NAMED])
        more = "" if len(faults.unreadable_steps) <= _STEPS_NAMED else " …"
        yield Problem(Kind.LOG_DAMAGED, name, f"step {steps}{more} of the log")
    for image_id, count in faults.strays.items():
        yield Problem(Kind.IMAGE_UNKNOWN, f"image number {image_id}", f"{count} objects")
