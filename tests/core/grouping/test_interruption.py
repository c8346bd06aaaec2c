"""Whatever is done with regions can be called off soon: counted, not timed.

``tests/speed`` has the milliseconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
import skimage.segmentation

from core.document.geometry import Size
from core.document.mask import Mask, PixelBox
from core.errors import Cancelled
from core.grouping import build_hierarchy, color
from core.grouping.browser import RegionBrowser
from core.grouping.build import Recipe, enlarged
from core.grouping.interruption import Check, abandonable, unchecked
from core.grouping.merging import merge_rounds
from core.grouping.recut import recut
from core.grouping.refining import refine
from core.grouping.region_graph import RegionGraph, SumArray
from core.grouping.region_proposals import proposals
from core.grouping.selection import RegionSelector
from core.grouping.sharpening import sharpen
from core.grouping.snapping import snap
from core.grouping.storage import to_bytes
from core.grouping.superpixel_methods import SuperpixelMethod, build_superpixel_hierarchy
from tests.core.grouping.pictures import shapes_picture

HEIGHT, WIDTH = 130, 170
MOST_VALUES = 1_000_000
"""Sums of regions that one cost may look at."""
PICTURE = shapes_picture(HEIGHT, WIDTH, seed=4)
LARGE = shapes_picture(540, 560)
SIZE = Size(WIDTH, HEIGHT)
HALF = Mask.from_array(np.ones((HEIGHT // 2, WIDTH // 2), np.bool_), 30, 30)


@pytest.fixture(scope="module")
def browser() -> RegionBrowser:
    return RegionBrowser(build_hierarchy(PICTURE), SIZE, PICTURE)


def as_question(check: Check) -> Callable[[], bool]:
    def cancelled() -> bool:
        check()
        return False

    return cancelled


def building(recipe: Recipe) -> Callable[[RegionBrowser, Check], object]:
    def work(_browser: RegionBrowser, check: Check) -> None:
        build_hierarchy(PICTURE, recipe=recipe, cancelled=as_question(check))

    return work


def gathering(method: SuperpixelMethod) -> Callable[[RegionBrowser, Check], object]:
    def work(_browser: RegionBrowser, check: Check) -> None:
        build_superpixel_hierarchy(PICTURE, 40, method=method, cancelled=as_question(check))

    return work


def enlarging(_browser: RegionBrowser, check: Check) -> None:
    tree = build_hierarchy(LARGE, recipe="contrast", stored_pixels=1)
    enlarged(tree, LARGE, cancelled=as_question(check))


def sharpening(browser: RegionBrowser, check: Check) -> None:
    sharpen([HALF] * 10, browser, None, check)


def refining(browser: RegionBrowser, check: Check) -> None:
    whole = PixelBox(0, 0, WIDTH, HEIGHT)
    refine(browser, PICTURE, whole, cancelled=as_question(check))


def splitting(browser: RegionBrowser, check: Check) -> None:
    across = np.array([[WIDTH / 2, 0.0], [WIDTH / 2, HEIGHT]])
    recut(browser, browser.hierarchy.root, across, check)


def proposing(browser: RegionBrowser, check: Check) -> None:
    proposals(browser.hierarchy, SIZE, check=check)


def snapping(browser: RegionBrowser, check: Check) -> None:
    snap(HALF, browser, check)


def keeping(browser: RegionBrowser, check: Check) -> None:
    to_bytes(browser.hierarchy, check)


WORK: dict[str, tuple[int, Callable[[RegionBrowser, Check], object]]] = {
    "learned": (30, building("learned")),
    "contrast": (15, building("contrast")),
    "ward": (15, building("ward")),
    "selective search": (40, building("selective-search")),
    "slic": (30, gathering("slic")),
    "watershed": (30, gathering("watershed")),
    "felzenszwalb": (30, gathering("felzenszwalb")),
    "finer labels": (15, enlarging),
    "refining": (50, refining),
    "splitting": (20, splitting),
    "combining": (150, RegionSelector.of),
    "proposing": (200, proposing),
    "snapping": (20, snapping),
    "sharpening": (200, sharpening),
    "keeping": (3, keeping),
}
"""What is done with regions, and how often it has to ask whether it is still wanted."""


@pytest.mark.parametrize("name", WORK)
def test_work_asks_often_whether_it_is_wanted_and_stops_at_any_time(
    name: str, browser: RegionBrowser
) -> None:
    least, work = WORK[name]
    asked = 0

    def count() -> None:
        nonlocal asked
        asked += 1

    work(browser, count)
    assert asked >= least
    for stop_at in (1, least // 2, least):
        left = stop_at

        def stop() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Cancelled

        with pytest.raises(Cancelled):
            work(browser, stop)
        assert left == 0


@pytest.mark.parametrize("columns", [20, 400])
def test_costs_are_asked_for_in_parts_of_bounded_size(columns: int) -> None:
    """Before the first merge there are very many pairs, and each has very many sums."""
    seen: list[int] = []
    asked_before: list[int] = []
    asked = 0

    def cost(first: SumArray, second: SumArray, border: SumArray) -> SumArray:
        seen.append(first.size)
        asked_before.append(asked)
        return np.abs(first[:, 0] - second[:, 0])

    def count(_share: float) -> None:
        nonlocal asked
        asked += 1

    count_of_regions = 9_000
    chain = np.stack([np.arange(count_of_regions - 1), np.arange(1, count_of_regions)], axis=1)
    sums = np.random.default_rng(0).random((count_of_regions, columns))
    graph = RegionGraph(sums, chain.astype(np.int32), np.ones((len(chain), 3)))
    parents, _ = merge_rounds(graph, cost, count)
    assert len(parents) == 2 * count_of_regions - 1
    assert max(seen) <= MOST_VALUES
    assert len(set(asked_before)) == len(asked_before)


class LastingCall:
    """Stands for a call into a C library: it does not end before the test says so."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self, *_arguments: object, **_options: object) -> np.ndarray:
        self.begun.set()
        assert self.may_end.wait(30)
        return np.zeros((1, 1), np.int32)


@pytest.fixture
def lasting() -> LastingCall:
    return LastingCall()


@pytest.mark.parametrize("method", ["slic", "watershed", "felzenszwalb"])
def test_who_calls_off_does_not_wait_for_a_library(
    method: SuperpixelMethod, lasting: LastingCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skimage.segmentation, method, lasting)
    with pytest.raises(Cancelled):
        build_superpixel_hierarchy(
            PICTURE[:40, :40], 12, method=method, cancelled=lasting.begun.is_set
        )
    lasting.may_end.set()


def test_who_calls_off_does_not_wait_for_a_large_picture_to_be_reduced(
    lasting: LastingCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(color, "_LARGE_VALUES", 0)
    monkeypatch.setattr(color, "resized", lasting)
    with pytest.raises(Cancelled):
        build_hierarchy(shapes_picture(600, 700), cancelled=lasting.begun.is_set)
    lasting.may_end.set()


def test_what_a_call_gives_or_raises_comes_through() -> None:
    assert abandonable(lambda: 7, lambda: None) == 7
    assert abandonable(lambda: 8, unchecked) == 8
    with pytest.raises(ZeroDivisionError):
        abandonable(lambda: 1 // 0, lambda: None)
