"""The commands about a project file itself: ``check``, ``backup`` and ``relocate``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from core.author import login_name
from core.errors import MaskwrightError

if TYPE_CHECKING:
    from collections.abc import Collection

    from core.checking.problem import CheckReport, Kind
    from core.headless.checking import Checked

EXIT_PROBLEMS = 3
_PLACES_SHOWN = 10

_PROJECT_HELP = "Project file, NAME.maskwright."


def check(
    path: Annotated[Path, typer.Argument(help="Project, or annotations of any format.")],
    fix: Annotated[
        bool, typer.Option("--fix", help="Fix what can be fixed without changing any pixel.")
    ] = False,
    fix_kind: Annotated[
        list[str] | None,
        typer.Option(help="Fix problems of this kind too; may be given several times."),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(help="Folder of the images, where they do not lie with the annotations."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write every problem to this JSON file.")
    ] = None,
) -> None:
    """Look for everything that is wrong with a project or an annotation file.

    Example: `maskwright check cells.maskwright --fix`. Damage of the file,
    missing and changed images, objects without pixels or outside their image,
    outlines that cross themselves, copies, unused labels; each with what to do.
    Fixes are one step of undo. Exit status: 0 no error and no warning is left, 3 some are.
    """
    from core.checking.problem import SAFE_KINDS, Severity
    from core.checking.report_file import write_check_report
    from core.headless.checking import check_path, fix_project

    kinds = set(SAFE_KINDS) if fix else set()
    kinds |= _kinds(fix_kind or ())
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Checking", total=1.0)

        def progress(share: float) -> None:
            bar.update(task, completed=share)

        if kinds:
            checked = fix_project(path, kinds, login_name(), progress)
        else:
            checked = check_path(path, images, progress)
    _print(checked)
    if report is not None:
        write_check_report(checked.report, report)
    if checked.report.worst in (Severity.ERROR, Severity.WARNING):
        raise typer.Exit(EXIT_PROBLEMS)


def backup(
    project: Annotated[Path, typer.Argument(help=_PROJECT_HELP)],
    target: Annotated[
        Path | None, typer.Argument(help="File to write; without one beside the project.")
    ] = None,
) -> None:
    """Copy a project, also while a window has it open, and look whether the copy is whole.

    Example: `maskwright backup cells.maskwright` writes
    cells-backup-DATE-TIME.maskwright. The images are not copied.
    """
    from core.project.backup import back_up, backup_place
    from core.project.project import Project

    opened = Project.open(project, author=login_name())
    try:
        copy = back_up(opened, target or backup_place(project, datetime.now()))
    finally:
        opened.close()
    _console().print(str(copy))


def relocate(
    project: Annotated[Path, typer.Argument(help=_PROJECT_HELP)],
    folder: Annotated[Path, typer.Argument(help="Folder that the images are in now.")],
) -> None:
    """Tell a project once for all where its images are now, after they were moved.

    Example: `maskwright relocate cells.maskwright /data/cells`.
    """
    from core.project.project import Project
    from core.project.relocation import find_moved

    opened = Project.open(project, author=login_name())
    try:
        if opened.read_only:
            raise MaskwrightError(" ".join(opened.notices))
        found = find_moved(folder, opened.images)
        opened.move_image_root(found.folder)
    finally:
        opened.close()
    _console().print(found.summary)


def _kinds(names: Collection[str]) -> set[Kind]:
    from core.checking.problem import KINDS, Kind

    known = {kind.value: kind for kind in Kind if KINDS[kind].fix}
    for name in names:
        if name not in known:
            raise MaskwrightError(
                f"There is no problem “{name}” that can be fixed.", f"Use {', '.join(known)}."
            )
    return {known[name] for name in names}


def _print(checked: Checked) -> None:
    console = _console()
    for notice in checked.notices:
        Console(stderr=True).print(notice, markup=False)
    if checked.imported is not None:
        console.print(checked.imported.summary)
        for entry in checked.imported.entries[:_PLACES_SHOWN]:
            console.print(f"  {entry}")
    if checked.fixed:
        console.print(f"{checked.fixed} problems were fixed; Undo in the window takes it back.")
    console.print(checked.report.summary)
    for kind in checked.report.counts:
        _print_kind(console, checked.report, kind)


def _print_kind(console: Console, report: CheckReport, kind: Kind) -> None:
    found = [problem for problem in report.problems if problem.kind is kind]
    info = found[0].info
    console.print(f"{info.severity.value}: {info.title} ({len(found)}, {kind.value})")
    for problem in found[:_PLACES_SHOWN]:
        console.print(f"  {problem}")
    if len(found) > _PLACES_SHOWN:
        console.print(f"  … {len(found) - _PLACES_SHOWN} more; --report FILE.json has every one")
    console.print(f"  → {info.advice}")
    if any(problem.fixable for problem in found):
        option = "--fix" if info.is_safe else f"--fix-kind {kind.value}"
        console.print(f"  → {option}: {info.fix}.")


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True, markup=False)
