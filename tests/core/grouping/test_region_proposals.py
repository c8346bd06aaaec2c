from __future__ import annotations

import itertools

import numpy as np

from core.document.geometry import Size
from core.document.mask import Mask
from core.grouping import build_hierarchy
from core.grouping.region_proposals import proposals
from tests.core.grouping.pictures import shapes_picture

SIZE = Size(160, 120)


def disc_picture() -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[:120, :160]
    disc = (rows - 55) ** 2 + (columns - 90) ** 2 < 30**2
    colors = np.where(disc[..., None], (210, 60, 50), (60, 90, 110))
    noise = np.random.default_rng(1).normal(0, 3, colors.shape)
    return (colors + noise).clip(0, 255).astype(np.uint8), disc


def test_the_one_thing_in_a_picture_is_among_the_first() -> None:
    picture, disc = disc_picture()
    found = proposals(build_hierarchy(picture), SIZE)
    overlaps = []
    for item in found[:3]:
        assert isinstance(item.geometry, Mask)
        pixels = item.geometry.to_array(SIZE)
        overlaps.append((pixels & disc).sum() / (pixels | disc).sum())
    assert max(overlaps) > 0.95


def test_proposals_are_ranked_limited_and_differ() -> None:
    found = proposals(build_hierarchy(shapes_picture()), SIZE, limit=25)
    assert 5 <= len(found) <= 25
    scores = [item.score for item in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len({item.id for item in found}) == len(found)
    assert {item.source for item in found} == {"regions"}
    masks = [item.geometry.to_array(SIZE) for item in found if isinstance(item.geometry, Mask)]
    assert len(masks) == len(found)
    for one, other in itertools.combinations(masks, 2):
        assert (one & other).sum() <= 0.8 * (one | other).sum()
    for mask in masks:
        assert 0.0004 <= mask.mean() <= 0.7


def test_a_picture_without_parts_has_no_proposals() -> None:
    assert proposals(build_hierarchy(np.zeros((9, 9, 3), np.uint8)), Size(9, 9)) == ()
