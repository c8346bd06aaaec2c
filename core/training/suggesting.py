"""Looks at images that are not labelled, with the new model and its parent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.document.mask import Mask
from core.errors import MaskwrightError
from core.imaging.reading import read_image
from core.models.adapter import Adapter, RgbImage, RunContext
from core.models.proposal import Proposal
from core.training.data import LabelledImage
from core.training.ranking import Candidate, FeatureRows, Suggestion, rank_images
from core.training.validation import SURE

SIDE_PX = 384
MOST_CANDIDATES = 40
"""More would take longer than the training; they are drawn at random."""


def suggest(
    candidates: Sequence[tuple[int, str]],
    labelled: Iterable[LabelledImage],
    new: Adapter,
    old: Adapter | None,
    categories: tuple[str, ...],
    *,
    seed: int,
    check: Callable[[], None] = lambda: None,
) -> tuple[Suggestion, ...]:
    """Rank images, given as pairs of id and path; those that cannot be read are left out.

    ``check`` may raise between images to call it off.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(candidates))[:MOST_CANDIDATES]
    found: list[Candidate] = []
    for place in order.tolist():
        check()
        image_id, path = candidates[place]
        try:
            pixels = _small(read_image(Path(path)))
        except MaskwrightError:
            continue
        ours = _sure(new, pixels)
        theirs = None if old is None else _sure(old, pixels)
        found.append(
            Candidate(
                image_id,
                features_of(pixels),
                None if theirs is None else _disagreement(ours, theirs, pixels.shape[:2]),
                Counter(item.label for item in ours),
            )
        )
    rows: list[npt.NDArray[np.float32]] = []
    counts: Counter[str] = Counter()
    for image in labelled:
        rows.append(features_of(_small(image.pixels)))
        if image.classes is not None:
            counts.update(categories[number - 1] for number in image.classes[1:].tolist())
    known: FeatureRows = np.stack(rows) if rows else np.zeros((0, 1), np.float32)
    return rank_images(found, known, counts, seed=seed)


def features_of(pixels: RgbImage) -> npt.NDArray[np.float32]:
    """A picture in 51 numbers: colours in a 4 × 4 grid, and how coarse its texture is."""
    grid = cv2.resize(pixels, (4, 4), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    coarse = [float(np.abs(grey - cv2.GaussianBlur(grey, (0, 0), s)).mean()) for s in (1, 3, 9)]
    # Texture weighs as much as colour, though it has fewer numbers.
    return np.concatenate((grid.ravel() / 4, np.array(coarse, np.float32) * 4))


def _small(pixels: RgbImage) -> RgbImage:
    height, width = pixels.shape[:2]
    factor = SIDE_PX / max(height, width)
    if factor >= 1:
        return pixels
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _sure(adapter: Adapter, pixels: RgbImage) -> list[Proposal]:
    return [item for item in adapter.propose(pixels, RunContext()) if item.score >= SURE]


def _disagreement(
    first: Sequence[Proposal], second: Sequence[Proposal], shape: tuple[int, ...]
) -> float:
    """One minus Dice of what both call objects; boxes count as areas."""
    ours, theirs = _union(first, shape), _union(second, shape)
    total = int(ours.sum()) + int(theirs.sum())
    return 1 - 2 * int((ours & theirs).sum()) / total if total else 0.0


def _union(items: Sequence[Proposal], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    union = np.zeros(shape, np.bool_)
    for item in items:
        if isinstance(item.geometry, Mask):
            union[item.geometry.box.slices] |= item.geometry.crop()
        elif item.soft_mask is not None:
            box = item.soft_mask.box
            union[int(box.y) : int(box.bottom) + 1, int(box.x) : int(box.right) + 1] = True
    return union
