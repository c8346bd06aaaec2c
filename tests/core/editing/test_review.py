from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.annotation import Geometry, ReviewState
from core.document.change import Change
from core.document.document import ImageDocument
from core.document.geometry import Box, Polygon
from core.document.images import Dataset
from core.document.mask import Mask
from core.editing.review import ReviewPair, keep_mine, merge_region, take_theirs, together
from core.errors import ConflictError, MaskwrightError
from core.formats.coco import write_coco
from core.scoring.difference import Disagreement, differences
from core.scoring.overlap import score_image
from tests.core.scoring.examples import (
    CAT,
    DOG,
    PREDICTION,
    SIZE,
    STATE,
    TRUTH,
    dataset,
    document,
    rectangle,
)

MINE, THEIRS = PREDICTION, TRUTH


def pairs_of(item: ImageDocument) -> list[ReviewPair]:
    found = differences(item, STATE, THEIRS, MINE)
    return [ReviewPair(entry.prediction_id, entry.truth_id) for entry in found]


def after(item: ImageDocument, change: Change | None) -> ImageDocument:
    return item if change is None else change.images[item.image_id].applied_to(item)


@st.composite
def shapes(draw: st.DrawFn) -> list[tuple[int, Geometry]]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    found: list[tuple[int, Geometry]] = []
    for _ in range(draw(st.integers(0, 5))):
        left, top = int(rng.integers(0, 30)), int(rng.integers(0, 20))
        width, height = int(rng.integers(2, 10)), int(rng.integers(2, 10))
        kind = rng.integers(0, 3)
        shape: Geometry = rectangle(left, top, width, height)
        if kind == 1:
            shape = Box(left + 0.25, top, width, height)
        elif kind == 2:
            points = [(left, top), (left + width, top), (left, top + height + 0.5)]
            shape = Polygon.from_points(points)
        found.append((int(rng.integers(CAT, DOG + 1)), shape))
    return found


@given(shapes(), shapes())
def test_after_taking_all_theirs_every_iou_is_one(
    theirs: Sequence[tuple[int, Geometry]], mine: Sequence[tuple[int, Geometry]]
) -> None:
    item = document(theirs, mine)
    taken = after(item, take_theirs(item, pairs_of(item), MINE, "ann"))
    score = score_image(taken, STATE, THEIRS, MINE)
    assert {part.iou for part in score.per_label.values()} <= {1.0, None}
    assert all(pair.iou == 1.0 for pair in score.matched)
    assert taken.in_layer(THEIRS) == item.in_layer(THEIRS)
    assert take_theirs(taken, pairs_of(taken), MINE, "ann") is None


@given(shapes(), shapes())
def test_taking_theirs_is_one_step_that_can_be_undone(
    theirs: Sequence[tuple[int, Geometry]], mine: Sequence[tuple[int, Geometry]]
) -> None:
    item = document(theirs, mine)
    change = take_theirs(item, pairs_of(item), MINE, "ann")
    if change is not None:
        back = after(after(item, change), change.inverted())
        assert back.annotations == item.annotations


def export(item: ImageDocument, path: Path) -> bytes:
    items: Dataset = dataset(item)
    write_coco(items, MINE, path)
    return path.read_bytes()


def test_keeping_mine_leaves_the_export_of_mine_byte_for_byte(tmp_path: Path) -> None:
    item = document(
        [(CAT, rectangle(0, 0, 10, 10)), (CAT, rectangle(20, 0, 9, 9))],
        [(DOG, rectangle(0, 0, 10, 9)), (CAT, rectangle(0, 20, 5, 5))],
    )
    before = export(item, tmp_path / "before.json")
    kept = after(item, keep_mine(item, pairs_of(item)))
    assert kept != item
    assert export(kept, tmp_path / "after.json") == before
    assert all(entry.is_settled for entry in differences(kept, STATE, THEIRS, MINE))
    assert keep_mine(kept, pairs_of(kept)) is None


def test_what_only_theirs_has_is_rejected_when_mine_is_kept() -> None:
    item = document([(CAT, rectangle(0, 0, 10, 10))])
    kept = after(item, keep_mine(item, pairs_of(item)))
    assert kept.annotations[1].review is ReviewState.REJECTED
    assert kept.in_layer(MINE) == ()


@given(shapes(), shapes(), st.integers(0, 30), st.integers(0, 20))
def test_inside_a_merged_region_mine_is_theirs_and_outside_it_stays(
    theirs: Sequence[tuple[int, Geometry]],
    mine: Sequence[tuple[int, Geometry]],
    left: int,
    top: int,
) -> None:
    masks = [[entry for entry in side if isinstance(entry[1], Mask)] for side in (theirs, mine)]
    item = document(*masks)
    region = rectangle(left, top, 12, 9)
    inside = region.to_array(SIZE)
    for pair in pairs_of(item):
        merged = after(item, merge_region(item, pair, region, MINE, "ann"))
        before, now = _array(item, pair.mine_id), _mine_after(item, merged, pair)
        np.testing.assert_array_equal(now[inside], _array(item, pair.theirs_id)[inside])
        np.testing.assert_array_equal(now[~inside], before[~inside])


def _array(
    item: ImageDocument, number: int | None
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    if number is None or number not in item.annotations:
        return np.zeros(SIZE.shape, np.bool_)
    geometry = item.annotations[number].geometry
    assert isinstance(geometry, Mask)
    return geometry.to_array(SIZE)


def _mine_after(
    before: ImageDocument, merged: ImageDocument, pair: ReviewPair
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    new = set(merged.annotations) - set(before.annotations)
    return _array(merged, new.pop() if new else pair.mine_id)


def test_a_wrong_label_is_taken_over_too() -> None:
    item = document([(CAT, rectangle(0, 0, 10, 10))], [(DOG, rectangle(0, 0, 10, 10))])
    (entry,) = differences(item, STATE, THEIRS, MINE)
    assert entry.kind is Disagreement.WRONG_LABEL
    taken = after(item, take_theirs(item, pairs_of(item), MINE, "ann"))
    assert taken.annotations[2].label_id == CAT
    assert taken.annotations[2].edited


def test_what_is_locked_is_not_taken_over() -> None:
    item = document([(CAT, rectangle(0, 0, 10, 10))], [(DOG, rectangle(0, 0, 10, 10))])
    locked = replace(item.annotations[2], locked=True)
    item = replace(item, annotations={**item.annotations, 2: locked})
    with pytest.raises(MaskwrightError, match="locked"):
        take_theirs(item, pairs_of(item), MINE, "ann")
    with pytest.raises(MaskwrightError, match="locked"):
        merge_region(item, ReviewPair(2, 1), rectangle(0, 0, 3, 3), MINE, "ann")


def test_an_object_that_is_gone_is_said_so() -> None:
    with pytest.raises(ConflictError):
        take_theirs(document(), [ReviewPair(5, None)], MINE, "ann")


def test_many_images_are_one_step() -> None:
    items = [document([(CAT, rectangle(0, 0, 4, 4))], image_id=number) for number in (1, 2)]
    changes = [take_theirs(item, pairs_of(item), MINE, "ann") for item in items]
    change = together([*changes, None], "Take all theirs")
    assert change is not None
    assert set(change.images) == {1, 2}
    assert together([None], "Take all theirs") is None
