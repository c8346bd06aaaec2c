from dataclasses import replace

import pytest

from core.document.geometry import Box
from core.document.mask import Mask
from core.editing.areas import area_of
from core.editing.paint_rules import PaintRule, add_painted, paint_on
from tests.core.editing.examples import SIZE, SQUARE, annotation, applied, disc_mask, document

OLD = disc_mask(4, 4, 10)
NEW = disc_mask(10, 4, 10)


def test_the_rules_go_round() -> None:
    rule, seen = PaintRule.OVER, []
    for _ in PaintRule:
        seen.append(rule)
        rule = rule.next
    assert rule is PaintRule.OVER
    assert seen == list(PaintRule)


def test_over_and_under_keep_the_pixels_and_choose_the_place() -> None:
    start = document(annotation(1, OLD, order=3))
    new = annotation(9, NEW, order=4)
    over = applied(start, add_painted(start, new, PaintRule.OVER, "Paint"))
    assert [item.id for item in over.in_layer(1)] == [1, 9]
    under = applied(start, add_painted(start, new, PaintRule.UNDER, "Paint"))
    assert [item.id for item in under.in_layer(1)] == [9, 1]
    assert under.annotations[9].geometry == NEW


def test_only_unlabelled_pixels_are_painted() -> None:
    start = document(annotation(1, OLD), annotation(2, Box(0, 0, 40, 30)))
    new = annotation(9, NEW)
    after = applied(start, add_painted(start, new, PaintRule.UNLABELLED, "Paint"))
    assert after.annotations[9].geometry == NEW.without(OLD)
    inside = annotation(9, disc_mask(5, 5, 2))
    assert add_painted(start, inside, PaintRule.UNLABELLED, "Paint") is None


def test_an_outline_in_the_open_stays_one() -> None:
    start = document(annotation(1, disc_mask(30, 20, 4)))
    after = applied(start, add_painted(start, annotation(9, SQUARE), PaintRule.UNLABELLED, "Paint"))
    assert after.annotations[9].geometry == SQUARE


def test_taking_leaves_no_overlap_but_with_locked_objects() -> None:
    covered = disc_mask(12, 6, 2)
    start = document(
        annotation(1, OLD),
        annotation(2, covered),
        annotation(3, SQUARE.moved(6, 2)),
        annotation(4, disc_mask(15, 10, 8), locked=True),
    )
    after = applied(start, add_painted(start, annotation(9, NEW), PaintRule.TAKE, "Paint"))
    assert after.annotations[1].geometry == OLD.without(NEW)
    assert 2 not in after.annotations
    assert area_of(after.annotations[3], SIZE).intersected(NEW).is_empty
    assert after.annotations[4] == start.annotations[4]


@pytest.mark.parametrize("rule", PaintRule)
def test_a_stroke_on_an_object_follows_the_rule(rule: PaintRule) -> None:
    start = document(annotation(1, OLD), annotation(2, disc_mask(20, 20, 3)))
    after = applied(start, paint_on(start, 2, NEW, "ann", rule))
    painted, old = after.annotations[2].geometry, after.annotations[1].geometry
    assert isinstance(painted, Mask)
    assert isinstance(old, Mask)
    expected = NEW.without(OLD) if rule is PaintRule.UNLABELLED else NEW
    assert painted == disc_mask(20, 20, 3).united(expected)
    assert old == (OLD.without(NEW) if rule is PaintRule.TAKE else OLD)


def test_taking_with_pixels_that_the_object_has_already_still_takes() -> None:
    start = document(annotation(1, OLD), annotation(2, NEW))
    after = applied(start, paint_on(start, 2, NEW, "ann", PaintRule.TAKE))
    assert after.annotations[1].geometry == OLD.without(NEW)
    assert paint_on(after, 2, NEW, "ann", PaintRule.TAKE) is None
    other_layer = document(replace(annotation(1, OLD), layer_id=5), annotation(2, NEW))
    assert paint_on(other_layer, 2, NEW, "ann", PaintRule.TAKE) is None
