"""How long the first picture, the full one, its pyramid, and a score after a stroke take."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from core.document.annotation import Annotation, Label
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Polygon, Size
from core.document.mask import Mask
from core.imaging.disk_strokes import disk_stroke
from core.imaging.folders import find_images
from core.imaging.hit_test import HitIndex
from core.imaging.pyramid import build_pyramid
from core.imaging.rasterise import rasterise
from core.imaging.reading import read_image, read_preview
from core.imaging.tracing import trace_mask
from core.scoring.cache import ScoreCache
from core.scoring.overlap import score_image

pytestmark = pytest.mark.speed

SIZE = Size(6000, 4000)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG of 24 megapixels with the detail of a photograph, some 7 MB."""
    small = np.random.default_rng(0).integers(0, 255, (500, 750, 3), np.uint8)
    large = cv2.resize(small, (SIZE.width, SIZE.height), interpolation=cv2.INTER_CUBIC)
    path = tmp_path_factory.mktemp("photo") / "photo.jpg"
    cv2.imwrite(str(path), large, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return path


def circle(x: float, y: float, radius: float) -> Polygon:
    turn = np.linspace(0, 2 * np.pi, 50, endpoint=False)
    return Polygon.from_points(np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], 1))


def circles(count: int, layer_id: int = 1, shift: float = 0) -> list[Annotation]:
    places = np.random.default_rng(1).random((count, 3)) * (SIZE.width, SIZE.height, 50)
    return [
        Annotation(1000 * layer_id * count + number, layer_id, 1, circle(x + shift, y, radius + 5))
        for number, (x, y, radius) in enumerate(places)
    ]


def test_first_picture(benchmark: BenchmarkFixture, photo: Path) -> None:
    preview, size = benchmark(read_preview, photo)
    assert size == SIZE
    assert preview.shape == (1000, 1500, 3)


def test_full_picture(benchmark: BenchmarkFixture, photo: Path) -> None:
    assert benchmark(read_image, photo).shape == (4000, 6000, 3)


def test_pyramid(benchmark: BenchmarkFixture, photo: Path) -> None:
    rgb = read_image(photo)
    assert len(benchmark(build_pyramid, rgb)) == 6


def test_a_brush_event(benchmark: BenchmarkFixture) -> None:
    line = np.array([[3000.0, 2000.0], [3012.0, 2005.0]])
    assert not benchmark(disk_stroke, line, 40.0, SIZE).is_empty


def test_one_polygon_to_pixels(benchmark: BenchmarkFixture) -> None:
    assert not benchmark(rasterise, circle(3000, 2000, 60), SIZE).is_empty


def test_one_mask_to_outlines(benchmark: BenchmarkFixture) -> None:
    mask = rasterise(circle(3000, 2000, 300), SIZE)
    assert benchmark(trace_mask, mask).bounds == mask.bounds


def test_hover_over_ten_thousand(benchmark: BenchmarkFixture) -> None:
    items = circles(10_000)
    index = HitIndex.of(items)
    x, y = items[0].bounds.center
    assert items[0].id in benchmark(index.at, x, y, 4.0)


def test_score_after_a_stroke(benchmark: BenchmarkFixture) -> None:
    truth, prediction = circles(50, 1), circles(50, 2, shift=3)
    state = ProjectState(labels=MappingProxyType({1: Label(1, "cell", "#112233")}))
    cache = ScoreCache(SIZE)
    mask = rasterise(prediction[0].geometry, SIZE)
    dab = Mask.from_array(np.ones((40, 40)), mask.box.left, mask.box.top)
    versions = [prediction[0].with_geometry(shape) for shape in (mask, mask.united(dab))]

    def score() -> None:
        versions.reverse()
        items = {item.id: item for item in (*truth, versions[0], *prediction[1:])}
        score_image(ImageDocument(1, SIZE, items), state, 1, 2, cache=cache)

    benchmark(score)


def test_a_folder_of_a_hundred_thousand(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    for number in range(100_000):
        (tmp_path / f"IMG_{number}.jpg").touch()
    assert len(benchmark(find_images, tmp_path)) == 100_000
