from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document.geometry import Box, Size
from core.models.pasting import mask_at, paste_mask, quantise
from core.models.proposal import SoftMask

SIZE = Size(90, 70)


@settings(max_examples=40, deadline=None)
@given(
    corners=st.tuples(*[st.floats(0, end, width=32) for end in (90, 70, 90, 70)]),
    seed=st.integers(0, 1000),
)
def test_pixels_are_those_that_torchvision_pastes(
    corners: tuple[float, float, float, float], seed: int
) -> None:
    import torch
    from torchvision.models.detection.roi_heads import paste_masks_in_image

    values = np.random.default_rng(seed).random((28, 28), np.float32)
    box = Box.from_corners(*corners)
    exact = torch.tensor([[box.x, box.y, box.right, box.bottom]], dtype=torch.float32)
    pasted = paste_masks_in_image(torch.from_numpy(values)[None, None], exact, SIZE.shape)
    wanted = pasted[0, 0].numpy()
    given_pixels = paste_mask(values, box, SIZE).to_array(SIZE)
    # A pixel may fall on the other side only where the two sums meet the threshold itself.
    differs = given_pixels != (wanted > 0.5)
    assert np.abs(wanted[differs] - 0.5).max(initial=0) < 1e-5


def test_a_mask_outside_the_picture_is_empty() -> None:
    assert paste_mask(np.ones((28, 28), np.float32), Box(200, 200, 30, 30), SIZE).is_empty


def test_a_higher_threshold_never_adds_pixels() -> None:
    rng = np.random.default_rng(3)
    soft = SoftMask(Box(10, 8, 50, 44), quantise(rng.random((28, 28), np.float32)))
    areas = [mask_at(soft, SIZE, threshold).area for threshold in (0.1, 0.4, 0.5, 0.8, 0.99)]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] > areas[-1]


def test_a_certain_mask_fills_its_box() -> None:
    soft = SoftMask(Box(20, 10, 28, 28), np.full((28, 28), 255, np.uint8))
    mask = mask_at(soft, SIZE)
    assert mask.area == pytest.approx(28 * 28, rel=0.12)
    assert mask.contains(34, 24)


def test_pasting_a_hundred_objects_into_24_megapixels_stays_in_their_boxes() -> None:
    size = Size(6000, 4000)
    values = np.ones((28, 28), np.float32)
    masks = [paste_mask(values, Box(50 * n, 30 * n, 120, 90), size) for n in range(100)]
    assert sum(mask.bits.nbytes for mask in masks) < 200_000
