"""How much a union of nodes looks like one whole thing: a small learned score."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from core.grouping.combinations import NO_NODE, Candidates
from core.grouping.node_statistics import (
    AREA,
    FIRST_BIN,
    FRAME,
    LENGTH,
    STRENGTH,
    XX,
    XY,
    YY,
    X,
    Y,
)
from core.grouping.perceptron import Perceptron
from core.grouping.region_graph import SumArray

FEATURE_COUNT = 32


def objectness(candidates: Candidates, shape: tuple[int, int], scorer: Perceptron) -> SumArray:
    """Expected overlap of every candidate with an object, within [0, 1]."""
    return scorer(object_features(candidates, shape)).astype(np.float64)


def object_features(candidates: Candidates, shape: tuple[int, int]) -> npt.NDArray[np.float32]:
    """What is known of each candidate, float32 (32, m); ``shape`` is that of the statistics.

    Size, place, outline, edge strength around and inside, and how many parts.
    """
    height, width = shape
    area = candidates.shapes[:, AREA]
    root = np.sqrt(area)
    outer, inner, seam = candidates.outer, candidates.inner, candidates.seam
    length, frame = outer[:, LENGTH], candidates.shapes[:, FRAME]
    around = outer[:, STRENGTH] / np.maximum(length, 1)
    within = inner[:, STRENGTH] / np.maximum(inner[:, LENGTH], 1)
    joint = seam[:, STRENGTH] / np.maximum(seam[:, LENGTH], 1)
    x, y = candidates.shapes[:, X] / area, candidates.shapes[:, Y] / area
    box_width = candidates.edges[:, 2] + candidates.edges[:, 0]
    box_height = candidates.edges[:, 3] + candidates.edges[:, 1]
    parts = (candidates.nodes != NO_NODE).sum(axis=1)
    rows = [
        np.log(area / (height * width)),
        around,
        *(outer[:, FIRST_BIN:] / np.maximum(length, 1)[:, None]).T,
        within,
        *(inner[:, FIRST_BIN + 2 :] / root[:, None]).T,
        inner[:, STRENGTH] / root,
        around - within,
        candidates.highest,
        candidates.lowest_parent,
        candidates.lowest_parent - candidates.highest,
        joint,
        seam[:, LENGTH] / root,
        np.log((length + frame) / root),
        frame / np.maximum(length + frame, 1),
        area / (box_width * box_height),
        _ellipse_fill(candidates.shapes),
        box_width / width,
        box_height / height,
        np.log(box_width / box_height),
        np.abs(x / width - 0.5),
        y / height - 0.5,
        *_sides_touched(candidates.edges, shape),
        parts == 2,
        parts == 3,
    ]
    return np.stack(rows).astype(np.float32)


def bundled_objectness() -> Perceptron:
    """The scorer that comes with the program; see resources/weights/grouping_objectness.md."""
    with as_file(files("resources") / "weights" / "grouping_objectness.safetensors") as path:
        return read_objectness(path)


def read_objectness(path: Path) -> Perceptron:
    """A scorer from a file that ``write_objectness`` has written."""
    return Perceptron.from_arrays(load_file(path), "objectness")


def write_objectness(path: Path, scorer: Perceptron) -> None:
    """Write a scorer as safetensors."""
    named = scorer.arrays("objectness")
    save_file({name: np.ascontiguousarray(part) for name, part in named.items()}, path)


def _ellipse_fill(shapes: SumArray) -> SumArray:
    """Area over that of the ellipse with the same second moments: 1 for an ellipse, less else."""
    area = shapes[:, AREA]
    x, y = shapes[:, X] / area, shapes[:, Y] / area
    # A pixel is a square, which has a twelfth of spread by itself.
    across = np.maximum(shapes[:, XX] / area - x * x, 0) + 1 / 12
    down = np.maximum(shapes[:, YY] / area - y * y, 0) + 1 / 12
    mixed = shapes[:, XY] / area - x * y
    spread = np.sqrt(np.maximum(across * down - mixed * mixed, 1 / 144))
    return np.asarray(area / (4 * np.pi * spread))


def _sides_touched(edges: SumArray, shape: tuple[int, int]) -> list[npt.NDArray[np.bool_]]:
    """Whether the box reaches any, two or more, and opposite sides of the image."""
    left, top = edges[:, 0] >= 0, edges[:, 1] >= 0
    right, bottom = edges[:, 2] >= shape[1], edges[:, 3] >= shape[0]
    count = left.astype(np.int64) + top + right + bottom
    return [count >= 1, count >= 2, (left & right) | (top & bottom)]
