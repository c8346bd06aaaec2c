"""Which labelled images are held out to judge a model, and stay so.

An image that was held out once is held out for ever, as long as it is complete:
the next model is judged on what none of its ancestors has learnt from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from core.training.data import UNLABELLED, LabelMap

FEWEST_IMAGES = 4
"""With fewer complete images a part of each picture is held out instead."""
_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Split:
    """Ids of images to learn from and to judge by.

    With ``by_parts`` both hold the same images: a quarter of each is held out.
    """

    learn: frozenset[int]
    judge: frozenset[int]
    by_parts: bool = False


def split_images(
    complete: Mapping[int, str],
    partial: Collection[int],
    before: Collection[int] = (),
    learnt: Collection[str] = (),
) -> Split:
    """Hold out a fifth of the complete images, at least one.

    ``complete`` gives the content hash of every complete image, which decides:
    equal pictures come to the same side. ``partial`` are the others, which are
    only learnt from, unless nothing is complete. ``before`` are the images that
    were held out for the parent, ``learnt`` the hashes of those that it has learnt
    from: it would be judged too kindly by them, so they are held out last.
    """
    groups: dict[str, list[int]] = {}
    for number, digest in complete.items():
        groups.setdefault(digest, []).append(number)
    if len(groups) < FEWEST_IMAGES:
        ids = frozenset(complete)
        return Split(ids | frozenset(partial), ids or frozenset(partial), by_parts=True)
    wanted = max(1, round(_SHARE * len(groups)))
    kept = sorted(key for key, members in groups.items() if set(members) & set(before))
    # Never so many that less than half is left to learn from.
    kept = kept[: len(groups) // 2]
    others = (key for key in groups if key not in kept)
    fresh = sorted(others, key=lambda key: (key in learnt, _hash(key)))
    chosen = kept + fresh[: max(wanted - len(kept), 0)]
    judge = frozenset(number for key in chosen for number in groups[key])
    return Split((frozenset(complete) - judge) | frozenset(partial), judge)


def held_out_part(instances: LabelMap) -> tuple[slice, slice] | None:
    """The quarter of a picture to judge by: nearest to a third of its object pixels.

    None when a quarter would leave no object on one of the two sides.
    """
    height, width = instances.shape
    halves = (slice(0, height // 2), slice(height // 2, height))
    sides = (slice(0, width // 2), slice(width // 2, width))
    whole = int((instances > 0).sum())
    best: tuple[float, tuple[slice, slice]] | None = None
    for rows in halves:
        for columns in sides:
            share = int((instances[rows, columns] > 0).sum()) / max(whole, 1)
            distance = abs(share - 1 / 3)
            if 0.02 < share < 0.8 and (best is None or distance < best[0]):
                best = distance, (rows, columns)
    return None if best is None else best[1]


def without_part(instances: LabelMap, part: tuple[slice, slice]) -> LabelMap:
    """The truth to learn from: the held-out part is unlabelled."""
    result = instances.copy()
    result[part] = UNLABELLED
    return result


def only_part(instances: LabelMap, part: tuple[slice, slice]) -> LabelMap:
    """The truth to judge by: all but the held-out part is unlabelled."""
    result = np.full_like(instances, UNLABELLED)
    result[part] = instances[part]
    return result


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
