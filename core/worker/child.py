"""The worker's own process: one job from its pipe, answers, the end.

Started as ``python -P -m core.worker.child``. Everything is imported before the
job arrives, so that a person who opens a file does not wait for it. Its
standard output carries answers only; what libraries print goes to standard error.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO

from core.engine.lifetime import end_now, step_back
from core.errors import MaskwrightError
from core.formats.preview import preview_annotations
from core.project import creation
from core.project.opening import create_project, image_root_and_contents
from core.worker.messages import (
    CreateProject,
    Failed,
    FromWorker,
    PreviewReady,
    ProjectReady,
    answer_fields,
    job_from,
    read_message,
    write_message,
)

Tell = Callable[[FromWorker], None]


def main() -> None:
    """Wait for the job, do it, end."""
    source, sink = _take_over_pipes()
    fields = read_message(source)
    if fields is None:
        return
    threading.Thread(target=_end_with, args=(source,), daemon=True).start()
    step_back()

    def tell(message: FromWorker) -> None:
        write_message(sink, answer_fields(message))

    try:
        _create(job_from(fields), tell)
    except MaskwrightError as error:
        tell(Failed(error))


def _create(job: CreateProject, tell: Tell) -> None:
    preview = preview_annotations(job.source)
    if preview is not None:
        root, contents = image_root_and_contents(preview, job.source, job.author)
        creation.write_project(job.preview, root, contents, beside=job.project)
        tell(PreviewReady())
    created = create_project(job.source, job.project, author=job.author)
    tell(ProjectReady(created.notice, created.report))


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep standard input and output for messages."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb")


def _end_with(source: BinaryIO) -> None:
    """The program that started this process is gone, or wants it no more."""
    source.read()
    end_now()


if __name__ == "__main__":
    main()
