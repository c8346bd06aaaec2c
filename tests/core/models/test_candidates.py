import numpy as np
import pytest

from core.document.geometry import Box, Keypoints, Size, Visibility
from core.document.mask import Mask
from core.models.candidates import CandidateFilter, Candidates, ShapesAtThreshold
from core.models.pasting import mask_at
from core.models.proposal import Proposal, SoftMask

SIZE = Size(60, 40)


def _proposals(*shapes: Box | Mask | Keypoints) -> tuple[Proposal, ...]:
    return tuple(
        Proposal(number, shape, 0.9 - number / 10, "", "m") for number, shape in enumerate(shapes)
    )


def test_no_candidates_are_answered() -> None:
    candidates = Candidates.of(())
    assert candidates.shown(CandidateFilter()) == ()
    assert candidates.places_like(Box(0, 0, 5, 5), 0.5) == {}


def test_what_has_no_area_is_not_shown() -> None:
    items = _proposals(Box(1, 1, 0, 5), Mask.empty(), Box(1, 1, 5, 5))
    assert [found.place for found in Candidates.of(items).shown(CandidateFilter())] == [2]


def test_the_size_of_a_mask_is_that_of_its_pixels() -> None:
    diagonal = Mask.from_array(np.eye(16), 0, 0)
    candidates = Candidates.of(_proposals(diagonal, Box(20, 0, 16, 16)))
    assert [found.place for found in candidates.shown(CandidateFilter(smallest_px=5))] == [1]
    assert [found.place for found in candidates.shown(CandidateFilter(largest_px=5))] == [0]


def test_keypoints_are_only_like_keypoints() -> None:
    seen = Visibility.VISIBLE
    pose = Keypoints(((0.0, 0.0, seen), (10.0, 10.0, seen)))
    candidates = Candidates.of(_proposals(pose, Box(0, 0, 10, 10)))
    assert candidates.places_like(Box(0, 0, 10, 10), 0.5) == {1: 1.0}
    assert candidates.places_like(pose, 0.5) == {0: 1.0}


def _ramp() -> Proposal:
    ramp = np.tile(np.linspace(0, 255, 28).astype(np.uint8), (28, 1))
    soft = SoftMask(Box(4, 4, 20, 20), ramp)
    return Proposal(0, mask_at(soft, SIZE), 0.9, "", "m", soft)


@pytest.mark.parametrize("budget_bytes", [0, 10**6])
def test_a_threshold_cuts_soft_masks_and_leaves_other_shapes(budget_bytes: int) -> None:
    item, shapes = _ramp(), ShapesAtThreshold(SIZE, budget_bytes)
    shapes.prepare(0, item)
    assert item.soft_mask is not None
    assert shapes.shape(0, item, 0.5) is item.geometry
    for threshold in (0.2, 0.8, 0.2):
        assert shapes.shape(0, item, threshold) == mask_at(item.soft_mask, SIZE, threshold)
    (plain,) = _proposals(Box(0, 0, 5, 5))
    assert shapes.shape(1, plain, 0.9) is plain.geometry


def test_a_threshold_that_leaves_nothing_keeps_the_usual_shape() -> None:
    soft = SoftMask(Box(4, 4, 20, 20), np.full((28, 28), 140, np.uint8))
    item = Proposal(0, mask_at(soft, SIZE), 0.9, "", "m", soft)
    assert ShapesAtThreshold(SIZE).shape(0, item, 0.9) is item.geometry
