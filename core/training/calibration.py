"""How a U-Net's answers are best read as objects, found on the pictures it learnt from.

A network whose probabilities lean to one side still orders the pixels rightly, so the
threshold is worth choosing; labels also say how small an object may be and whether
objects have holes. What is found stands in the model's specification.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

import numpy as np
from scipy.ndimage import binary_fill_holes
from torch import Tensor

from core.models.adapter import RunContext
from core.models.specification import ModelSpec
from core.models.watershed import SplitSettings, split_objects
from core.models.zoo.unet_adapter import UNetAdapter, UNetAnswer
from core.training.data import UNLABELLED, LabelledImage, LabelMap
from core.training.metrics import FloatArray, dice, matches
from core.training.recipe import Task
from core.training.targets import split_pieces
from core.training.unet_learner import adapter_of
from core.training.validation import interesting_part

MOST_PICTURES = 3
"""Of the new and of the replayed pictures each; more would take longer than they tell."""
_SIDE_PX = 256
_THRESHOLDS = (0.5, 0.4, 0.6, 0.7)
_SMOOTHINGS_PX = (0.0, 1.0)
"""The usual value comes first; the threshold is chosen first, and the smoothing with it."""
_LARGEST_SMALLEST_PX = 40
"""However large the labelled objects are: other pictures may show smaller ones."""
_SMALL_QUANTILE = 0.05
_HOLE_SHARE = 0.05
_LEAST_GAIN = 0.005

Answered = tuple[UNetAnswer, LabelMap]


def calibrated_spec(
    spec: ModelSpec,
    weights: Mapping[str, Tensor],
    images: Sequence[LabelledImage],
    replay: Sequence[LabelledImage],
    device: str,
) -> ModelSpec:
    """The specification of a model of single objects with the settings that fit its weights."""
    settings = calibrate(adapter_of(spec, Task.INSTANCES, weights, device), images, replay)
    preprocessing = {**spec.preprocessing, **settings.record()}
    return replace(spec, preprocessing=MappingProxyType(preprocessing))


def calibrate(
    adapter: UNetAdapter, images: Sequence[LabelledImage], replay: Sequence[LabelledImage]
) -> SplitSettings:
    """The settings whose objects fit the labels best; the usual ones unless others are better.

    Both kinds of pictures count alike, so that what was known is not forgotten
    here either. Size and holes are read from the new labels alone.
    """
    kinds = [
        [_answered(adapter, image) for image in islice(kind, MOST_PICTURES)]
        for kind in (images, replay)
    ]
    usual = from_labels([truth for _, truth in kinds[0]])
    by_threshold = [replace(usual, threshold=value) for value in _THRESHOLDS]
    settings = _best(kinds, by_threshold)
    return _best(kinds, [replace(settings, smoothing_px=value) for value in _SMOOTHINGS_PX])


def from_labels(truths: Sequence[LabelMap]) -> SplitSettings:
    """What label maps say by themselves: how small objects are, and whether they have holes."""
    areas: list[int] = []
    with_hole = 0
    for truth in truths:
        pieces = np.maximum(split_pieces(truth), 0)
        areas += [int(area) for area in np.bincount(pieces.ravel())[1:] if area]
        holes = binary_fill_holes(truth != 0) & (truth == 0)
        with_hole += int(split_pieces(holes.astype(np.int32)).max(initial=0))
    if not areas:
        return SplitSettings()
    smallest = int(np.quantile(areas, _SMALL_QUANTILE) / 2)
    return SplitSettings(
        smallest_area_px=int(
            np.clip(smallest, SplitSettings().smallest_area_px, _LARGEST_SMALLEST_PX)
        ),
        fills_holes=with_hole <= _HOLE_SHARE * len(areas),
    )


def _best(kinds: Sequence[Sequence[Answered]], among: Sequence[SplitSettings]) -> SplitSettings:
    """The first settings, unless others are clearly better."""
    best, best_score = among[0], -1.0
    for settings in among:
        score = float(np.mean([_score(kind, settings) for kind in kinds if kind]))
        if score > best_score + _LEAST_GAIN:
            best, best_score = settings, score
    return best


def _answered(adapter: UNetAdapter, image: LabelledImage) -> Answered:
    part = interesting_part(image, _SIDE_PX)
    if part.instances is None:
        raise ValueError(f"{image.name} has no masks")
    return adapter.answer(part.pixels, RunContext()), part.instances


def _score(pictures: Sequence[Answered], settings: SplitSettings) -> float:
    """Mean of Dice, over pictures, and of F1 at IoU 0.5, over all objects; as models are judged."""
    dices: list[float] = []
    right = objects = 0
    for answer, truth in pictures:
        found = split_objects(answer.foreground, answer.interior, settings)
        found = np.where(truth == UNLABELLED, 0, found)
        known = np.maximum(truth, 0)
        value = dice(found > 0, known > 0)
        dices.append(1.0 if value is None else value)
        ious = _ious(found, known)
        right += int(matches(ious).sum())
        objects += sum(ious.shape)
    return (float(np.mean(dices)) + 2 * right / max(objects, 1)) / 2


def _ious(found: LabelMap, truth: LabelMap) -> FloatArray:
    """IoU of every found object with every true one, the found ones with most overlap first."""
    ours, theirs = np.unique(found, return_inverse=True), np.unique(truth, return_inverse=True)
    shape = len(ours[0]), len(theirs[0])
    pairs = np.ravel_multi_index((ours[1].ravel(), theirs[1].ravel()), shape)
    shared = np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    areas = shared.sum(axis=1), shared.sum(axis=0)
    ious: FloatArray = shared / (areas[0][:, None] + areas[1][None, :] - shared)
    ious = ious[ours[0] > 0][:, theirs[0] > 0]
    order = np.argsort(-ious.max(axis=1, initial=0), kind="stable")
    return np.asarray(ious[order])
