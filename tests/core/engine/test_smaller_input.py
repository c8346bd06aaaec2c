from __future__ import annotations

import numpy as np
import pytest

from core.document.geometry import Box, Polygon, Size
from core.document.mask import Mask
from core.engine.protocol import RgbImage
from core.engine.smaller_input import propose_smaller
from core.models.proposal import Proposal
from tests.core.models.oracle import bright_components


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("size", [Size(400, 300), Size(403, 301)])
def test_a_smaller_picture_gives_proposals_of_the_full_one(factor: int, size: Size) -> None:
    image = np.zeros((*size.shape, 3), np.uint8)
    image[40:80, 20:60] = 255
    image[size.height - 21 :, size.width - 23 :] = 255
    seen: list[tuple[int, ...]] = []

    def propose(small: RgbImage) -> tuple[Proposal, ...]:
        seen.append(small.shape)
        return bright_components(small)

    found = propose_smaller(image, factor, propose)
    assert seen == [(-(-size.height // factor), -(-size.width // factor), 3)]
    inner, corner = (item.geometry for item in found)
    assert isinstance(inner, Mask)
    assert inner.bounds == Box(20, 40, 40, 40)
    assert isinstance(corner, Mask)
    assert (corner.box.right, corner.box.bottom) == (size.width, size.height)
    assert found[0].soft_mask is not None
    assert found[0].soft_mask.box == Box(20, 40, 40, 40)


def test_boxes_and_polygons_grow_with_the_picture() -> None:
    def propose(_small: RgbImage) -> tuple[Proposal, ...]:
        outline = Polygon.from_points([(1, 1), (5, 1), (5, 4)])
        return (
            Proposal(0, Box(10, 5, 20, 20), 0.5, "", "x"),
            Proposal(1, outline, 0.4, "", "x"),
        )

    box, polygon = propose_smaller(np.zeros((50, 60, 3), np.uint8), 2, propose)
    assert box.geometry == Box(20, 10, 40, 40)
    assert polygon.geometry == Polygon.from_points([(2, 2), (10, 2), (10, 8)])
