"""The hierarchy of a photograph of one megapixel, beside scikit-image in the same run."""

from __future__ import annotations

import threading
import time

import cv2
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.errors import Cancelled
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.grouping.recut import recut
from core.grouping.region_proposals import proposals
from core.grouping.selection import RegionSelector
from core.grouping.snapping import reach

pytestmark = pytest.mark.speed

Photograph = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


@pytest.fixture(scope="module")
def photograph() -> Photograph:
    from skimage import data

    enlarged = cv2.resize(data.coffee(), (1200, 833), interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged, np.uint8)


def test_hierarchy_of_one_megapixel(benchmark: BenchmarkFixture, photograph: Photograph) -> None:
    from skimage.segmentation import felzenszwalb

    start = time.process_time()
    felzenszwalb(photograph, scale=200, sigma=0.8)
    reference_s = time.process_time() - start
    build_hierarchy(photograph)
    start = time.process_time()
    build_hierarchy(photograph)
    ours_s = time.process_time() - start
    benchmark.extra_info["felzenszwalb_cpu_s"] = round(reference_s, 3)
    benchmark.extra_info["hierarchy_cpu_s"] = round(ours_s, 3)
    benchmark(build_hierarchy, photograph)
    assert ours_s < reference_s


def test_region_under_the_cursor(benchmark: BenchmarkFixture, photograph: Photograph) -> None:
    browser = RegionBrowser(build_hierarchy(photograph), Size(1200, 833))

    def hover() -> int:
        return browser.region(browser.opening_node(600, 400, 20_000)).area

    assert benchmark(hover) > 0


def test_cancelling_takes_effect_within_a_tenth_of_a_second(
    benchmark: BenchmarkFixture, photograph: Photograph
) -> None:
    """The longest wait after a call to stop, at eight moments spread over the work."""
    large = cv2.resize(photograph, (2400, 1666), interpolation=cv2.INTER_LINEAR)
    start = time.perf_counter()
    build_hierarchy(large)
    whole_s = time.perf_counter() - start
    longest_s = max(_wait_s(large, whole_s * moment / 9) for moment in range(1, 9))
    benchmark.extra_info["longest_wait_ms"] = round(1000 * longest_s)
    benchmark(_wait_s, large, whole_s / 2)
    assert longest_s <= 0.1


def _wait_s(image: Photograph, after_s: float) -> float:
    """CPU seconds from the call to stop until the work has stopped; 0 when it was done before."""
    stop, stopped_at = threading.Event(), [0.0]

    def call() -> None:
        stopped_at[0] = time.process_time()
        stop.set()

    timer = threading.Timer(after_s, call)
    timer.start()
    try:
        build_hierarchy(image, cancelled=stop.is_set)
    except Cancelled:
        return time.process_time() - stopped_at[0]
    finally:
        timer.cancel()
        timer.join()
    return 0.0


def test_region_proposals(benchmark: BenchmarkFixture, photograph: Photograph) -> None:
    hierarchy = build_hierarchy(photograph)
    assert len(benchmark(proposals, hierarchy, Size(1200, 833))) == 100


def test_regions_of_a_box(benchmark: BenchmarkFixture, photograph: Photograph) -> None:
    browser = RegionBrowser(build_hierarchy(photograph), Size(1200, 833))
    selector = RegionSelector.of(browser)
    assert benchmark(selector.in_box, Box(300, 200, 500, 400))


def test_reach_of_a_mask(benchmark: BenchmarkFixture, photograph: Photograph) -> None:
    browser = RegionBrowser(build_hierarchy(photograph), Size(1200, 833))
    mask = Mask.from_array(np.ones((400, 500)), 300, 200)
    assert benchmark(reach, mask, browser).best_overlap > 0.8


def test_recut_of_a_node(benchmark: BenchmarkFixture, photograph: Photograph) -> None:
    browser = RegionBrowser(build_hierarchy(photograph), Size(1200, 833))
    stroke = np.array([[600.0, 0.0], [600.0, 833.0]])
    divided = benchmark(recut, browser, browser.hierarchy.root, stroke)
    assert len(divided.sides) >= 2
