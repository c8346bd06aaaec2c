"""COCO numbers against pycocotools in the same run: 5,000 images, 70,000 predictions."""

from __future__ import annotations

import time

import pytest

from core.scoring.average_precision import AveragePrecision, average_precision
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
