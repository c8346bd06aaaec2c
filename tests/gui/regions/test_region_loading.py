"""Regions of the picture on the screen and of the next ones, kept by content."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from core.document.geometry import Size
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.grouping.interruption import Check
from core.grouping.leaves import ImagePart
from core.imaging.arrays import RgbImage
from core.tasks.queue import TaskQueue
from gui.pictures.image_loading import LoadedImage
from gui.regions.image_regions import RegionChoice
from gui.regions.region_loading import KEPT, RegionLoader
from tests.core.grouping.pictures import shapes_picture
from tests.gui.regions.squares import project_of_squares, regions_of
from tests.gui.windows import main_window


class Shelf:
    """A cache in memory that counts what it gave."""

    def __init__(self) -> None:
        self.records: dict[str, bytes] = {}
        self.hits = 0

    def cached_regions(self, key: str) -> bytes | None:
        found = self.records.get(key)
        self.hits += found is not None
        return found

    def cache_regions(self, key: str, record: bytes) -> None:
        self.records[key] = record


def _image(number: int, digest: str = "") -> LoadedImage:
    rgb = shapes_picture(40, 50, seed=number)
    return LoadedImage(number, Size(50, 40), (), rgb, digest or f"digest {number}")


def test_regions_are_kept_by_the_content_of_the_picture(tasks: TaskQueue, qtbot: QtBot) -> None:
    shelf = Shelf()
    first = RegionLoader(tasks, cache=shelf)
    first.request(_image(1))
    qtbot.waitUntil(lambda: first.get(1) is not None, timeout=10_000)
    again = RegionLoader(tasks, cache=shelf)
    again.request(_image(7, "digest 1"))
    qtbot.waitUntil(lambda: again.get(7) is not None, timeout=10_000)
    assert shelf.hits == 1
    one, other = first.get(1), again.get(7)
    assert one is not None
    assert other is not None
    assert np.array_equal(one.hierarchy.leaf_labels, other.hierarchy.leaf_labels)


def test_a_damaged_record_is_computed_anew(tasks: TaskQueue, qtbot: QtBot) -> None:
    shelf = Shelf()
    shelf.records[RegionChoice().key("digest 1")] = b"not regions"
    loader = RegionLoader(tasks, cache=shelf)
    loader.request(_image(1))
    qtbot.waitUntil(lambda: loader.get(1) is not None, timeout=10_000)
    assert shelf.records[RegionChoice().key("digest 1")] != b"not regions"


def test_the_engine_is_asked_for_what_looks_at_pixels_first(tasks: TaskQueue, qtbot: QtBot) -> None:
    asked: list[RgbImage] = []

    def halves(image: RgbImage, _check: Check) -> ImagePart | None:
        asked.append(image)
        leaves = np.zeros(image.shape[:2], np.int32)
        leaves[:, 25:] = 1
        return ImagePart(np.zeros(image.shape[:2], np.float32), leaves)

    loader = RegionLoader(tasks, image_part=halves)
    loader.request(_image(1))
    qtbot.waitUntil(lambda: loader.get(1) is not None, timeout=10_000)
    found = loader.get(1)
    assert found is not None
    assert [image.shape for image in asked] == [(40, 50, 3)]
    assert found.hierarchy.leaf_count == 2


def test_without_an_answer_of_the_engine_the_regions_are_the_usual_ones(
    tasks: TaskQueue, qtbot: QtBot
) -> None:
    plain = RegionLoader(tasks)
    loader = RegionLoader(tasks, image_part=lambda _image, _check: None)
    plain.request(_image(1))
    qtbot.waitUntil(lambda: plain.get(1) is not None, timeout=10_000)
    loader.request(_image(1))
    qtbot.waitUntil(lambda: loader.get(1) is not None, timeout=10_000)
    expected, found = plain.get(1), loader.get(1)
    assert expected is not None
    assert found is not None
    assert np.array_equal(found.hierarchy.leaf_labels, expected.hierarchy.leaf_labels)


def test_only_the_next_two_are_computed_ahead(tasks: TaskQueue, qtbot: QtBot) -> None:
    loader = RegionLoader(tasks)
    loader.request(_image(1))
    loader.look_ahead([2, 3, 4])
    for number in (4, 3, 2):
        loader.prepare(_image(number))
    qtbot.waitUntil(
        lambda: all(loader.get(number) is not None for number in (1, 2, 3)), timeout=10_000
    )
    assert loader.get(4) is None
    shown: list[int] = []
    loader.ready.connect(lambda number, _browser: shown.append(number))
    loader.request(_image(2))
    assert shown == [2]


def test_what_is_no_longer_next_is_called_off(tasks: TaskQueue, qtbot: QtBot) -> None:
    loader = RegionLoader(tasks)
    loader.look_ahead([2, 3])
    loader.prepare(_image(2))
    loader.look_ahead([5, 6])
    loader.prepare(_image(5))
    qtbot.waitUntil(lambda: loader.get(5) is not None, timeout=10_000)
    assert loader.get(2) is None


def test_an_image_that_is_wanted_while_it_is_computed_ahead_comes(
    tasks: TaskQueue, qtbot: QtBot
) -> None:
    loader = RegionLoader(tasks)
    shown: list[int] = []
    loader.ready.connect(lambda number, _browser: shown.append(number))
    loader.look_ahead([2])
    loader.prepare(_image(2))
    loader.request(_image(2))
    qtbot.waitUntil(lambda: shown == [2], timeout=10_000)


def test_not_all_images_ever_seen_are_held(tasks: TaskQueue, qtbot: QtBot) -> None:
    loader = RegionLoader(tasks)
    shown: list[int] = []
    loader.ready.connect(lambda number, _browser: shown.append(number))
    for number in range(1, KEPT + 3):
        loader.request(_image(number))
        qtbot.waitUntil(lambda: len(shown) == number, timeout=10_000)  # noqa: B023 - at once
    assert loader.get(1) is None
    assert sum(loader.get(number) is not None for number in range(1, KEPT + 3)) == KEPT


def test_the_window_has_the_next_image_ready(qtbot: QtBot, tmp_path: Path) -> None:
    with project_of_squares(tmp_path) as project, main_window(project, tmp_path) as window:
        regions_of(qtbot, window)
        qtbot.waitUntil(lambda: window.bench.regions.source(2) is not None, timeout=10_000)
        assert window.bench.session.image is not None
        assert window.bench.session.image.id == 1


def test_a_large_picture_has_regions_early_and_finer_ones_of_the_same_nodes_after(
    tasks: TaskQueue, qtbot: QtBot
) -> None:
    rgb = np.full((1760, 2200, 3), 60, np.uint8)
    rgb[400:900, 500:1400] = (200, 120, 40)
    shelf = Shelf()
    loader = RegionLoader(tasks, cache=shelf)
    shown: list[RegionBrowser] = []
    loader.ready.connect(lambda _number, browser: shown.append(browser))
    loader.request(LoadedImage(1, Size(2200, 1760), (), rgb, "large"))
    with qtbot.waitSignal(loader.combined, timeout=20_000):
        pass
    assert len(shown) == 2
    early, late = (browser.hierarchy for browser in shown)
    assert early.leaf_labels.size < late.leaf_labels.size == rgb.shape[0] * rgb.shape[1]
    assert np.array_equal(early.parents, late.parents)
    assert list(shelf.records) == [RegionChoice().key("large")]


def test_borders_that_were_shown_roughly_are_moved_when_the_pointer_rests(
    tasks: TaskQueue, qtbot: QtBot
) -> None:
    loader = RegionLoader(tasks)
    picture = shapes_picture(80, 100)
    small = build_hierarchy(picture[::2, ::2])
    browser = RegionBrowser(small, Size(100, 80), picture)
    loader.replace(1, browser, "", b"")
    source = loader.source(1)
    assert source is not None
    node = source.opening_node(50, 40, None)

    with qtbot.waitSignal(loader.sharpened):
        rough = source.glance(node)

    assert source.is_sharp(node)
    assert source.glance(node) == browser.region(node)
    assert rough.intersected(source.region(node)).area > 0
