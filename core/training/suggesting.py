"""Looks at images that are not labelled, with the model that is used and another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from core.errors import MaskwrightError
from core.imaging.reading import read_image
from core.training.data import LabelledImage
from core.training.looks import Onlooker, disagreement, reduced
from core.training.ranking import Candidate, FeatureRows, Suggestion, rank_images

MOST_CANDIDATES = 40
"""More would take longer than the training; they are drawn at random."""


def suggest(
    candidates: Sequence[tuple[int, str]],
    labelled: Iterable[LabelledImage],
    current: Onlooker,
    other: Onlooker | None,
    categories: tuple[str, ...],
    *,
    seed: int,
    check: Callable[[], None] = lambda: None,
) -> tuple[Suggestion, ...]:
    """Rank images, given as pairs of id and path; those that cannot be read are left out.

    ``current`` is the model that is used from now on: its encoder says how alike
    images are. ``check`` may raise between images to call it off.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(candidates))[:MOST_CANDIDATES]
    found: list[Candidate] = []
    for place in order.tolist():
        check()
        image_id, path = candidates[place]
        try:
            pixels = reduced(read_image(Path(path)))
        except MaskwrightError:
            continue
        ours = current.look(pixels)
        doubt = None if other is None else disagreement(ours, other.look(pixels))
        found.append(Candidate(image_id, ours.feature_row(), doubt, ours.classes))
    rows = []
    counts: Counter[str] = Counter()
    for image in labelled:
        check()
        rows.append(current.look(reduced(image.pixels)).feature_row())
        if image.classes is not None:
            counts.update(categories[number - 1] for number in image.classes[1:].tolist())
    for model in (current, other):
        if model is not None:
            model.keep()
    known: FeatureRows = np.stack(rows) if rows else np.zeros((0, 1), np.float32)
    return rank_images(found, known, counts, seed=seed)
