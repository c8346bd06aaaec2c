"""Build the region hierarchy of an image: edge, leaves, graph, merging, full resolution."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, get_args

import numpy as np

from core.errors import Cancelled
from core.grouping.color import (
    WORK_PIXELS,
    RgbImage,
    octave_shapes,
    resized_while,
    stretched,
)
from core.grouping.enlarging import enlarge
from core.grouping.hierarchy import Hierarchy
from core.grouping.interruption import Check, abandonable
from core.grouping.leaves import (
    ComputeImagePart,
    GroupedPixels,
    by_contrast,
    by_learning,
    by_similarity,
    by_ward,
)
from core.grouping.merging import merge_rounds
from core.grouping.ordering import ordered_hierarchy
from core.grouping.perceptron import bundled_weights
from core.grouping.pixels import AnyImage, as_rgb

STORED_PIXELS = 12_000_000
"""Above this number of pixels labels stay at a smaller scale, to be enlarged where needed."""

Recipe = Literal["learned", "contrast", "ward", "selective-search"]

_UNLEARNED = {"contrast": by_contrast, "ward": by_ward, "selective-search": by_similarity}


def build_hierarchy(
    image: AnyImage,
    *,
    recipe: Recipe = "learned",
    device: str | None = None,
    image_part: ComputeImagePart | None = None,
    stored_pixels: int = STORED_PIXELS,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Hierarchy:
    """Region hierarchy of an image: (height, width) or (height, width, channels), any numbers.

    How values other than RGB bytes are scaled says ``core.grouping.pixels.as_rgb``.
    ``recipe`` is "learned" (the bundled weights) or one without weights: "contrast",
    "ward" (linkage of mean colours) or "selective-search" (its similarities).
    With ``device``, such as "cuda", the learned recipe runs its image part in torch there;
    with ``image_part`` it asks that for it, and computes it itself where it gets none.
    Labels are enlarged as long as they have at most ``stored_pixels``; see ``enlarged``.
    ``progress`` gets fractions from 0 to 1. Raises ``core.errors.Cancelled``
    soon after ``cancelled`` has become true, ValueError for other arrays or
    recipes. The same image gives the same hierarchy.
    """

    def reached(fraction: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(fraction)

    group = _recipe(recipe, device, image_part)
    rgb = rgb_while(image, partial(reached, 0.0))
    reached(0.0)
    shapes = octave_shapes((rgb.shape[0], rgb.shape[1]), WORK_PIXELS)
    stored = stored_shapes(shapes, stored_pixels)
    # All smaller scales are made from the largest one that is needed.
    largest = resized_while(rgb, stored[-1], partial(reached, 0.0))
    small = group_at_work_scale(
        resized_while(largest, stored[0], partial(reached, 0.0)), group, reached
    )
    labels = enlarge(small.leaf_labels, largest, stored, lambda done: reached(0.7 + 0.3 * done))
    reached(1.0)
    return Hierarchy(labels, small.parents, small.altitudes)


def enlarged(
    hierarchy: Hierarchy, image: AnyImage, *, cancelled: Callable[[], bool] | None = None
) -> Hierarchy:
    """The same tree with its labels at the scale at which they are stored at most.

    For a hierarchy of this image built with fewer ``stored_pixels``, so that it
    could be used sooner: every node keeps its number.
    """

    def reached(_fraction: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled

    rgb = as_rgb(image)
    there = hierarchy.leaf_labels.shape
    shapes = stored_shapes(octave_shapes((rgb.shape[0], rgb.shape[1]), WORK_PIXELS), STORED_PIXELS)
    if not wants_enlarging(hierarchy, (rgb.shape[0], rgb.shape[1])):
        return hierarchy
    missing = shapes[shapes.index((there[0], there[1])) :]
    largest = resized_while(rgb, missing[-1], partial(reached, 0.0))
    labels = enlarge(hierarchy.leaf_labels, largest, missing, reached)
    return Hierarchy(labels, hierarchy.parents, hierarchy.altitudes)


def wants_enlarging(hierarchy: Hierarchy, shape: tuple[int, int]) -> bool:
    """Whether ``enlarged`` has something to do for an image of this shape."""
    shapes = stored_shapes(octave_shapes(shape, WORK_PIXELS), STORED_PIXELS)
    return hierarchy.leaf_labels.shape in shapes[:-1]


def stored_shapes(shapes: list[tuple[int, int]], most_pixels: int) -> list[tuple[int, int]]:
    """The scales up to the largest that labels may have; the work scale always."""
    return [shape for shape in shapes if shape is shapes[0] or shape[0] * shape[1] <= most_pixels]


def group_at_work_scale(
    rgb: RgbImage,
    group: Callable[[RgbImage, Check], GroupedPixels],
    reached: Callable[[float], None] = lambda fraction: None,
) -> Hierarchy:
    """Hierarchy whose labels have the size at which grouping works (at most 0.26 megapixels).

    ``reached`` is called with fractions up to 0.7 and may raise to stop.
    """
    shapes = octave_shapes((rgb.shape[0], rgb.shape[1]), WORK_PIXELS)
    small = resized_while(rgb, shapes[0], partial(reached, 0.0))
    pixels = group(stretched(small), partial(reached, 0.1))
    parents, altitudes = merge_rounds(
        pixels.graph, pixels.cost, lambda done: reached(0.3 + 0.4 * done)
    )
    return ordered_hierarchy(pixels.leaves, parents, altitudes)


def rgb_while(image: AnyImage, check: Check) -> RgbImage:
    """As ``as_rgb``; values that have to be stretched can be called off in the middle."""
    if image.dtype == np.uint8 and image.shape[2:] == (3,):
        return as_rgb(image)
    return abandonable(partial(as_rgb, image), check)


def _recipe(
    name: Recipe, device: str | None, image_part: ComputeImagePart | None
) -> Callable[[RgbImage, Check], GroupedPixels]:
    if name not in get_args(Recipe):
        raise ValueError(f"there is no grouping recipe {name!r}")
    if name in _UNLEARNED:
        return _UNLEARNED[name]
    weights = bundled_weights()
    if device is not None:
        from core.grouping import torch_edges

        image_part = partial(torch_edges.image_part, pixel=weights.pixel, device=device)
    return lambda image, check: by_learning(image, weights, check, image_part)
