"""VOC precision, curves and proposal recall, against plain loops and pycocotools."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.scoring.average_precision import THRESHOLDS, evaluate
from core.scoring.boxes import box_iou
from core.scoring.curves import OperatingPoint, score_curve
from core.scoring.objects import Collected, Compared, ObjectTable, ScoredObject, collect_documents
from core.scoring.proposal_recall import proposal_recall
from core.scoring.voc_precision import area_under_curve, eleven_points, voc_precision
from tests.core.scoring.coco_examples import random_pair, stats_of_pycocotools
from tests.core.scoring.examples import PREDICTION, TRUTH


def boxes_of(seed: int, *, scores: int = 0, crowds: float = 0.1) -> Collected:
    pair = random_pair(seed, images=4, scores=scores, crowds=crowds)
    return collect_documents(pair.documents, TRUTH, PREDICTION, Compared.BOXES)


def with_difficult(collected: Collected) -> Collected:
    """Every fourth truth is difficult."""
    records = [
        replace(item, is_difficult=place % 4 == 0)
        for place, item in enumerate(collected.truth.records)
    ]
    table = ObjectTable.of(records, collected.truth.areas.tolist())
    return replace(collected, truth=table)


def devkit(collected: Collected, label: int) -> tuple[list[bool], int]:
    """Right or wrong for each detection of a label as the VOC devkit decides it, best first."""
    truths = [item for item in collected.truth.records if item.label_id == label]
    found = [item for item in collected.prediction.records if item.label_id == label]
    taken: set[int] = set()
    verdicts = []
    for item in sorted(found, key=lambda item: -item.score):
        same = [truth for truth in truths if truth.image_id == item.image_id]
        best: ScoredObject | None = max(
            same, key=lambda truth: box_iou(truth.box, item.box), default=None
        )
        if best is None or box_iou(best.box, item.box) <= 0.5:
            verdicts.append(False)
        elif not (best.is_difficult or best.is_crowd):
            verdicts.append(best.id not in taken)
            taken.add(best.id)
    return verdicts, sum(not (item.is_difficult or item.is_crowd) for item in truths)


@pytest.mark.parametrize("seed", range(6))
def test_voc_precision_is_that_of_the_devkit(seed: int) -> None:
    collected = with_difficult(boxes_of(seed, crowds=0.0))
    found = voc_precision(collected)
    for label in (1, 2, 3):
        verdicts, total = devkit(collected, label)
        if not total:
            assert found.per_label[label] == (None, None)
            continue
        right = np.cumsum(verdicts)
        recall, precision = right / total, right / np.arange(1, len(right) + 1)
        whole, eleven = found.per_label[label]
        levels = np.unique(recall)
        area = sum(
            (level - before) * precision[recall >= level].max()
            for before, level in zip(np.concatenate([[0], levels[:-1]]), levels, strict=True)
        )
        assert whole == pytest.approx(area, abs=1e-9)
        points = [precision[recall >= step / 10].max(initial=0.0) for step in range(11)]
        assert eleven == pytest.approx(np.mean(points), abs=1e-9)


def test_the_two_precisions_by_hand() -> None:
    recall = np.array([1 / 3, 1 / 3, 2 / 3])
    precision = np.array([1.0, 0.5, 2 / 3])
    assert area_under_curve(recall, precision) == pytest.approx(1 / 3 + 1 / 3 * 2 / 3)
    assert eleven_points(recall, precision) == pytest.approx((4 * 1.0 + 3 * 2 / 3) / 11)


@pytest.mark.parametrize("seed", range(3))
def test_counts_at_a_threshold_are_those_of_the_predictions_above_it(seed: int) -> None:
    collected = boxes_of(seed, scores=5)
    evaluated = evaluate(collected)
    curve = score_curve(evaluated)
    scores = collected.prediction.scores[evaluated.ranked.order]
    matched = evaluated.matches.matched[:, 0, 0]
    judged = ~evaluated.matches.ignored[:, 0, 0]
    for threshold in (-1.0, 0.0, 0.2, 0.5, 0.8, 1.0, 2.0):
        kept = judged & (scores >= threshold)
        point = curve.at(threshold)
        tp = int((kept & matched).sum())
        total = int((~collected.truth.crowd).sum())
        assert (point.tp, point.fp, point.fn) == (tp, int((kept & ~matched).sum()), total - tp)
    best = curve.best()
    assert best is not None
    assert best.f1 == pytest.approx(curve.f1.max())


def test_an_operating_point_without_anything_is_undefined() -> None:
    point = OperatingPoint(0.5, 0, 0, 0)
    assert point.precision is point.recall is point.f1 is None
    assert OperatingPoint(0.5, 0, 0, 3).precision is None
    assert OperatingPoint(0.5, 2, 1, 1).f1 == pytest.approx(4 / 6)
    empty = collect_documents((), TRUTH, PREDICTION, Compared.BOXES)
    assert score_curve(evaluate(empty)).best() is None
    with pytest.raises(ValueError, match="curves"):
        score_curve(evaluate(empty), iou=0.51)


@pytest.mark.parametrize("seed", range(3))
def test_proposal_recall_is_that_of_pycocotools_without_labels(seed: int) -> None:
    pair = random_pair(seed, images=4, most=20)
    collected = collect_documents(pair.documents, TRUTH, PREDICTION, Compared.BOXES)
    expected = stats_of_pycocotools(pair, "bbox", use_labels=False).eval["recall"]
    found = proposal_recall(collected, (1, 10, 100))
    assert found.recall is not None
    assert found.counts[:2] == (1, 10)
    for place, _ in enumerate(found.counts):
        np.testing.assert_allclose(found.recall[place], expected[:, 0, 0, place], atol=1e-12)
    assert found.average(10) == pytest.approx(expected[:, 0, 0, 1].mean())
    assert found.at(10, 0.7) == pytest.approx(expected[4, 0, 0, 1])
    assert THRESHOLDS[4] == pytest.approx(0.7)


def test_recall_of_nothing_is_undefined() -> None:
    empty = collect_documents((), TRUTH, PREDICTION, Compared.BOXES)
    found = proposal_recall(empty)
    assert found.counts == (1,)
    assert found.at(1, 0.5) is found.average(1) is None
