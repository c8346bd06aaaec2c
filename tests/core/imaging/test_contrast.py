"""Dark pictures are shown over the whole range, with their colours."""

from __future__ import annotations

import numpy as np

from core.imaging.contrast import stretched_levels
from core.imaging.pyramid import build_pyramid


def test_a_dark_picture_reaches_from_black_to_white() -> None:
    rows = np.linspace(5, 30, 64).astype(np.uint8)
    dark = np.repeat(np.repeat(rows[:, None, None], 64, axis=1), 3, axis=2)
    levels = build_pyramid(np.ascontiguousarray(dark))
    before = [level.copy() for level in levels]
    stretched = stretched_levels(levels)
    assert stretched[0][..., :3].min() == 0
    assert stretched[0][..., :3].max() == 255
    assert all(np.array_equal(kept, level) for kept, level in zip(before, levels, strict=True))
    assert [level.shape for level in stretched] == [level.shape for level in levels]


def test_the_order_of_tones_and_the_hue_stay() -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[..., 0] = np.arange(64, dtype=np.uint8).reshape(8, 8)
    shown = stretched_levels(build_pyramid(picture))[0]
    red = shown[..., 2].astype(int).ravel()
    assert (np.diff(red) >= 0).all()
    assert shown[..., 0].max() == 0


def test_a_picture_of_one_tone_is_shown_all_the_same() -> None:
    flat = np.full((4, 4, 3), 77, np.uint8)
    assert stretched_levels(build_pyramid(flat))[0].shape == (4, 4, 4)
