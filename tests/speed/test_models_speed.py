"""Soft masks into large pictures, a slider over a pool, and the merge of tiles; no network."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.models.pasting import paste_mask
from core.models.pooling import PoolSettings, find_overlaps, pool
from core.models.proposal import Proposal
from core.models.tiling import TileFinding, merge_findings

pytestmark = pytest.mark.speed
LARGE = Size(6000, 4000)
PASTE_CPU_S = 0.3
PASTE_BYTES = 100_000_000
FRAME_S = 1 / 30


def random_boxes(count: int, side_px: float, size: Size) -> list[Box]:
    rng = np.random.default_rng(0)
    sides = side_px * rng.uniform(0.7, 1.3, (count, 2))
    places = rng.uniform(0, 1, (count, 2)) * (size.width - side_px, size.height - side_px)
    return [Box(*map(float, (*place, *side))) for place, side in zip(places, sides, strict=True)]


@pytest.mark.parametrize("side_px", [150, 400, 700])
def test_a_hundred_masks_into_24_megapixels(benchmark: Any, side_px: int) -> None:
    """The largest of these cover the picture twice."""
    values = np.random.default_rng(1).random((100, 28, 28), np.float32)
    boxes = random_boxes(100, side_px, LARGE)

    def paste() -> list[Mask]:
        return [paste_mask(grid, box, LARGE) for grid, box in zip(values, boxes, strict=True)]

    benchmark.pedantic(paste, rounds=5)
    begun = time.process_time()
    paste()
    assert time.process_time() - begun <= PASTE_CPU_S
    tracemalloc.start()
    paste()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak <= PASTE_BYTES


def crowd(count: int) -> list[Proposal]:
    """Candidates of three models that agree about many objects."""
    rng = np.random.default_rng(2)
    boxes = random_boxes(count // 3, 60, Size(2000, 1500))
    items = []
    for number in range(count):
        box = boxes[number % len(boxes)].moved(*map(float, rng.integers(-8, 8, 2)))
        mask = Mask.from_array(
            np.ones((round(box.height), round(box.width))), round(box.x), round(box.y)
        )
        source = ("masks", "boxes", "regions")[number % 3]
        geometry = box if source == "boxes" else mask
        items.append(Proposal(number, geometry, float(rng.random()), "cell", source))
    return items


def test_a_slider_over_a_thousand_candidates(benchmark: Any) -> None:
    items = crowd(1000)
    overlaps = find_overlaps(items)
    scores = iter(np.linspace(0, 1, 10_000).tolist())
    benchmark(lambda: pool(items, overlaps, PoolSettings(score=next(scores))))
    assert benchmark.stats.stats.median < FRAME_S


def test_overlaps_of_a_thousand_candidates(benchmark: Any) -> None:
    items = crowd(1000)
    benchmark.pedantic(lambda: find_overlaps(items), rounds=3)


def test_merging_five_thousand_candidates_of_tiles(benchmark: Any) -> None:
    found = [TileFinding(item, item.id % 24, is_cut=item.id % 5 == 0) for item in crowd(5001)]
    benchmark.pedantic(lambda: merge_findings(found), rounds=2)
