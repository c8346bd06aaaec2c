"""Groups, hidden objects, and copies of both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.document.annotation import Annotation
from core.document.document import ImageDocument
from core.document.geometry import Box
from core.editing.annotations import set_hidden, show_only
from core.editing.copying import duplicate_annotations, pasted_annotations, propagated
from core.editing.groups import group, ungroup, with_groups
from core.errors import MaskwrightError
from tests.core.editing.examples import annotation, applied, document


def _item(number: int, group_id: int | None = None, **fields: bool) -> Annotation:
    item = annotation(number, Box(number, 1, 3, 3), locked=fields.get("locked", False))
    return replace(item, group_id=group_id, hidden=fields.get("hidden", False))


def _groups(found: ImageDocument) -> dict[int, int | None]:
    return {item.id: item.group_id for item in found.annotations.values()}


def test_objects_leave_their_group_for_a_new_one() -> None:
    start = document(_item(1, 4), _item(2, 4), _item(3), _item(4, 9))
    after = applied(start, group(start, (2, 3)))
    assert _groups(after) == {1: 4, 2: 10, 3: 10, 4: 9}
    assert with_groups(after, [3]) == {2, 3}
    assert group(after, (2, 3)) is None


def test_ungrouping_frees_the_chosen_ones_only() -> None:
    start = document(_item(1, 4), _item(2, 4), _item(3, 4))
    assert _groups(applied(start, ungroup(start, (1, 2)))) == {1: None, 2: None, 3: 4}
    assert ungroup(document(_item(1)), (1,)) is None


def test_what_cannot_be_grouped_is_refused() -> None:
    start = document(_item(1), _item(2, locked=True), replace(_item(3), layer_id=2))
    for ids, words in (((1,), "at least two"), ((1, 3), "one layer"), ((1, 2), "locked")):
        with pytest.raises(MaskwrightError, match=words):
            group(start, ids)


def test_a_group_stays_within_its_layer() -> None:
    start = document(_item(1, 4), replace(_item(2, 4), layer_id=2), _item(3, 4))
    assert with_groups(start, [1]) == {1, 3}


def test_copies_of_a_group_are_a_group_of_their_own() -> None:
    start = document(_item(1, 4), _item(2, 4), _item(3, 4, hidden=True), _item(5, 6))
    change = duplicate_annotations(start, (1, 3, 5))
    assert change is not None
    copies = change.images[7].annotations.added
    assert [item.group_id for item in copies] == [7, 7, None]
    assert not any(item.hidden for item in copies)
    pasted = pasted_annotations(document(_item(9, 1), image_id=8), start.in_layer(1)[:2], 1)
    assert [item.group_id for item in pasted] == [2, 2]


def test_hiding_and_showing() -> None:
    start = document(_item(1), _item(2, hidden=True), _item(3, locked=True))
    hidden = applied(start, set_hidden(start, (1, 3), True))
    assert [item.hidden for item in hidden.annotations.values()] == [True] * 3
    assert not any(item.edited for item in hidden.annotations.values()), "nothing else changes"
    alone = applied(hidden, show_only(hidden, 1, (2,)))
    assert [item.hidden for item in alone.annotations.values()] == [True, False, True]
    assert show_only(alone, 1, (2,)) is None


def test_copies_on_many_images_are_one_step() -> None:
    targets = [document(image_id=number) for number in (8, 9)]
    change = propagated(targets, (annotation(1, Box(1, 2, 3, 4)),), 1)
    assert change is not None
    assert sorted(change.images) == [8, 9]
    first, second = (change.images[number].annotations.added[0] for number in (8, 9))
    assert first.geometry == second.geometry == Box(1, 2, 3, 4)
    assert first.id != second.id
    assert first.provenance.source == "propagate"
    assert propagated(targets, (annotation(1, Box(100, 2, 3, 4)),), 1) is None
