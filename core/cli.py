"""The ``maskwright`` command: the same work without a screen, and the way to the window.

The window lives in ``gui``, which ``core`` does not know: it is handed in.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from typer.core import TyperGroup

from core.cli_convert import convert
from core.cli_export import export
from core.cli_models import propose, train
from core.cli_project import backup, check, relocate
from core.errors import MaskwrightError
from core.shell_words import has_display

if TYPE_CHECKING:
    from core.document.images import Dataset
    from core.scoring.metrics import DatasetMetrics
    from core.scoring.report import DatasetScore

EXIT_ERROR = 1
EXIT_LOSSES = 3

_ONLY_IN_FILES = "Recall of any label"
"""Rows of scores that are too many for a terminal."""

_IMAGES_HELP = "Folder of the images, where they do not lie with the annotations."


class Screens(Protocol):
    """What needs a screen, or plays as if there were one."""

    def open_window(self, path: Path | None, *, demo: bool) -> int:
        """Open the window; returns the exit status when it is closed."""

    def play_demo(self, folder: Path | None) -> int:
        """Play the demo journey offscreen; returns the exit status."""


class _OpenByDefault(TyperGroup):
    """``maskwright PATH`` means ``maskwright open PATH``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        known = set(self.commands) | {"--help", "--version"}
        completing = args and args[0].startswith("--") and "completion" in args[0]
        if not args:
            args = ["open"]
        elif args[0] not in known and not completing:
            args = ["open", *args]
        return super().parse_args(ctx, args)


def build_command(screens: Screens) -> Callable[[], None]:
    """The command, ready to be called."""
    app = typer.Typer(
        cls=_OpenByDefault,
        help="Label images and review predictions. `maskwright PATH` opens a folder of images, "
        "a COCO json, a Pascal VOC folder or a project in a window; the other commands work "
        "without a screen.",
        rich_markup_mode="markdown",
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.command("open")(_open_command(screens))
    app.command("demo")(_demo_command(screens))
    app.command("export")(export)
    app.command("score")(score)
    app.command("propose")(propose)
    app.command("train")(train)
    app.command("convert")(convert)
    app.command("check")(check)
    app.command("backup")(backup)
    app.command("relocate")(relocate)
    app.command("doctor")(doctor)
    app.callback()(_options)

    def run() -> None:
        try:
            app()
        except MaskwrightError as error:
            Console(stderr=True).print(str(error), style="red", markup=False, highlight=False)
            sys.exit(EXIT_ERROR)

    return run


def _say_version(wanted: bool) -> None:
    """End with the version; runs before a missing command is complained about."""
    if wanted:
        from importlib.metadata import version

        print(f"maskwright {version('maskwright')}")
        raise typer.Exit


def _options(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Say which version this is, and end.",
            callback=_say_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Nothing is common to all commands."""


def _open_command(screens: Screens) -> Callable[..., None]:
    def open_path(
        path: Annotated[
            Path | None,
            typer.Argument(
                help="Folder of images, COCO json, Pascal VOC folder or project file; "
                "without one the start page is shown."
            ),
        ] = None,
    ) -> None:
        """Open images, annotations or a project in the window.

        Example: `maskwright open photographs/`. The project is made beside what is
        opened, saves itself, and is found again next time.
        """
        if path is not None and not path.exists():
            raise MaskwrightError(f"There is no file or folder {path}.", "Check the path.")
        if not has_display():
            raise MaskwrightError(
                "There is no display to open a window on.",
                "Use a desktop session or xvfb-run; `maskwright --help` lists what works without.",
            )
        raise typer.Exit(screens.open_window(path, demo=False))

    return open_path


def _demo_command(screens: Screens) -> Callable[..., None]:
    def demo(
        folder: Annotated[
            Path | None, typer.Option(help="Where the offscreen journey puts its files.")
        ] = None,
        offscreen: Annotated[
            bool, typer.Option("--offscreen", help="Play it without a window even if there is one.")
        ] = False,
    ) -> None:
        """Open the demo project; with no display, play the whole journey offscreen.

        The journey opens the pictures, takes regions, runs the bundled models,
        accepts, fixes, undoes, exports and scores, and says where everything is.
        """
        if offscreen or not has_display():
            raise typer.Exit(screens.play_demo(folder))
        raise typer.Exit(screens.open_window(None, demo=True))

    return demo


def score(
    truth: Annotated[Path, typer.Argument(help="Reference: annotations or a project.")],
    prediction: Annotated[
        Path | None, typer.Argument(help="What is scored; a project alone is scored by itself.")
    ] = None,
    images: Annotated[Path | None, typer.Option(help=_IMAGES_HELP)] = None,
    json: Annotated[Path | None, typer.Option(help="Write the scores to this JSON file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the scores to this CSV file.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a report with charts and the worst images.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(help="Write the tables to this Markdown file.")
    ] = None,
    agreement: Annotated[
        bool, typer.Option("--agreement", help="Compare every two layers of a project instead.")
    ] = False,
) -> None:
    """Every number of how well a prediction agrees with the truth.

    Example: `maskwright score truth.json prediction.json --html report.html`.
    IoU and Dice of every image and label, COCO and VOC average precision,
    panoptic quality, boundary IoU, best score threshold, confusion of objects.
    A label that neither side has counts nowhere ("n/a"); one that only one side
    has counts 0.
    """
    if agreement:
        _print_agreement(truth)
        return
    from core.headless.scoring import measured_files
    from core.scoring.html_report import write_html
    from core.scoring.metric_files import write_markdown, write_metrics_csv, write_metrics_json

    writers = (
        (json, write_metrics_json),
        (csv, write_metrics_csv),
        (markdown, write_markdown),
        (html, write_html),
    )
    console = _console()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Scoring", total=1.0)
        measured = measured_files(
            truth, prediction or truth, images, lambda share: bar.update(task, completed=share)
        )
        with measured as (found, dataset, notes):
            for path, write in writers:
                if path is not None:
                    write(found, dataset, path)
    for note in (*notes, *found.notes):
        console.print(note)
    console.print(_score_table(found.score, dataset))
    console.print(_metric_table(found))
    for path, _ in writers:
        if path is not None:
            console.print(str(path))


def doctor() -> None:
    """Say what works on this machine, what is missing, and what to do about it.

    Exit status 1 when something that the program needs is not well.
    """
    from core.headless.doctor import examine

    console = _console()
    findings = examine()
    for finding in findings:
        console.print(f"{finding.sign} {finding.subject}: {finding.state}")
        if finding.advice:
            console.print(f"    {finding.advice}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(EXIT_ERROR)


def _score_table(found: DatasetScore, dataset: Dataset) -> Table:
    table = Table("Image", "IoU", "Dice")
    names = {image.id: image.path for image in dataset.images}
    for item in sorted(found.images, key=lambda item: (item.mean_iou is None, item.mean_iou or 0)):
        table.add_row(names[item.image_id], _number(item.mean_iou), _number(item.mean_dice))
    table.add_section()
    table.add_row(
        "mean of images", _number(found.mean_iou_of_images), _number(found.mean_dice_of_images)
    )
    table.add_row(
        "mIoU from summed pixels",
        _number(found.mean_iou_summed),
        _number(found.mean_dice_summed),
    )
    return table


def _print_agreement(path: Path) -> None:
    from core.headless.scoring import layers_agreement

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Comparing", total=1.0)
        pairs, names = layers_agreement(path, lambda share: bar.update(task, completed=share))
    table = Table("Layer", "Layer", "In both", "In one", "F1", "IoU", "Dice", "Kappa")
    for pair in pairs:
        table.add_row(
            names[pair.first_layer_id],
            names[pair.second_layer_id],
            str(pair.objects_in_both),
            str(pair.objects_in_one),
            *map(_number, (pair.f1, pair.iou, pair.dice, pair.kappa)),
        )
    _console().print(table)


def _metric_table(found: DatasetMetrics) -> Table:
    from core.scoring.metric_rows import metric_rows

    table = Table("Measure", "Value", "")
    group = ""
    for row in metric_rows(found):
        if row.group.startswith(_ONLY_IN_FILES):
            continue
        if row.group != group:
            table.add_section()
            table.add_row(row.group, "", "")
            group = row.group
        table.add_row(f"  {row.name}", row.shown, row.reason)
    return table


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.4f}"


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True, markup=False)
