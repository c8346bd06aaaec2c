"""The trainer's own process: carries one run out, hears pause, continue and stop.

Started as ``python -P -m core.training.child`` by ``core.training.client``. Its
standard output carries events only; whatever libraries print goes to standard
error. It runs at a low priority and ends when its pipe does; what it has
learnt up to the last round is then in the run's folder.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from core.engine import lifetime
from core.engine.child import Pipes
from core.errors import DeviceMemoryError, MaskwrightError, WriteError
from core.training import events
from core.training.comparison import COMPARISON_FILE
from core.training.fit import Controls, Wish
from core.training.run import CHECKPOINT, RunFolder

_LOG = logging.getLogger("core.training.child")
_NICENESS = 10


class PipeControls:
    """What the person wants, as it comes through the pipe."""

    def __init__(self, pipes: Pipes) -> None:
        self._source = pipes.source
        self._changed = threading.Condition()
        self._wish = Wish.GO_ON
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def wish(self) -> Wish:
        """What is wanted now."""
        return self._wish

    def wait(self) -> Wish:
        """Wait until something else than a pause is wanted."""
        with self._changed:
            self._changed.wait_for(lambda: self._wish is not Wish.PAUSE)
            return self._wish

    def _read(self) -> None:
        try:
            for line in self._source:
                self._take(events.decode_command(line))
        finally:
            lifetime.end_now()

    def _take(self, command: events.Command) -> None:
        with self._changed:
            match command:
                case events.Pause():
                    self._wish = Wish.PAUSE
                case events.Continue():
                    self._wish = Wish.GO_ON
                case events.Stop():
                    self._wish = Wish.STOP
            self._changed.notify_all()


class Reporter:
    """Writes each event to the pipe and keeps it in the run's folder."""

    def __init__(self, pipes: Pipes, folder: RunFolder) -> None:
        self._sink = pipes.sink
        self._folder = folder

    def __call__(self, event: events.Event) -> None:
        """Tell an event."""
        # The file first: who has heard of an end finds it there.
        self._folder.append(event)
        data = memoryview(events.encode(event))
        while data:
            data = data[self._sink.write(data) :]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry a run or a comparison out; returns the exit status."""
    options = _parser().parse_args(arguments)
    pipes = Pipes.take_over()
    lifetime.end_with_parent(options.parent)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    folder = RunFolder(options.run)
    report = Reporter(pipes, folder)
    controls = PipeControls(pipes)
    event = carried_out(folder, controls, report)
    report(event)
    if isinstance(event, events.Finished):
        _rank_next(folder, event, report)
    return 1 if isinstance(event, events.Failed) else 0


def carried_out(
    folder: RunFolder, controls: Controls, report: Callable[[events.Event], None]
) -> events.End:
    """Do what a folder asks for; whatever goes wrong is told in a sentence."""
    try:
        if (folder.path / COMPARISON_FILE).is_file():
            from core.training.comparing import compare

            return compare(folder)
        from core.training.training import train

        return train(folder, controls, report)
    except (WriteError, DeviceMemoryError) as error:
        # Once there is room again, the work of the saved rounds need not be done anew.
        is_saved = (folder.path / CHECKPOINT).is_file()
        further = "Resume goes on from the last round." if is_saved else ""
        return events.Failed(error.message, f"{error.hint} {further}".strip(), is_saved)
    except MaskwrightError as error:
        return events.Failed(error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - a network may raise anything; it ends here
        _LOG.exception("The training failed unexpectedly")
        return events.Failed(
            f"The training failed unexpectedly ({type(error).__name__}).",
            "The log file has the details.",
        )


def _rank_next(folder: RunFolder, finished: events.Finished, report: Reporter) -> None:
    """Nobody waits for it: the model is there, and the next run may end this process."""
    try:
        from core.training.training import rank_next

        ranked = rank_next(folder, finished)
    except Exception:  # noqa: BLE001 - a model without suggestions is better than none
        _LOG.exception("The images to label next could not be ranked")
        return
    if ranked is not None:
        report(ranked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="core.training.child",
        description="Trains a model for Maskwright, which starts this by itself.",
    )
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--parent", type=int, required=True, help="process to end with")
    return parser


if __name__ == "__main__":
    sys.exit(main())
