import pytest

from core.scoring.fix_queue import WORTH_FIXING, ImageSums, by_doubt, fix_queue
from core.scoring.scores import ImageScore, MatchedPair


def test_the_gain_is_that_of_the_mean_once_an_image_is_fixed() -> None:
    # Image 1: two objects, one missed. Image 2: one found at .6, one extra. Image 3: perfect.
    sums = [ImageSums(1, 2, 1.0, 2), ImageSums(2, 2, 0.6, 1), ImageSums(3, 2, 2.0, 2)]
    found = fix_queue(sums)
    score = (1.0 + 0.6 + 2.0) / 6
    assert found.score == pytest.approx(score)
    gains = {1: (2 + 0.6 + 2) / 6 - score, 2: (1 + 1 + 2) / 5 - score}
    assert found.image_ids == (2, 1)
    assert found.gains == pytest.approx((gains[2], gains[1]))
    assert found.worthwhile == 2


def test_what_is_decided_on_counts_but_is_not_listed() -> None:
    sums = [ImageSums(1, 2, 1.0, 2), ImageSums(2, 2, 0.6, 1)]
    assert fix_queue(sums, done={2}).image_ids == (1,)
    assert fix_queue(sums, done={2}).score == fix_queue(sums).score


def test_fixing_an_image_brings_the_gain_that_was_told() -> None:
    before = fix_queue([ImageSums(1, 3, 1.2, 2), ImageSums(2, 5, 4.0, 5)])
    after = fix_queue([ImageSums(1, 2, 2.0, 2), ImageSums(2, 5, 4.0, 5)])
    assert before.score is not None
    assert after.score == pytest.approx(before.score + before.gains[before.image_ids.index(1)])
    assert after.image_ids == (2,), "it is ranked anew, without what was fixed"


def test_small_gains_are_said_to_be_none() -> None:
    many = [ImageSums(number, 100, 100.0, 100) for number in range(2, 100)]
    found = fix_queue([ImageSums(1, 100, 99.9, 100), *many])
    assert found.image_ids == (1,)
    assert found.gains[0] < WORTH_FIXING
    assert found.worthwhile == 0


def test_only_extra_objects_and_nothing_at_all() -> None:
    found = fix_queue([ImageSums(1, 2, 0.0, 0)])
    assert found.score == 0.0
    assert found.gains == (1.0,)
    assert fix_queue([ImageSums(1, 0, 0.0, 0)]).score is None
    assert fix_queue([]).image_ids == ()


def test_sums_of_a_score() -> None:
    pairs = (MatchedPair(1, 5, 6, 0.8), MatchedPair(1, 7, None, 0.0), MatchedPair(1, None, 8, 0.0))
    assert ImageSums.of(ImageScore(4, 0, 2, {}, None, None, pairs, 0.8 / 3)) == ImageSums(
        4, 3, 0.8, 2
    )


def test_unsure_predictions_come_first() -> None:
    scores = {1: [0.99, 0.98], 2: [0.5], 3: [], 4: [0.4, 0.6]}
    assert by_doubt(scores) == (4, 2, 1, 3)
    assert by_doubt(scores, done={4}) == (2, 1, 3)
