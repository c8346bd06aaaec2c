"""Which image to label next, and why. Pure NumPy; no torch, no files.

An image is worth labelling when it is unlike what was labelled and when the last
two models disagree about it; disagreement follows the true error where the
entropy of one model does not. Rare classes count more. Every fifth image is
chosen at random, so that nothing is missed that the models are blind for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RANDOM_SHARE = 0.2
_LEAST_DISAGREEMENT = 0.1
_UNLIKE, _LIKE = 0.66, 0.33
_UNLIKE_QUANTILE = 0.75

FeatureRows = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An image that is not labelled yet.

    ``features`` are what an encoder makes of the whole picture, float32 (F,). ``disagreement`` lies
    between 0 and 1, None when there is no second model. ``classes`` are the
    names of what the model proposes there, with their numbers.
    """

    image_id: int
    features: npt.NDArray[np.float32]
    disagreement: float | None = None
    classes: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An image to label next, and the reason in words."""

    image_id: int
    score: float
    reason: str


def rank_images(
    candidates: Sequence[Candidate],
    labelled: FeatureRows,
    labelled_counts: Mapping[str, int],
    *,
    seed: int,
) -> tuple[Suggestion, ...]:
    """All candidates, the most worthwhile first.

    ``labelled`` are the features of what is labelled, (N, F), N may be 0;
    ``labelled_counts`` the number of labelled objects by class. The images are
    chosen one after the other, each also unlike those that were chosen before
    (the k-center greedy of Sener and Savarese, 2018, weighed by disagreement).
    """
    if not candidates:
        return ()
    rng = np.random.default_rng(seed)
    rows = np.stack([item.features for item in candidates])
    distance = _distances(rows, labelled)
    # One outlier must not make all the others alike.
    scale = max(float(np.quantile(distance, _UNLIKE_QUANTILE)), 1e-6) if len(labelled) else 1.0
    rarity = np.array([_rarity(item.classes, labelled_counts) for item in candidates])
    doubt = np.array([_doubt(item.disagreement) for item in candidates])
    left = list(range(len(candidates)))
    found: list[Suggestion] = []
    while left:
        is_random = len(found) % round(1 / RANDOM_SHARE) == round(1 / RANDOM_SHARE) - 1
        unlike = np.minimum(distance[left] / scale, 1.0)
        worth = (0.05 + unlike) * doubt[left] * (1 + rarity[left])
        place = int(rng.integers(len(left))) if is_random else int(worth.argmax())
        chosen = left.pop(place)
        reason = (
            "chosen at random, so that nothing is missed"
            if is_random
            else _reason(candidates[chosen], float(unlike[place]), float(rarity[chosen]))
        )
        found.append(Suggestion(candidates[chosen].image_id, float(worth[place]), reason))
        distance = np.minimum(distance, np.linalg.norm(rows - rows[chosen], axis=1))
    return tuple(found)


def _distances(rows: FeatureRows, known: FeatureRows) -> npt.NDArray[np.float64]:
    """How far each row is from the nearest known one; from the middle when none is known."""
    if not len(known):
        return np.full(len(rows), 1.0)
    return np.array([np.linalg.norm(known - row, axis=1).min() for row in rows])


def _doubt(disagreement: float | None) -> float:
    return 1.0 if disagreement is None else _LEAST_DISAGREEMENT + disagreement


def _rarity(classes: Mapping[str, int] | None, labelled: Mapping[str, int]) -> float:
    """1 for an image that seems to hold a class without labels, falling with their number."""
    if not classes or len(labelled) < 2:
        return 0.0
    most = max(labelled.values())
    return max(1 - labelled.get(name, 0) / max(most, 1) for name in classes)


def _reason(item: Candidate, unlike: float, rarity: float) -> str:
    parts = []
    if unlike >= _UNLIKE:
        parts.append("unlike what is labelled")
    elif unlike <= _LIKE:
        parts.append("like what is labelled")
    if item.disagreement is not None:
        parts.append(f"models agree on {1 - item.disagreement:.0%}")
    if rarity > 0.5 and item.classes:
        parts.append("may hold a rare class")
    return ", ".join(parts) or "next in line"
