"""The hierarchy of a photograph of one megapixel, beside scikit-image in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import get_args

import cv2
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from core.document.geometry import Box, Size
from core.document.mask import Mask, PixelBox
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.grouping.build import Recipe, enlarged
from core.grouping.interruption import Check
from core.grouping.recut import recut
from core.grouping.refining import refine
from core.grouping.region_proposals import proposals
from core.grouping.selection import RegionSelector
from core.grouping.sharpening import sharpen
from core.grouping.snapping import reach, snap
from core.grouping.storage import to_bytes
from core.grouping.superpixel_methods import SuperpixelMethod, build_superpixel_hierarchy
from gui.canvas.layers.raster import blank
from gui.canvas.layers.superpixel_boundaries import Superpixels, draw_boundaries
from gui.canvas.layers.window import RenderWindow
from gui.regions.region_loading import FIRST_PIXELS

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


@pytest.mark.parametrize(("width", "height"), [(1200, 833), (6000, 4000)], ids=["1 MP", "24 MP"])
def test_cancelling_takes_effect_within_a_tenth_of_a_second(
    benchmark: BenchmarkFixture, photograph: Photograph, width: int, height: int
) -> None:
    """The longest work between two questions whether it is wanted, of all that is done."""
    image = np.asarray(cv2.resize(photograph, (width, height), interpolation=cv2.INTER_CUBIC))
    longest = longest_steps_s(image)
    benchmark.extra_info["longest_step_ms"] = {
        name: round(1000 * seconds) for name, seconds in longest.items()
    }
    benchmark(build_hierarchy, image, stored_pixels=FIRST_PIXELS, cancelled=lambda: False)
    assert max(longest.values()) <= 0.1


def longest_steps_s(image: Photograph) -> dict[str, float]:
    """For every kind of work on regions the CPU seconds of its longest step."""
    height, width = image.shape[:2]
    size = Size(width, height)
    tree = build_hierarchy(image)
    browser = RegionBrowser(tree, size, image)
    mask = Mask.from_array(np.ones((height // 2, width // 2), np.bool_), width // 4, height // 4)
    across = np.array([[width / 2, 0.0], [width / 2, height]])
    whole = PixelBox(0, 0, width, height)
    work: dict[str, Callable[[Check], object]] = {
        **{recipe: partial(_built, image, recipe) for recipe in get_args(Recipe)},
        **{
            method: partial(_gathered, image, method)
            for method in get_args(SuperpixelMethod)
            if method != "hierarchy"
        },
        "first use": partial(_built_for_first_use, image),
        "refine": lambda check: refine(browser, image, whole, cancelled=_question(check)),
        "split": lambda check: recut(browser, tree.root, across, check),
        "combine": lambda check: RegionSelector.of(browser, check),
        "propose": lambda check: proposals(tree, size, check=check),
        "snap": lambda check: snap(mask, browser, check),
        "sharpen": lambda check: sharpen([mask] * 5, browser, None, check),
        "keep": lambda check: to_bytes(tree, check),
    }
    return {name: _longest_step_s(job) for name, job in work.items()}


def _question(check: Check) -> Callable[[], bool]:
    def cancelled() -> bool:
        check()
        return False

    return cancelled


def _built(image: Photograph, recipe: Recipe, check: Check) -> None:
    build_hierarchy(image, recipe=recipe, cancelled=_question(check))


def _gathered(image: Photograph, method: SuperpixelMethod, check: Check) -> None:
    build_superpixel_hierarchy(image, 500, method=method, cancelled=_question(check))


def _built_for_first_use(image: Photograph, check: Check) -> None:
    tree = build_hierarchy(image, stored_pixels=FIRST_PIXELS, cancelled=_question(check))
    enlarged(tree, image, cancelled=_question(check))


def _longest_step_s(job: Callable[[Check], object]) -> float:
    steps: list[float] = []
    last = time.process_time()

    def check() -> None:
        nonlocal last
        now = time.process_time()
        steps.append(now - last)
        last = now

    job(check)
    check()
    return max(steps)


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


def _best_cpu_s(work: Callable[[], object], repeats: int = 5) -> float:
    """The least CPU time of several runs: what the work costs on a machine that is busy."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def _enlarged(photograph: Photograph, width: int, height: int) -> Photograph:
    larger = cv2.resize(photograph, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(larger, np.uint8)


@pytest.mark.parametrize(
    ("width", "height", "most_s"), [(481, 321, 0.2), (1200, 833, 0.45)], ids=["0.15 MP", "1 MP"]
)
def test_a_hierarchy_is_there_in_time(
    benchmark: BenchmarkFixture, photograph: Photograph, width: int, height: int, most_s: float
) -> None:
    image = np.asarray(cv2.resize(photograph, (width, height), interpolation=cv2.INTER_AREA))
    benchmark(build_hierarchy, image)
    assert _best_cpu_s(lambda: build_hierarchy(image)) <= most_s


def test_regions_of_24_megapixels_can_be_used_within_a_second(
    benchmark: BenchmarkFixture, photograph: Photograph
) -> None:
    image = _enlarged(photograph, 6000, 4000)
    size = Size(6000, 4000)

    def first_use() -> int:
        tree = build_hierarchy(image, stored_pixels=FIRST_PIXELS)
        browser = RegionBrowser(tree, size, image)
        return browser.region(browser.opening_node(3000, 2000)).area

    benchmark(first_use)
    assert _best_cpu_s(first_use, 3) <= 1.0


def test_hovering_finds_the_region_and_its_pixels_in_time(
    benchmark: BenchmarkFixture, photograph: Photograph
) -> None:
    image = _enlarged(photograph, 2450, 1633)
    browser = RegionBrowser(build_hierarchy(image), Size(2450, 1633), image)
    places = [(x, y) for x in range(50, 2450, 240) for y in range(50, 1633, 160)]

    def find() -> None:
        for x, y in places:
            browser.levels(browser.leaf_at(x, y))

    nodes = [browser.opening_node(x, y, 40_000) for x, y in places]

    def draw() -> None:
        for node in nodes:
            browser.region(node)

    benchmark(find)
    assert _best_cpu_s(find) / len(places) <= 0.0001
    assert _best_cpu_s(draw) / len(places) <= 0.005


@pytest.mark.parametrize("count", [100, 4000])
def test_the_slider_cuts_four_megapixels_within_a_frame(
    benchmark: BenchmarkFixture, photograph: Photograph, count: int
) -> None:
    """The cut, and its outlines over a canvas of 1900 × 1060 at 100 %."""
    image = _enlarged(photograph, 2450, 1633)
    size = Size(2450, 1633)
    browser = RegionBrowser(build_hierarchy(image), size, image)
    window = RenderWindow(1.0, PixelBox(0, 0, 1900, 1060))
    tree = browser.hierarchy

    def cut() -> None:
        shown = Superpixels(tree.leaf_labels, browser.ranges.regions_of_count(tree, count))
        draw_boundaries(blank(window), shown, size, window, 1)

    benchmark(cut)
    assert _best_cpu_s(cut, 9) <= 0.016
