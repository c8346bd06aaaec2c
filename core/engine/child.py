"""The engine's own process: reads jobs from its pipe, runs them one by one, answers.

Started by the client as ``python -P -m core.engine.child``. Its standard
output carries messages only; whatever libraries print goes to standard error.
It ends when its pipe does.
"""

from __future__ import annotations

import argparse
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from core.engine import lifetime, wire
from core.engine.arrays import ArrayPack, PackReader, pack_names
from core.engine.packing import pack_proposals
from core.engine.process import LINE_BREAK
from core.engine.protocol import RgbImage
from core.engine.runner import JobContext, Runner, RunResult, load_runner
from core.errors import Cancelled, MaskwrightError

DEFAULT_RUNNER = "core.engine.model_runner:ModelRunner"
_PROGRESS_INTERVAL_S = 0.05
_LOG = logging.getLogger("core.engine.child")


@dataclass(frozen=True, slots=True)
class Pipes:
    """The two ends that belong to this process alone."""

    source: BinaryIO
    sink: BinaryIO

    @classmethod
    def take_over(cls) -> Pipes:
        """Keep standard input and output for messages; prints go to standard error."""
        source, sink = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        os.close(nothing)
        sys.stdout = sys.stderr
        return cls(os.fdopen(source, "rb"), os.fdopen(sink, "wb", buffering=0))


class Mailbox:
    """Jobs that have arrived, and those that were called off."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._jobs: queue.SimpleQueue[wire.RunJob | wire.FindEdges] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        threading.Thread(target=self._read, name="mailbox", daemon=True).start()

    def next_job(self) -> wire.RunJob | wire.FindEdges:
        """The next job, waiting for one."""
        return self._jobs.get()

    def is_cancelled(self, job: int) -> bool:
        """Whether a job was called off."""
        return job in self._cancelled

    def _read(self) -> None:
        try:
            for line in self._source:
                self._take(wire.decode_for_engine(line))
        finally:
            lifetime.end_now()

    def _take(self, message: wire.ToEngine) -> None:
        match message:
            case wire.RunJob() | wire.FindEdges():
                self._cancelled.discard(message.job)
                self._jobs.put(message)
            case wire.CancelJob():
                self._cancelled.add(message.job)


class Child:
    """Runs jobs until the pipe ends."""

    def __init__(self, pipes: Pipes, folder: Path, runner: Runner) -> None:
        self._sink = pipes.sink
        self._mailbox = Mailbox(pipes.source)
        self._folder = folder
        self._runner = runner
        self._names = pack_names("result")
        self._progress_due = 0.0

    def start(self, device: str) -> bool:
        """Make the runner ready and say so; False when it cannot be."""
        try:
            line = self._runner.start(device)
        except MaskwrightError as error:
            self._send(wire.NotStarted(error.message, error.hint))
            return False
        self._send(wire.Ready(line, self._runner.device))
        return True

    def serve(self) -> None:
        """Run jobs for ever; the mailbox ends the process."""
        while True:
            job = self._mailbox.next_job()
            self._send(self._answer(job))

    def _answer(self, job: wire.RunJob | wire.FindEdges) -> wire.FromEngine:
        try:
            return self._find_edges(job) if isinstance(job, wire.FindEdges) else self._run(job)
        except Cancelled:
            return wire.CalledOff(job.job)
        except MaskwrightError as error:
            return wire.Failed(job.job, error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - a model may raise anything; it ends here
            if self._mailbox.is_cancelled(job.job):
                return wire.CalledOff(job.job)
            what = f'The model "{job.model_id}"' if isinstance(job, wire.RunJob) else "Grouping"
            _LOG.exception("%s failed unexpectedly", what)
            sentence = f"{what} failed unexpectedly ({type(error).__name__})."
            return wire.Failed(job.job, sentence, "The log file has the details.")

    def _run(self, job: wire.RunJob) -> wire.Finished:
        image = self._image(job)
        context = JobContext(
            cancelled=lambda: self._mailbox.is_cancelled(job.job),
            progress=lambda fraction, text: self._report(job.job, fraction, text),
        )
        context.check_cancelled()
        self._progress_due = 0.0
        return self._finished(job, image, self._runner.run(job, image, context))

    def _find_edges(self, job: wire.FindEdges) -> wire.FoundEdges:
        context = JobContext(
            cancelled=lambda: self._mailbox.is_cancelled(job.job),
            progress=lambda _fraction, _text: None,
        )
        image = PackReader.mapped(self._folder / job.arrays_file).take(job.image)
        context.check_cancelled()
        part = self._runner.find_edges(image.astype(np.uint8, copy=False), context)
        pack = ArrayPack()
        edge, leaves = pack.add(part.edge), pack.add(part.leaves)
        name = next(self._names)
        pack.write(self._folder / name)
        return wire.FoundEdges(job.job, name, edge, leaves)

    def _image(self, job: wire.RunJob) -> RgbImage:
        if job.image is None:
            from core.imaging.reading import read_image

            return read_image(Path(job.image_path))
        array = PackReader.mapped(self._folder / job.arrays_file).take(job.image)
        return array.astype(np.uint8, copy=False)

    def _finished(self, job: wire.RunJob, image: RgbImage, result: RunResult) -> wire.Finished:
        pack = ArrayPack()
        items = pack_proposals(result.items, pack)
        name = next(self._names)
        pack.write(self._folder / name)
        return wire.Finished(
            job.job,
            name,
            items,
            (image.shape[1], image.shape[0]),
            result.weights_hash,
            result.degraded,
            result.seconds,
            result.device,
        )

    def _report(self, job: int, fraction: float, text: str) -> None:
        """Pass progress on, not more often than people can see."""
        now = time.monotonic()
        if now >= self._progress_due:
            self._progress_due = now + _PROGRESS_INTERVAL_S
            self._send(wire.Progressed(job, min(max(fraction, 0.0), 1.0), text))

    def _send(self, message: wire.FromEngine) -> None:
        data = memoryview(wire.encode(message))
        while data:
            data = data[self._sink.write(data) :]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the engine's process; returns its exit status."""
    options = _parser().parse_args(arguments)
    pipes = Pipes.take_over()
    lifetime.end_with_parent(options.parent)
    lifetime.step_back()
    _log_to_standard_error()
    child = Child(pipes, options.folder, load_runner(options.runner))
    if not child.start(options.device):
        return 3
    child.serve()
    return 0


class _OneLine(logging.Formatter):
    """Each record as one line that the client takes apart again, its traceback included."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s:%(name)s:%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", LINE_BREAK)


def _log_to_standard_error() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="core.engine.child",
        description="Runs models for Maskwright, which starts this by itself.",
    )
    parser.add_argument("--folder", type=Path, required=True, help="where arrays are exchanged")
    parser.add_argument("--parent", type=int, required=True, help="process to end with")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    parser.add_argument("--runner", default=DEFAULT_RUNNER, help="module:Class that runs models")
    return parser


if __name__ == "__main__":
    sys.exit(main())
