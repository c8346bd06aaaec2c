"""A runner without torch, for tests: the model's name says what happens.

``mask``: proposals of every kind that depend on the image. ``corner``: the same of
its first 256 rows and columns, which takes no time. ``wait``: runs until it
is called off. ``deaf``: runs for ever and ignores being called off. ``crash``:
ends the process. ``noise``: prints and logs on the way. ``bug``, ``refuse``:
errors.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import time
import warnings

import numpy as np

from core.document.annotation import Geometry
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Visibility,
)
from core.document.mask import Mask
from core.engine.protocol import RgbImage
from core.engine.runner import JobContext, RunResult
from core.engine.wire import RunJob
from core.errors import ModelError
from core.grouping.leaves import ImagePart
from core.models.proposal import Proposal, SoftMask


class FakeRunner:
    """Runs the models of the tests."""

    device = ""

    def start(self, device: str) -> str:
        self.device = device
        if device == "broken":
            raise ModelError("There is no such device.", "Choose another one.")
        if device == "crash":
            os._exit(7)
        return f"fake {device}"

    def find_edges(self, image: RgbImage, context: JobContext) -> ImagePart:
        """The image says what happens: its first value is 0 for an answer, 1 to wait, 2 to fail."""
        while image[0, 0, 0] == 1:
            context.check_cancelled()
            time.sleep(0.001)
        if image[0, 0, 0] == 2:
            raise ZeroDivisionError("a bug in grouping")
        edge = image[:, :, 1].astype(np.float32) / np.float32(255)
        return ImagePart(edge, image[:, :, 2].astype(np.int32))

    def run(self, job: RunJob, image: RgbImage, context: JobContext) -> RunResult:
        context.progress(0.0, job.model_id)
        match job.model_id:
            case "wait":
                while True:
                    context.check_cancelled()
                    time.sleep(0.001)
            case "deaf":
                while True:
                    time.sleep(0.001)
            case "holds the interpreter":
                ctypes.PyDLL(None).sleep(60)
            case "crash":
                os._exit(5)
            case "refuse":
                raise ModelError("This model does not fit.", "Take another one.")
            case "bug":
                raise ZeroDivisionError("a bug in a model")
            case "noise":
                _make_noise()
            case "corner":
                image = image[:256, :256]
        return RunResult(_proposals(image), "hash", "smaller input", 0.5, "fake")


class SilentRunner(FakeRunner):
    """Never becomes ready."""

    def start(self, device: str) -> str:
        while True:
            time.sleep(0.001)


def _make_noise() -> None:
    print("printed")
    os.write(1, b"written by a C library\n")
    print("an error line", file=sys.stderr)
    logging.getLogger("loud.library").warning("logged %d", 1)
    warnings.warn("warned", stacklevel=1)


def _proposals(image: RgbImage) -> tuple[Proposal, ...]:
    bright = Mask.from_array(image.max(axis=2) > 127)
    values = np.full((28, 28), int(image[0, 0, 0]), np.uint8)
    outline = np.array([[0.0, 0.0], [10.5, 0.0], [10.5, 9.25]])
    hole = np.array([[6.0, 1.0], [8.0, 1.0], [8.0, 2.0]])
    shapes: tuple[Geometry, ...] = (
        bright,
        Box(1.5, 2.25, 3.125, 4.0),
        RotatedBox(5.0, 6.0, 3.0, 2.0, 30.0),
        Polygon((PolygonPart(outline, (hole,)), PolygonPart(hole))),
        Keypoints(((1.0, 2.0, Visibility.VISIBLE), (0.0, 0.0, Visibility.UNLABELLED))),
        Scribble(outline, 2.5),
        Mask.empty(),
    )
    return tuple(
        Proposal(
            number, shape, 1.0 - number / 10, "thing", "fake", SoftMask(Box(0, 0, 4, 4), values)
        )
        for number, shape in enumerate(shapes)
    )
