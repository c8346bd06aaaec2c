"""COCO numbers against pycocotools in the same run: 5,000 images, 70,000 predictions."""

from __future__ import annotations

import time
from types import MappingProxyType

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from core.document.annotation import Annotation, Label
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size
from core.document.mask import Mask
from core.scoring.average_precision import AveragePrecision, average_precision
from core.scoring.cache import ScoreCache
from core.scoring.live import image_numbers
from core.scoring.objects import Compared, collect_documents
from tests.core.scoring.coco_examples import CocoPair, random_pair, stats_of_pycocotools
from tests.core.scoring.examples import PREDICTION, TRUTH

IMAGES = 5_000
PREDICTIONS = 70_000
NEEDED_SPEEDUP = 2.0


@pytest.mark.speed
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "compared"), [("bbox", Compared.BOXES), ("segm", Compared.MASKS)])
def test_coco_numbers_are_twice_as_fast_as_pycocotools(kind: str, compared: Compared) -> None:
    pair = random_pair(3, images=IMAGES, labels=80, most=20, kind=kind)
    assert len(pair.results) > PREDICTIONS
    start = time.perf_counter()
    expected = stats_of_pycocotools(pair, kind).stats.tolist()
    theirs_s = time.perf_counter() - start
    start = time.perf_counter()
    found = _numbers(pair, compared)
    ours_s = time.perf_counter() - start
    print(f"\n{kind}: pycocotools {theirs_s:.1f} s, ours {ours_s:.1f} s, {theirs_s / ours_s:.1f} x")
    assert list(found.values.values()) == pytest.approx(expected, abs=1e-9)
    assert theirs_s / ours_s >= NEEDED_SPEEDUP


def _numbers(pair: CocoPair, compared: Compared) -> AveragePrecision:
    return average_precision(collect_documents(pair.documents, TRUTH, PREDICTION, compared))


STROKE_LIMIT_S = 0.005
SIZE_4K = Size(3840, 2160)


@pytest.mark.speed
def test_every_number_of_a_4k_image_follows_a_stroke(benchmark: BenchmarkFixture) -> None:
    """IoU, Dice, boundary IoU, precision, recall and counts after a stroke on one of 60 objects."""
    truth = [_disk(number, TRUTH, 0) for number in range(60)]
    judged = [_disk(number + 100, PREDICTION, 6) for number in range(60)]
    first = judged[0]
    assert isinstance(first.geometry, Mask)
    dab = Mask.from_array(np.ones((48, 48), np.bool_), first.geometry.box.left - 20, 100)
    versions = [first, first.with_geometry(first.geometry.united(dab))]
    state = ProjectState(labels=MappingProxyType({1: Label(1, "cell", "#112233")}))
    cache = ScoreCache(SIZE_4K)

    def stroke() -> None:
        versions.reverse()
        items = {item.id: item for item in (*truth, versions[0], *judged[1:])}
        image_numbers(ImageDocument(1, SIZE_4K, items), state, TRUTH, PREDICTION, cache=cache)

    stroke()
    benchmark(stroke)
    assert benchmark.stats is not None
    median_s = benchmark.stats["median"]
    print(f"\nafter a stroke: {median_s * 1e3:.2f} ms")
    assert median_s <= STROKE_LIMIT_S


def _disk(number: int, layer_id: int, shift: int) -> Annotation:
    place = number % 100
    rows, columns = np.ogrid[-100:100, -100:100]
    disk = rows**2 + columns**2 < 95**2
    left, top = 40 + 370 * (place % 10) + shift, 60 + 350 * (place // 10)
    return Annotation(number + 1, layer_id, 1, Mask.from_array(disk, left, top))
