"""CPU time of every stage of the hierarchy, by the size of the image."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from core.grouping.build import STORED_PIXELS, build_hierarchy
from core.grouping.channels import edge_channels
from core.grouping.color import (
    WORK_PIXELS,
    RgbImage,
    octave_shapes,
    resized,
    stretched,
    to_lab,
)
from core.grouping.enlarging import enlarge
from core.grouping.learned_cost import LearnedCost
from core.grouping.leaves import edge_of, learned_graph, learned_leaves
from core.grouping.merging import merge_rounds
from core.grouping.ordering import ordered_hierarchy
from core.grouping.perceptron import bundled_weights
from core.training.grouping.groupings import Rows, milliseconds

SIZES = ((481, 321), (1000, 1000), (2000, 2000), (6000, 4000))
_REPEATS = 3

T = TypeVar("T")


@dataclass(slots=True)
class _Clock:
    """Adds up CPU seconds by stage."""

    seconds: dict[str, float]

    def time(self, stage: str, work: Callable[[], T]) -> T:
        start = time.process_time()
        result = work()
        self.seconds[stage] = time.process_time() - start
        return result


def stage_table() -> Rows:
    """Megapixels, then milliseconds of each stage and of all together: medians of three."""
    rows = []
    for width, height in SIZES:
        image = _photograph(width, height)
        runs = [_stages(image) for _ in range(_REPEATS)]
        whole = []
        for _ in range(_REPEATS):
            start = time.process_time()
            build_hierarchy(image)
            whole.append(time.process_time() - start)
        cells = [milliseconds([run[stage] for run in runs]) for stage in runs[0]]
        rows.append([f"{width * height / 1e6:.2f}", *cells, milliseconds(whole)])
    return rows


STAGES = ("scale", "channels", "edge", "leaves", "graph", "merge", "enlarge")


def _photograph(width: int, height: int) -> RgbImage:
    from skimage import data

    enlarged = cv2.resize(data.coffee(), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged, np.uint8)


def _stages(image: RgbImage) -> dict[str, float]:
    clock = _Clock({})
    weights = bundled_weights()
    shapes = octave_shapes((image.shape[0], image.shape[1]), WORK_PIXELS)
    small = clock.time("scale", lambda: stretched(resized(image, shapes[0])))
    lab, channels = clock.time("channels", lambda: _channels(small))
    edge = clock.time("edge", lambda: edge_of(channels, weights.pixel))
    leaves = clock.time("leaves", lambda: learned_leaves(lab, edge))
    graph = clock.time("graph", lambda: learned_graph(leaves, lab, edge))
    cost = LearnedCost(weights.pair, float(leaves.size))
    parents, altitudes = clock.time("merge", lambda: merge_rounds(graph, cost, lambda _done: None))
    stored = [shape for shape in shapes if shape[0] * shape[1] <= STORED_PIXELS]

    def enlarged() -> None:
        tree = ordered_hierarchy(leaves, parents, altitudes)
        enlarge(tree.leaf_labels, image, stored, lambda _done: None)

    clock.time("enlarge", enlarged)
    return clock.seconds


def _channels(small: RgbImage) -> tuple[np.ndarray, np.ndarray]:
    lab = to_lab(small)
    return lab, edge_channels(lab)
