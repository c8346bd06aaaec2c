"""The ``maskwright export`` command, and the options that it shares with ``convert``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from core.author import login_name
from core.errors import MaskwrightError

if TYPE_CHECKING:
    from core.project.project import Project

EXIT_ERROR = 1
EXIT_LOSSES = 3
_LOSSES_SHOWN = 50

LabelOption = Annotated[
    list[str] | None,
    typer.Option("--label", help="Only objects of this label; may be given several times."),
]
StateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--state",
        help="Only images in this state: unlabelled, in-progress, needs-review, approved, "
        "rejected; may be given several times.",
    ),
]
ReviewOption = Annotated[
    list[str] | None,
    typer.Option(
        "--review", help="Only objects reviewed so: unreviewed, approved, rejected; repeatable."
    ),
]
SplitOption = Annotated[
    str,
    typer.Option(
        "--split", help="Parts: 70/15/15 is train/val/test, 80/20 train/val. COCO gets a file each."
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", help="Another number gives another split; the same the same.")
]
GroupOption = Annotated[
    str,
    typer.Option(
        "--group",
        help="What stays in one part: image, folder, prefix (name up to _ or -), or a regular "
        "expression on the path.",
    ),
]
PicturesOption = Annotated[
    str, typer.Option("--pictures", help="Pictures beside the annotations: leave, copy or link.")
]
SimplifyOption = Annotated[
    float,
    typer.Option(
        "--simplify",
        help="Masks as outlines that move by this many pixels at most; 0 is exact. The loss in "
        "IoU is listed for each object.",
    ),
]
FrontOption = Annotated[
    list[str] | None,
    typer.Option(
        "--front",
        help="Label that covers all others where objects overlap, in formats of one object to a "
        "pixel; the first given is foremost.",
    ),
]


def export(
    project: Annotated[Path, typer.Argument(help="Project, or anything that can be opened.")],
    target: Annotated[Path, typer.Argument(help="File to write; a folder for most formats.")],
    to: Annotated[
        str, typer.Option(help="Format; a wrong name lists them all. coco for .json, else voc.")
    ] = "",
    layer: Annotated[
        str | None, typer.Option(help="Name or role of the layer; normally what you drew.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over what is there; a backup of it is kept.")
    ] = False,
    label: LabelOption = None,
    state: StateOption = None,
    review: ReviewOption = None,
    split: SplitOption = "",
    seed: SeedOption = 0,
    group: GroupOption = "image",
    pictures: PicturesOption = "leave",
    simplify: SimplifyOption = 0.0,
    front: FrontOption = None,
    with_reviews: Annotated[
        bool,
        typer.Option(
            "--with-reviews", help="Write what was found of each object in review (COCO)."
        ),
    ] = False,
) -> None:
    """Write the annotations of a project as COCO, Pascal VOC, YOLO and more.

    Example: `maskwright export cells.maskwright cells.json --split 80/20`. What is
    written is read back and compared pixel by pixel. Exit status: 0 everything
    could be expressed, 3 something could not and is listed.
    """
    from core.formats.exporting import ExportKind
    from core.headless.export_choices import ExportChoices
    from core.headless.exporting import (
        export_project,
        layer_to_export,
        places_of,
        would_replace,
    )

    names = [kind.value for kind in ExportKind]
    chosen = to or ("coco" if target.suffix.lower() == ".json" else "voc")
    if chosen not in names:
        raise MaskwrightError(f"There is no format “{chosen}”.", f"Use one of {', '.join(names)}.")
    kind = ExportKind(chosen)
    choices = ExportChoices(
        labels=tuple(label or ()),
        states=tuple(state or ()),
        reviews=tuple(review or ()),
        split=split,
        seed=seed,
        group=group,
        pictures=pictures,
        simplify_px=simplify,
        front_labels=tuple(front or ()),
        with_reviews=with_reviews,
    )
    opened = open_for_command(project)
    try:
        found = layer_to_export(opened.history.state, layer)
        options = choices.resolved(opened.history.state)
        taken = [place for place in places_of(target, kind, options) if would_replace(place)]
        if taken and not force:
            raise MaskwrightError(
                f"There is something at {taken[0]} already.", "Add --force to write over it."
            )
        report = export_project(opened, found.id, target, kind, options)
    finally:
        opened.close()
    console = Console(highlight=False, soft_wrap=True, markup=False)
    console.print(report.summary)
    for entry in report.losses[:_LOSSES_SHOWN]:
        console.print(f"  {entry}")
    if len(report.losses) > _LOSSES_SHOWN:
        console.print(f"  … {len(report.losses)} in all")
    for path in report.written[:3]:
        console.print(str(path))
    if len(report.written) > 3:
        console.print(f"… {len(report.written)} files in all")
    if not report.verified:
        raise typer.Exit(EXIT_ERROR)
    if report.losses:
        raise typer.Exit(EXIT_LOSSES)


def open_for_command(path: Path) -> Project:
    """Open whatever a path names, and say what a person should know on standard error."""
    import platformdirs

    from core.project.opening import open_source

    data_folder = platformdirs.user_data_path("maskwright", appauthor=False)
    opened = open_source(path, author=login_name(), data_folder=data_folder)
    for notice in opened.notices:
        Console(stderr=True).print(notice, markup=False)
    return opened.project
