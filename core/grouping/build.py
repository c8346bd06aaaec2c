"""Build the region hierarchy of an image: edge, leaves, graph, merging, full resolution."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import Cancelled
from core.grouping.color import (
    WORK_PIXELS,
    RgbImage,
    as_rgb,
    blurred,
    color_gradient,
    octave_shapes,
    resized,
    to_lab,
)
from core.grouping.contrast_cost import ContrastCost
from core.grouping.enlarging import enlarge
from core.grouping.hierarchy import Hierarchy
from core.grouping.merging import merge_rounds
from core.grouping.ordering import ordered_hierarchy
from core.grouping.region_graph import build_graph
from core.grouping.watershed import descent_watershed

STORED_PIXELS = 12_000_000
"""Above this number of pixels labels stay at a smaller scale, to be enlarged where needed."""


def build_hierarchy(
    image: RgbImage,
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Hierarchy:
    """Region hierarchy of an RGB image, uint8 (height, width, 3), or a grey one (height, width).

    ``progress`` gets fractions from 0 to 1. Raises ``core.errors.Cancelled``
    soon after ``cancelled`` has become true, ValueError for other arrays. The
    same image gives the same hierarchy.
    """

    def reached(fraction: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(fraction)

    rgb = as_rgb(image)
    reached(0.0)
    shapes = octave_shapes((rgb.shape[0], rgb.shape[1]), WORK_PIXELS)
    small = resized(rgb, shapes[0])
    lab = to_lab(small)
    edge = color_gradient(lab, 1.0)
    reached(0.15)
    leaves = descent_watershed(blurred(edge, 0.7))
    reached(0.2)
    graph = build_graph(leaves, lab, edge)
    parents, altitudes = merge_rounds(
        graph, ContrastCost(), lambda done: reached(0.25 + 0.45 * done)
    )
    hierarchy = ordered_hierarchy(leaves, parents, altitudes)
    stored = [shape for shape in shapes if shape[0] * shape[1] <= STORED_PIXELS]
    labels = enlarge(hierarchy.leaf_labels, rgb, stored, lambda done: reached(0.7 + 0.3 * done))
    reached(1.0)
    return Hierarchy(labels, hierarchy.parents, hierarchy.altitudes)
