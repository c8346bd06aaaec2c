"""Which images a model and its ancestors have learnt from, by the content of the picture.

Models are compared on pictures that none of them has learnt from. Of a picture
that was learnt in part (``split.held_out_part``) the rest may still be used. No torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from core.models.trained import TrainedModel

Rectangle: TypeAlias = tuple[int, int, int, int]
"""Rows from, rows to, columns from, columns to, in pixels; the ends are exclusive."""
Learnt: TypeAlias = Mapping[str, Rectangle | None]
"""By the digest of a picture: the part that was held out, None when all of it was learnt."""

RECORD = "learnt"


def slices_of(part: Rectangle) -> tuple[slice, slice]:
    """A part as NumPy takes it."""
    return slice(part[0], part[1]), slice(part[2], part[3])


def rectangle_of(part: tuple[slice, slice]) -> Rectangle:
    """A part as it is written down."""
    rows, columns = part
    return rows.start, rows.stop, columns.start, columns.stop


def together(all_learnt: Iterable[Learnt]) -> Learnt:
    """What any of them has learnt; a part stays held out only where all held out the same."""
    result: dict[str, Rectangle | None] = {}
    for learnt in all_learnt:
        for digest, part in learnt.items():
            same = digest not in result or result[digest] == part
            result[digest] = part if same else None
    return result


def learnt_by(model: TrainedModel) -> Learnt | None:
    """What a model has learnt from; None when its file does not say."""
    record = model.record.get(RECORD)
    if not isinstance(record, dict):
        return None
    return {str(digest): _rectangle(part) for digest, part in record.items()}


def _rectangle(part: object) -> Rectangle | None:
    if isinstance(part, list) and len(part) == 4 and all(isinstance(n, int) for n in part):
        return part[0], part[1], part[2], part[3]
    return None
