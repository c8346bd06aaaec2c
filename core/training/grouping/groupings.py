"""The ways of making a tree of regions that are measured beside each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from core.grouping.build import group_at_work_scale
from core.grouping.color import RgbImage
from core.grouping.hierarchy import Hierarchy
from core.grouping.leaves import by_contrast, by_learning, by_similarity, by_ward
from core.grouping.perceptron import bundled_weights, read_weights
from core.training.grouping.references import higra_watershed

Group = Callable[[RgbImage], Hierarchy]
Rows = list[list[str]]


def groupings(weights_file: Path | None) -> dict[str, Group]:
    """Methods that give a tree, by name; higra's where it is installed."""
    weights = bundled_weights() if weights_file is None else read_weights(weights_file)
    found: dict[str, Group] = {
        "learned": lambda image: group_at_work_scale(
            image, lambda pixels, between: by_learning(pixels, weights, between)
        ),
        "contrast": lambda image: group_at_work_scale(image, by_contrast),
        "ward": lambda image: group_at_work_scale(image, by_ward),
        "selective-search similarities": lambda image: group_at_work_scale(image, by_similarity),
    }
    try:
        import higra  # noqa: F401
    except ImportError:
        return found
    for attribute in ("area", "dynamics", "volume"):
        found[f"higra watershed by {attribute}"] = partial(higra_watershed, attribute=attribute)
    return found


def milliseconds(seconds: list[float], digits: int = 0) -> str:
    """The median, in milliseconds."""
    return f"{1000 * float(np.median(seconds)):.{digits}f}"
