from __future__ import annotations

import numpy as np
import pytest

from core.imaging.pyramid import SMALLEST_LEVEL_PX, build_pyramid


def test_each_pixel_is_the_mean_of_its_block() -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (903, 1101, 3), np.uint8)
    levels = build_pyramid(rgb)
    assert np.array_equal(levels[0][:, :, :3], rgb[:, :, ::-1])
    assert all((level[:, :, 3] == 255).all() for level in levels)
    assert [level.shape[:2] for level in levels] == [
        (903, 1101),
        (451, 550),
        (225, 275),
        (112, 137),
    ]
    blocks = levels[0][:902, :1100].reshape(451, 2, 550, 2, 4).mean(axis=(1, 3))
    assert np.abs(levels[1] - blocks).max() <= 0.5
    assert max(levels[-1].shape[:2]) <= SMALLEST_LEVEL_PX


@pytest.mark.parametrize("shape", [(1, 1), (3, 5000), (5000, 1), (2, 600), (256, 256)])
def test_every_extent_has_levels(shape: tuple[int, int]) -> None:
    levels = build_pyramid(np.zeros((*shape, 3), np.uint8))
    assert levels[0].shape[:2] == shape
    assert all(min(level.shape[:2]) >= 1 for level in levels)
    assert not levels[0].flags.writeable
