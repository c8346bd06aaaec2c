"""A runner without torch that answers every model of the registry in no time.

It proposes squares at places that depend on the picture's brightness, so that other
pictures get other proposals. A run for which it is told ``wait`` goes on until it is
called off.
"""

from __future__ import annotations

import time

import numpy as np

from core.document.geometry import Box, Size
from core.engine.protocol import RgbImage
from core.engine.runner import JobContext, RunResult
from core.engine.wire import RunJob
from core.models.pasting import mask_at
from core.models.proposal import Proposal, SoftMask
from core.models.region_of_interest import put_back, region_of
from core.models.registry import find_model, weights_path
from core.models.weights import file_hash


class PaperRunner:
    """Squares of 6 pixels with soft masks, in steps of .1 from .9 down."""

    device = "cpu"

    def start(self, device: str) -> str:
        return f"paper {device}"

    def run(self, job: RunJob, image: RgbImage, context: JobContext) -> RunResult:
        spec = find_model(job.model_id)
        context.progress(0.0, spec.name)
        while job.parameters.get("wait"):
            context.check_cancelled()
            time.sleep(0.001)
        size = Size(image.shape[1], image.shape[0])
        part = region_of(job.parameters, size)
        shift = float(image[0, 0, 0] % 5)
        label = spec.categories[0] if spec.categories else ""
        items = tuple(
            _square(number, 2.0 + 9 * number, 3.0 + shift, size, label, spec.id)
            for number in range(3)
        )
        if part is not None:
            items = tuple(put_back(item, part) for item in items[:1])
        return RunResult(items, file_hash(weights_path(spec)), "", 0.5, "paper")


def _square(number: int, x: float, y: float, size: Size, label: str, source: str) -> Proposal:
    soft = SoftMask(Box(x, y, 6.0, 6.0), np.full((28, 28), 230, np.uint8))
    score = 0.9 - number / 10
    return Proposal(number, mask_at(soft, size), score, label, source, soft)
