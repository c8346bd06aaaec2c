"""The hierarchy of a photograph of one megapixel, beside scikit-image in the same run."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from core.document.geometry import Size
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser

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
