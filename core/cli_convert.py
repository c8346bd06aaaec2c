"""The ``maskwright convert`` command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.cli_export import (
    FrontOption,
    GroupOption,
    LabelOption,
    PicturesOption,
    SeedOption,
    SimplifyOption,
    SplitOption,
)
from core.errors import MaskwrightError
from core.formats.dataset import ReportEntry

_MAX_LINES = 50


def convert(
    source: Annotated[Path, typer.Argument(help="File or folder of annotations to read.")],
    target: Annotated[Path, typer.Argument(help="File to write for COCO, else a folder.")],
    to: Annotated[
        str,
        typer.Option(
            help="coco, coco-polygons, coco-panoptic, voc, yolo, yolo-polygons, labelme, "
            "png-classes or png-instances"
        ),
    ],
    source_format: Annotated[
        str, typer.Option("--from", help="Format of the source; without it the content decides.")
    ] = "",
    images: Annotated[
        Path | None,
        typer.Option(help="Folder of the images, where they do not lie with the annotations."),
    ] = None,
    copy_images: Annotated[
        bool, typer.Option("--copy-images", help="The same as --pictures copy.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write every item of the report to this JSON file.")
    ] = None,
    label: LabelOption = None,
    split: SplitOption = "",
    seed: SeedOption = 0,
    group: GroupOption = "image",
    pictures: PicturesOption = "leave",
    simplify: SimplifyOption = 0.0,
    front: FrontOption = None,
) -> None:
    """Write annotations of one format in another, and list what it cannot say.

    Example: `maskwright convert instances.json labels/ --to yolo`. What is
    written is read back and compared pixel by pixel. Exit status: 0 all was
    brought over, 3 something was left out and is listed, 4 nothing could be read.
    """
    from core.formats.exporting import ExportKind
    from core.headless.converting import ConversionStatus, write_report
    from core.headless.converting import convert as convert_files
    from core.headless.export_choices import ExportChoices

    names = [kind.value for kind in ExportKind]
    if to not in names:
        raise MaskwrightError(f"There is no format “{to}” to write.", f"Use {', '.join(names)}.")
    done = convert_files(
        source,
        target,
        ExportKind(to),
        source_format=source_format,
        image_root=images,
        choices=ExportChoices(
            labels=tuple(label or ()),
            split=split,
            seed=seed,
            group=group,
            pictures="copy" if copy_images else pictures,
            simplify_px=simplify,
            front_labels=tuple(front or ()),
            with_reviews=True,
        ),
    )
    if report is not None:
        write_report(done, report)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    if done.why:
        console.print(f"Read as {done.read_as}: {done.why}.")
    entries: list[ReportEntry] = []
    if done.imported is not None:
        console.print(done.imported.summary)
        entries += done.imported.entries
    if done.written is not None:
        entries += done.written.losses
    for entry in entries[:_MAX_LINES]:
        console.print(f"  {entry}")
    if len(entries) > _MAX_LINES:
        console.print(f"  … {len(entries)} entries in all; --report FILE.json has every one")
    if done.written is not None:
        console.print(done.written.summary)
        console.print(str(target))
    else:
        Console(stderr=True).print(done.problem, style="red", markup=False, highlight=False)
    if done.status is not ConversionStatus.COMPLETE:
        raise typer.Exit(int(done.status))
