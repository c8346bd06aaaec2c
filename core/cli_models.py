"""The commands that run and train models: ``propose`` and ``train``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from core.author import login_name

if TYPE_CHECKING:
    from core.headless.shards import Shard
    from core.training import events

EXIT_NOT_BETTER = 3
_DEVICE_HELP = "auto, cpu, cuda or mps. auto takes a GPU where there is one."


def propose(
    images: Annotated[Path, typer.Argument(help="An image or a folder of images.")],
    model: Annotated[str, typer.Option(help="Model id; `maskwright doctor` lists them.")],
    out: Annotated[Path, typer.Option(help="COCO results file to write.")],
    weights: Annotated[Path | None, typer.Option(help="Weights file to use instead.")] = None,
    device: Annotated[str, typer.Option(help=_DEVICE_HELP)] = "auto",
    min_score: Annotated[float, typer.Option(help="Leave out what scores less.")] = 0.01,
    shard: Annotated[
        str,
        typer.Option(
            help="Do part i of n, as i/n with i from 0. Without it RANK and WORLD_SIZE, or what "
            "SLURM says, decide."
        ),
    ] = "",
) -> None:
    """Run a model over images and write what it proposes as COCO results.

    Example: `maskwright propose cells/ --model unet-nuclei --out proposals.json`.
    With shards, start the same command once for each part, on one machine or many
    that share a folder (torchrun and SLURM arrays work as they are). A part that
    was killed goes on where it was when it is started again; the last one to end
    joins all parts.
    """
    from core.headless.propose_command import propose_to_file
    from core.headless.shards import parse_shard, shard_of_environment

    console = _console()
    part = parse_shard(shard) if shard else shard_of_environment(os.environ)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Proposing", total=1.0)

        def progress(share: float) -> None:
            bar.update(task, completed=share)

        if part is not None:
            words = _propose_part(images, model, out, part, weights, device, min_score, progress)
        else:
            report = propose_to_file(
                images,
                model,
                out,
                weights=weights,
                device=device,
                min_score=min_score,
                progress=progress,
            )
            counts = report.counts
            words = [
                *(f"  {entry}" for entry in report.losses),
                f"{counts['annotations']} proposals on {counts['images']} images: {out}",
            ]
    for line in words:
        console.print(line)


def train(
    project: Annotated[Path, typer.Argument(help="Project, or anything that can be opened.")],
    parent: Annotated[
        str, typer.Option("--from", help="Model to start from: unet-nuclei, or a trained one's id.")
    ] = "unet-nuclei",
    weights: Annotated[Path | None, typer.Option(help="Weights file of that model.")] = None,
    name: Annotated[str, typer.Option(help="Name of the new model.")] = "",
    task: Annotated[
        str, typer.Option(help="instances or semantic, of a U-Net; detectors detect.")
    ] = "",
    steps: Annotated[int, typer.Option(help="Steps at most; 0: as usual.")] = 0,
    seconds: Annotated[float, typer.Option(help="CPU seconds at most; 0: no limit.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal models.")] = 0,
    device: Annotated[str, typer.Option(help=_DEVICE_HELP)] = "auto",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that was interrupted last.")
    ] = False,
    replay: Annotated[
        Path | None,
        typer.Option(help="Project or annotated folder that the model shall not forget."),
    ] = None,
) -> None:
    """Train a model on what is labelled in a project.

    Example: `maskwright train cells.maskwright --seconds 60`. The model is written
    beside the project and offered in the window. Ctrl+C ends it; --resume goes on.
    Exit status: 0 a better model was made, 3 one that is not better, 1 none.
    """
    from core.headless.training import TrainingOptions, train_project
    from core.training.progress import RunProgress

    options = TrainingOptions(
        parent, weights, name, task, steps, seconds, seed, device, resume, replay
    )
    console = _console()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("Training", total=1.0)

        def follow(progress: RunProgress) -> None:
            losses = (f"{key} {curve[-1][1]:.3f}" for key, curve in progress.losses.items())
            words = f"Round {progress.round + 1}  {'  '.join(losses)}"
            bar.update(shown, completed=progress.fraction or 0.0, description=words)

        end = train_project(project, options, login_name(), follow, console.print)
    _print_end(console, end)


def _propose_part(
    images: Path,
    model: str,
    out: Path,
    part: Shard,
    weights: Path | None,
    device: str,
    min_score: float,
    progress: Callable[[float], None],
) -> list[str]:
    from core.headless.sharded_proposing import propose_shard

    report = propose_shard(
        images,
        model,
        out,
        part,
        weights=weights,
        device=device,
        min_score=min_score,
        progress=progress,
    )
    words = [f"  {sentence}" for sentence in report.failed]
    before = f", {report.skipped} were done before" if report.skipped else ""
    words.append(
        f"Part {part.index}/{part.count}: {report.proposals} proposals on {report.images} "
        f"images{before}."
    )
    if report.joined:
        words.append(f"All parts are done: {out}")
    elif report.missing_pieces:
        words.append(f"{report.missing_pieces} pieces of other parts are still open.")
    return words


def _print_end(console: Console, end: events.Finished | events.Failed) -> None:
    from core.errors import ModelError
    from core.training import events

    if isinstance(end, events.Failed):
        raise ModelError(end.message, end.hint)
    console.print(end.verdict)
    console.print(f"{end.steps} steps in {end.cpu_seconds:.0f} CPU seconds: {end.model_file}")
    if not end.promoted:
        raise typer.Exit(EXIT_NOT_BETTER)


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True, markup=False)
