from __future__ import annotations

import time
from functools import partial

import numpy as np
import pytest

from core.grouping import build_hierarchy, torch_edges
from core.grouping.build import group_at_work_scale
from core.grouping.channels import edge_channels
from core.grouping.color import stretched, to_lab
from core.grouping.leaves import (
    ComputeImagePart,
    by_learning,
    learned_edge,
    learned_leaves,
)
from core.grouping.perceptron import bundled_weights
from core.grouping.watershed import descent_watershed
from core.training.grouping.covering import cover, summarise
from tests.core.grouping.pictures import Picture, noise_picture, shapes_picture
from tests.core.grouping.test_hierarchy import assert_is_a_tree

torch = pytest.importorskip("torch")

EDGE_TOLERANCE = 0.001
CHANNEL_TOLERANCE = 0.005

PICTURES: dict[str, Picture] = {
    "even sides": shapes_picture(120, 160),
    "odd sides": shapes_picture(121, 157, seed=3),
    "noise": noise_picture(41, 52),
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "a row": noise_picture(1, 40),
    "constant": np.full((30, 40, 3), 77, np.uint8),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_edge_is_that_of_numpy(name: str) -> None:
    lab = to_lab(PICTURES[name])
    channels = torch_edges.edge_channels(torch.from_numpy(lab.transpose(2, 0, 1).copy()))
    assert np.abs(channels.numpy() - edge_channels(lab)).max() < CHANNEL_TOLERANCE
    pixel = bundled_weights().pixel
    edge = torch_edges.edge_of(channels, pixel).numpy()
    assert np.abs(edge - learned_edge(lab, pixel)).max() < EDGE_TOLERANCE


def in_torch(device: str) -> ComputeImagePart:
    return partial(torch_edges.image_part, pixel=bundled_weights().pixel, device=device)


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def test_the_image_part_is_that_of_the_cpu_within_the_tolerance(device: str) -> None:
    """On whatever device: the same edge, and the exact watershed of the height made from it."""
    picture = stretched(shapes_picture(300, 400, seed=11))
    part = in_torch(device)(picture, lambda: None)
    assert part is not None
    lab = to_lab(picture)
    assert part.edge.dtype == np.float32
    assert np.abs(part.edge - learned_edge(lab, bundled_weights().pixel)).max() < EDGE_TOLERANCE
    ours, expected = part.leaves, learned_leaves(lab, part.edge)
    assert ours.dtype == np.int32
    assert abs(int(ours.max()) - int(expected.max())) < 0.02 * expected.max()
    beside = ours[:, 1:] != ours[:, :-1]
    assert (beside != (expected[:, 1:] != expected[:, :-1])).mean() < 0.01


@pytest.mark.gpu
def test_a_gpu_does_a_megapixel_in_ten_milliseconds() -> None:
    """A picture of one megapixel is looked at at the work scale."""
    picture = stretched(shapes_picture(430, 600, seed=5))
    compute = in_torch("cuda")
    for _ in range(3):
        compute(picture, lambda: None)
    begun = time.perf_counter()
    for _ in range(10):
        compute(picture, lambda: None)
    assert (time.perf_counter() - begun) / 10 <= 0.010


@pytest.mark.parametrize("steps", [3, 40, 4096])
@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1), (37, 52)])
def test_the_watershed_is_the_same_exactly(shape: tuple[int, int], steps: int) -> None:
    height = np.random.default_rng(steps).integers(0, steps, shape).astype(np.float32)
    found = torch_edges.descent_watershed(torch.from_numpy(height)).numpy()
    assert np.array_equal(found, descent_watershed(height))


def test_its_hierarchy_says_the_same() -> None:
    picture, weights = shapes_picture(200, 260, seed=7), bundled_weights()
    ours = group_at_work_scale(
        picture, lambda image, check: by_learning(image, weights, check, in_torch("cpu"))
    )
    other = group_at_work_scale(
        picture, lambda image, between: by_learning(image, weights, between)
    )
    assert_is_a_tree(ours)
    assert abs(ours.leaf_count - other.leaf_count) < 0.02 * other.leaf_count
    coarse = other.leaf_labels // 40
    scores = [summarise([cover(tree, [coarse])]) for tree in (ours, other)]
    assert abs(scores[0].best - scores[1].best) < 0.02


def test_the_device_is_chosen_when_building() -> None:
    picture = shapes_picture(500, 620)
    hierarchy = build_hierarchy(picture, device="cpu")
    assert_is_a_tree(hierarchy)
    expected = build_hierarchy(picture)
    assert abs(hierarchy.leaf_count - expected.leaf_count) < 0.02 * expected.leaf_count
