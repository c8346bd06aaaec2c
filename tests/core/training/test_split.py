from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.training.data import UNLABELLED
from core.training.split import held_out_part, only_part, split_images, without_part


@given(st.integers(4, 60), st.integers(0, 5), st.data())
def test_a_fifth_is_held_out_and_stays_so(count: int, partial: int, data: st.DataObject) -> None:
    complete = {n: f"hash {n}" for n in range(count)}
    others = range(1000, 1000 + partial)
    first = split_images(complete, others)
    assert not first.learn & first.judge
    assert first.learn | first.judge == set(complete) | set(others)
    assert 1 <= len(first.judge) <= count / 2
    grown = complete | {n: f"hash {n}" for n in range(count, count + data.draw(st.integers(0, 9)))}
    assert first.judge <= split_images(grown, others, first.judge).judge


def test_few_images_are_judged_by_parts() -> None:
    split = split_images({1: "a", 2: "b"}, {3})
    assert split.by_parts
    assert split.judge == {1, 2}
    assert split.learn == {1, 2, 3}
    assert split_images({}, {3}).judge == {3}


def test_equal_pictures_come_to_the_same_side() -> None:
    same = split_images(dict.fromkeys(range(8), "same"), ())
    assert same.by_parts
    mixed = split_images({n: f"hash {n // 2}" for n in range(20)}, ())
    assert all((n in mixed.judge) == (n + 1 in mixed.judge) for n in range(0, 20, 2))


def test_a_quarter_with_objects_on_both_sides_is_held_out() -> None:
    instances = np.zeros((40, 40), np.int32)
    instances[2:8, 2:8], instances[30:36, 30:36], instances[2:8, 30:36] = 1, 2, 3
    part = held_out_part(instances)
    assert part is not None
    learn, judge = without_part(instances, part), only_part(instances, part)
    assert (learn[part] == UNLABELLED).all()
    assert ((learn == UNLABELLED) != (judge == UNLABELLED)).all()
    assert (learn > 0).any()
    assert (judge > 0).any()


def test_one_object_cannot_be_split() -> None:
    instances = np.zeros((40, 40), np.int32)
    instances[2:8, 2:8] = 1
    assert held_out_part(instances) is None


def test_what_the_parent_has_learnt_from_is_held_out_last() -> None:
    complete = {number: f"digest {number}" for number in range(1, 9)}
    learnt = {complete[number] for number in range(1, 8)}
    assert split_images(complete, (), (), learnt).judge >= {8}
    # Then there is no other choice, and as many as usual are held out.
    everything = split_images(complete, (), (), set(complete.values()))
    assert everything == split_images(complete, ())
    assert len(everything.judge) == 2
    # What was held out for the parent stays so.
    assert split_images(complete, (), (3, 5), learnt).judge == {3, 5}
