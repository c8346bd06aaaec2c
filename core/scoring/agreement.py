"""How well people who labelled the same images agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from core.document.images import Dataset
from core.errors import MaskwrightError
from core.scoring.confusion import ConfusionMatrix, confusion_matrix
from core.scoring.difference import ObjectDifference, differences
from core.scoring.overlap import mean_of
from core.scoring.report import score_dataset


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Agreement of two layers; swapping them changes nothing unless one has crowds or void.

    ``f1`` is that of matched objects of the same label. ``dice`` and ``iou``
    are means over labels from pixels summed over all images. ``kappa`` is
    Cohen's: agreement on the labels of objects that both outlined, beyond
    chance. Each is None where it is undefined.
    """

    first_layer_id: int
    second_layer_id: int
    objects_in_both: int
    objects_in_one: int
    f1: float | None
    iou: float | None
    dice: float | None
    kappa: float | None


def agreement(
    dataset: Dataset,
    layer_ids: Sequence[int],
    progress: Callable[[float], None] | None = None,
) -> tuple[PairAgreement, ...]:
    """Compare every two layers; ``progress`` hears the fraction done and may raise to stop."""
    pairs = list(combinations(layer_ids, 2))
    found = []
    for number, (first, second) in enumerate(pairs, start=1):
        found.append(_compare(dataset, first, second))
        if progress is not None:
            progress(number / len(pairs))
    return tuple(found)


def mean_agreement(pairs: Sequence[PairAgreement]) -> float | None:
    """Mean of the pairs' F1; None when no pair has any object."""
    return mean_of([pair.f1 for pair in pairs])


def cohens_kappa(matrix: ConfusionMatrix) -> float | None:
    """Cohen's kappa of the labels of objects that both sides have (Cohen, 1960).

    None without such objects, and where chance alone would always agree.
    """
    pairs = {
        (truth, predicted): len(items)
        for (truth, predicted), items in matrix.cells.items()
        if truth is not None and predicted is not None
    }
    total = sum(pairs.values())
    if not total:
        return None
    observed = sum(count for (first, second), count in pairs.items() if first == second) / total
    expected = 0.0
    for label in matrix.labels:
        rows = sum(count for (first, _), count in pairs.items() if first == label)
        columns = sum(count for (_, second), count in pairs.items() if second == label)
        expected += rows * columns / total**2
    return None if expected == 1.0 else (observed - expected) / (1.0 - expected)


def _compare(dataset: Dataset, first: int, second: int) -> PairAgreement:
    score = score_dataset(dataset, first, second)
    items: list[ObjectDifference] = []
    for image in dataset.images:
        try:
            items += differences(dataset.load(image.id), dataset.state, first, second)
        except (MaskwrightError, ValueError):
            # Listed in the scores of the data set.
            continue
    pairs = [pair for image in score.images for pair in image.matched]
    both = sum(pair.is_match for pair in pairs)
    alone = len(pairs) - both
    return PairAgreement(
        first_layer_id=first,
        second_layer_id=second,
        objects_in_both=both,
        objects_in_one=alone,
        f1=2 * both / (2 * both + alone) if pairs else None,
        iou=score.mean_iou_summed,
        dice=score.mean_dice_summed,
        kappa=cohens_kappa(confusion_matrix(items)),
    )
