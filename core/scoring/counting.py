"""Counting pixels of two unions of masks without painting the whole image."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from core.document.mask import EMPTY_BOX, Mask
from core.scoring.cache import Kept
from core.scoring.sides import painted

_Piece = tuple[int, Mask]


def count_pixels(
    truth: Sequence[Mask],
    prediction: Sequence[Mask],
    ignored: Sequence[Mask],
    *,
    label_id: int = 0,
    kept: Kept[tuple[int, int, int]] | None = None,
) -> tuple[int, int, int]:
    """Pixels of two unions: in both, in the prediction alone, in the truth alone.

    Pixels of ``ignored`` do not count. Masks whose boxes are apart are counted
    apart, so that scattered objects cost their own area only. With what was
    ``kept`` for a label, groups of the same masks are not counted again.
    """
    counts: Kept[tuple[int, int, int]] = Kept() if kept is None else kept
    sides = (truth, prediction, ignored)
    pieces = [(side, mask) for side, masks in enumerate(sides) for mask in masks]
    pieces = [piece for piece in pieces if not piece[1].is_empty]
    totals = [0, 0, 0]
    for number, cluster in enumerate(_clusters(pieces)):
        inputs = tuple(part for piece in cluster for part in piece)
        found = counts.get((label_id, number), inputs, partial(_count_cluster, cluster))
        for place, count in enumerate(found):
            totals[place] += count
    return totals[0], totals[1], totals[2]


def _count_cluster(pieces: Sequence[_Piece]) -> tuple[int, int, int]:
    first, second, ignored = ([mask for own, mask in pieces if own == side] for side in range(3))
    if not ignored and not (first and second):
        alone = union_area(first or second)
        return (0, 0, alone) if first else (0, alone, 0)
    box = EMPTY_BOX
    for _, mask in pieces:
        box = box.united(mask.box)
    in_truth, in_prediction = painted(first, box), painted(second, box)
    if ignored:
        judged = ~painted(ignored, box)
        in_truth &= judged
        in_prediction &= judged
    shared = int(np.count_nonzero(in_truth & in_prediction))
    return (
        shared,
        int(np.count_nonzero(in_prediction)) - shared,
        int(np.count_nonzero(in_truth)) - shared,
    )


def union_area(masks: Sequence[Mask]) -> int:
    """Pixels of a union of masks."""
    if len(masks) == 1:
        return masks[0].area
    box = EMPTY_BOX
    for mask in masks:
        box = box.united(mask.box)
    return int(np.count_nonzero(painted(masks, box)))


def _clusters(pieces: Sequence[_Piece]) -> list[Sequence[_Piece]]:
    """Groups whose boxes are apart: cut along empty columns, then rows, until nothing parts."""
    done: list[Sequence[_Piece]] = []
    waiting: list[tuple[Sequence[_Piece], bool, int]] = [(pieces, True, 0)]
    while waiting:
        group, by_column, failures = waiting.pop()
        if len(group) <= 1 or failures == 2:
            done.append(group)
            continue
        parts = _cut(group, by_column=by_column)
        tried = failures + 1 if len(parts) == 1 else 0
        waiting += [(part, not by_column, tried) for part in parts]
    return [group for group in done if group]


def _cut(pieces: Sequence[_Piece], *, by_column: bool) -> list[list[_Piece]]:
    def span(piece: _Piece) -> tuple[int, int]:
        box = piece[1].box
        return (box.left, box.right) if by_column else (box.top, box.bottom)

    groups: list[list[_Piece]] = []
    reached = 0
    for piece in sorted(pieces, key=span):
        start, end = span(piece)
        if not groups or start >= reached:
            groups.append([])
            reached = end
        groups[-1].append(piece)
        reached = max(reached, end)
    return groups
