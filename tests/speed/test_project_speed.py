"""How fast a large project opens and how little an autosave costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.document.annotation import Annotation
from core.document.change import Change, ImageChange, MaskEdit
from core.document.geometry import Polygon, Size
from core.document.mask import Mask
from core.document.mask_patch import MaskPatch
from core.project import creation
from core.project.opening import open_source
from core.project.project import Project
from core.project.records import NewImage
from tests.core.project.pictures import add, new_project, shape

pytestmark = [pytest.mark.speed, pytest.mark.timeout(600)]

_IMAGES = 100_000
_PER_IMAGE = 10
_MASKS = 50


@pytest.fixture(scope="module")
def large_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100,000 images with 1,000,000 polygons; the pictures themselves do not exist."""
    folder = tmp_path_factory.mktemp("large")
    images = tuple(
        NewImage(number, f"folder{number % 100}/picture{number:06}.jpg", Size(640, 480))
        for number in range(1, _IMAGES + 1)
    )
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    outline = np.stack([np.cos(angles), np.sin(angles)], axis=1) * 30 + 100
    plain = creation.plain_contents((), "tester")
    contents = creation.ProjectContents(
        images,
        plain.layers,
        plain.labels,
        {
            image.id: tuple(
                Annotation(image.id * 100 + place, 1, 1, Polygon.from_points(outline + place))
                for place in range(_PER_IMAGE)
            )
            for image in images
        },
    )
    path = folder / "large.maskwright"
    creation.write_project(path, folder, contents)
    return path


def test_a_project_of_100_000_images_opens(large_project: Path, benchmark: Any) -> None:
    def open_and_close() -> Project:
        project = Project.open(large_project, author="tester")
        project.close()
        return project

    project = benchmark.pedantic(open_and_close, rounds=5)

    assert len(project.images) == _IMAGES
    assert benchmark.stats.stats.min < 0.5


def test_the_annotations_of_one_image(large_project: Path, benchmark: Any) -> None:
    project = Project.open(large_project, author="tester")
    numbers = iter(np.random.default_rng(0).permutation(_IMAGES) + 1)

    document = benchmark.pedantic(lambda: project.history.document(int(next(numbers))), rounds=200)

    project.close()
    assert len(document.annotations) == _PER_IMAGE
    assert benchmark.stats.stats.median < 0.005


def test_a_snapshot_of_a_large_project(large_project: Path, benchmark: Any) -> None:
    project = Project.open(large_project, author="tester")
    dataset = benchmark.pedantic(project.snapshot, rounds=3)
    assert len(dataset.images) == _IMAGES
    del dataset
    project.close()


def test_a_fresh_folder_of_100_000_images_opens(
    tmp_path_factory: pytest.TempPathFactory, benchmark: Any
) -> None:
    folder = tmp_path_factory.mktemp("fresh")
    for number in range(_IMAGES):
        if number % 1000 == 0:
            inside = folder / f"folder{number // 1000:03}"
            inside.mkdir()
        (inside / f"picture{number:06}.jpg").touch()

    def open_fresh() -> Project:
        project = open_source(folder, author="tester").project
        project.close()
        project.path.unlink()
        return project

    project = benchmark.pedantic(open_fresh, rounds=3)
    assert len(project.images) == _IMAGES


@pytest.fixture
def project_of_masks(tmp_path: Path) -> Iterator[Project]:
    """One image with 50 masks of a person's size in a photograph."""
    project = Project.open(new_project(tmp_path, 1), author="tester")
    rows, columns = np.mgrid[:256, :256]
    disc = (rows - 128) ** 2 + (columns - 128) ** 2 < 120**2
    masks = [Mask.from_array(disc, 10 * number, 5 * number) for number in range(_MASKS)]
    project.history.apply(add(*map(shape, masks)))
    project.wait_until_saved()
    yield project
    project.close()


def _strokes(project: Project, dab: Mask) -> Change:
    edits = []
    for item in project.history.document(1).annotations.values():
        assert isinstance(item.geometry, Mask)
        moved = dab.moved(item.geometry.box.left, item.geometry.box.top)
        new = item.geometry.without(moved) if moved.area else item.geometry
        patch = MaskPatch.between(item.geometry, new)
        edits.append(MaskEdit(item.id, patch, item.provenance, item.provenance, item.edited))
    return Change.of_image("Paint", 1, ImageChange(mask_edits=tuple(edits)))


def test_autosave_of_50_masks_on_the_writer(project_of_masks: Project, benchmark: Any) -> None:
    """From the moment it is handed over until it is committed, log included."""
    sizes = iter(range(1, 200))

    def stroke() -> tuple[tuple[Change], dict[str, Any]]:
        side = next(sizes)
        return (_strokes(project_of_masks, Mask.from_array(np.ones((side, 120)))),), {}

    seconds: list[float] = []

    def apply_and_wait(change: Change) -> None:
        with project_of_masks.together():
            project_of_masks.history.apply(change)
            start = time.perf_counter()
        project_of_masks.wait_until_saved()
        seconds.append(time.perf_counter() - start)

    benchmark.pedantic(apply_and_wait, setup=stroke, rounds=40)
    benchmark.extra_info["writer_ms"] = float(np.median(seconds) * 1000)
    assert np.median(seconds) < 0.010


def test_what_autosave_costs_the_caller(project_of_masks: Project, benchmark: Any) -> None:
    """What a step of 50 masks costs beyond applying it to the values."""
    sizes = iter(range(1, 200))
    store = project_of_masks._store
    event_s: list[float] = []
    listen = store._on_step

    def timed(event: Any) -> None:
        start = time.perf_counter()
        listen(event)
        event_s.append(time.perf_counter() - start)

    project_of_masks.history._listeners[0] = timed

    def stroke() -> None:
        side = next(sizes)
        project_of_masks.history.apply(
            _strokes(project_of_masks, Mask.from_array(np.ones((side, 120))))
        )
        project_of_masks.wait_until_saved()

    benchmark.pedantic(stroke, rounds=40)
    benchmark.extra_info["caller_ms"] = float(np.median(event_s) * 1000)
    assert np.median(event_s) < 0.001
