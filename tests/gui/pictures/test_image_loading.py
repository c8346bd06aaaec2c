from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from core.document.images import ImageRecord
from core.errors import MaskwrightError
from core.tasks.queue import TaskQueue
from gui.pictures import image_loading
from gui.pictures.image_loading import ImageLoader, LoadedImage
from tests.core.project.pictures import write_picture


@pytest.fixture
def images(tmp_path: Path) -> list[ImageRecord]:
    for number in range(1, 6):
        write_picture(tmp_path / f"{number}.png", value=40 * number)
    return [ImageRecord(number, f"{number}.png") for number in range(1, 6)]


@pytest.fixture
def loader(tmp_path: Path, tasks: TaskQueue) -> ImageLoader:
    return ImageLoader(tmp_path, tasks)


def _loaded(loader: ImageLoader) -> list[LoadedImage]:
    found: list[LoadedImage] = []
    loader.loaded.connect(found.append)
    return found


def test_a_small_picture_comes_whole_at_once(
    loader: ImageLoader, images: list[ImageRecord], qtbot: QtBot
) -> None:
    found = _loaded(loader)
    loader.show(images[0], [])
    qtbot.waitUntil(lambda: len(found) == 1)
    assert found[0].rgb is not None
    assert found[0].rgb.shape == (30, 40, 3)
    assert int(found[0].rgb[0, 0, 0]) == 40
    assert len(found[0].digest) == 32
    assert loader.get(1) is found[0]


def test_a_large_photograph_is_seen_before_it_is_decoded(
    tmp_path: Path, loader: ImageLoader, qtbot: QtBot
) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1700, 2500), np.uint8)
    Image.fromarray(np.dstack([noise] * 3)).save(tmp_path / "large.jpg", quality=60)
    found = _loaded(loader)
    loader.show(ImageRecord(9, "large.jpg"), [])
    qtbot.waitUntil(lambda: len(found) == 2, timeout=20_000)
    preview, full = found
    assert preview.rgb is None
    assert preview.levels[0].shape[1] < 2500
    assert preview.size == full.size
    assert full.rgb is not None
    assert full.rgb.shape == (1700, 2500, 3)


def test_neighbours_are_decoded_ahead(
    loader: ImageLoader, images: list[ImageRecord], qtbot: QtBot
) -> None:
    found = _loaded(loader)
    loader.show(images[0], images[1:3])
    qtbot.waitUntil(lambda: loader.get(2) is not None and loader.get(3) is not None)
    assert [image.image_id for image in found] == [1], "only the wanted one goes to the screen"
    loader.show(images[1], [])
    assert [image.image_id for image in found] == [1, 2], "without waiting"


def test_only_the_picture_that_is_wanted_last_is_shown(
    loader: ImageLoader, images: list[ImageRecord], qtbot: QtBot
) -> None:
    found = _loaded(loader)
    for image in images:
        loader.show(image, [])
    qtbot.waitUntil(lambda: bool(found) and found[-1].image_id == 5)
    assert {image.image_id for image in found} == {5}


def test_memory_stays_within_its_budget(
    loader: ImageLoader,
    images: list[ImageRecord],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = _loaded(loader)
    loader.show(images[0], [])
    qtbot.waitUntil(lambda: len(found) == 1)
    monkeypatch.setattr(image_loading, "MEMORY_BUDGET_BYTES", found[0].byte_count * 2)
    for image in images[1:]:
        with qtbot.waitSignal(loader.loaded):
            loader.show(image, [])
    assert [image.id for image in images if loader.get(image.id)] == [4, 5]


def test_a_broken_picture_is_told_and_a_broken_neighbour_is_not(
    tmp_path: Path, loader: ImageLoader, images: list[ImageRecord], qtbot: QtBot
) -> None:
    (tmp_path / "2.png").write_bytes(b"no picture")
    failures: list[tuple[ImageRecord, MaskwrightError]] = []
    loader.failed.connect(lambda image, error: failures.append((image, error)))
    loader.show(images[0], images[1:3])
    qtbot.waitUntil(lambda: loader.get(1) is not None and loader.get(3) is not None)
    assert failures == []
    loader.show(images[1], [])
    qtbot.waitUntil(lambda: len(failures) == 1)
    assert "2.png" in str(failures[0][1])


def test_a_picture_that_was_left_while_it_was_decoded_is_decoded_ahead(
    tmp_path: Path, loader: ImageLoader, images: list[ImageRecord], qtbot: QtBot
) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1700, 2500), np.uint8)
    Image.fromarray(np.dstack([noise] * 3)).save(tmp_path / "large.jpg", quality=60)
    large = ImageRecord(9, "large.jpg")
    with qtbot.waitSignal(loader.loaded):
        loader.show(large, [])
    loader.show(images[0], [large])
    qtbot.waitUntil(lambda: loader.get(9) is not None)


def test_images_passed_by_are_not_looked_ahead_from(
    loader: ImageLoader, images: list[ImageRecord], qtbot: QtBot
) -> None:
    kept: list[int] = []
    loader.kept.connect(lambda found: kept.append(found.image_id))

    loader.show(images[0], images[1:2])
    loader.show(images[3], [images[2]])

    qtbot.waitUntil(lambda: set(kept) == {images[3].id, images[2].id})
