"""What a person chose to see changes what is shown, and nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.imaging.display import ToneMap, Tones, band_count, rgb_of_band, tone_map
from core.imaging.pyramid import build_pyramid


def picture(low: int = 0, high: int = 255) -> np.ndarray:
    ramp = np.linspace(low, high, 64 * 64).reshape(64, 64)
    return np.dstack([ramp, ramp[::-1], ramp.T]).astype(np.uint8)


def shown(rgb: np.ndarray, tones: Tones) -> np.ndarray:
    level = build_pyramid(rgb)[0]
    found = tone_map(tones, level)
    return (level if found is None else found.applied(level))[..., 2::-1]


def test_nothing_chosen_means_the_picture_as_it_is() -> None:
    assert tone_map(Tones(), build_pyramid(picture())[-1]) is None


def test_a_dark_picture_reaches_from_black_to_white_when_stretched() -> None:
    seen = shown(picture(5, 30), Tones(stretched=True))
    assert seen.min() == 0
    assert seen.max() == 255


def test_hues_stay_when_stretched() -> None:
    rgb = np.zeros((16, 16, 3), np.uint8)
    rgb[..., 0] = np.arange(256).reshape(16, 16) // 4
    seen = shown(rgb, Tones(stretched=True))
    assert (np.diff(seen[..., 0].ravel().astype(int)) >= 0).all()
    assert seen[..., 1:].max() == 0


def test_a_picture_of_one_tone_stays_one_tone() -> None:
    seen = shown(np.full((8, 8, 3), 77, np.uint8), Tones(stretched=True))
    assert len(np.unique(seen)) == 1


def test_brighter_is_brighter_and_gamma_lifts_the_shadows() -> None:
    rgb = np.full((4, 4, 3), 60, np.uint8)
    assert shown(rgb, Tones(brightness=0.2)).min() > 100
    assert shown(rgb, Tones(gamma=2.0)).min() > 100
    assert shown(rgb, Tones(contrast=0.5)).max() < 60, "farther from the middle"


def test_one_channel_alone_is_grey() -> None:
    rgb = picture()
    for band in range(3):
        seen = shown(rgb, Tones(band=band))
        assert np.array_equal(seen, np.repeat(rgb[..., band : band + 1], 3, axis=2))
    grey = shown(rgb, Tones(grey=True))
    assert np.array_equal(grey[..., 0], grey[..., 2])


def test_a_single_band_is_stretched_by_its_own_values() -> None:
    rgb = picture()
    rgb[..., 1] = rgb[..., 1] // 8
    seen = shown(rgb, Tones(band=1, stretched=True))
    assert seen.max() == 255


@given(
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.floats(0.1, 8),
    st.booleans(),
)
def test_tones_never_change_their_order(
    brightness: float, contrast: float, gamma: float, stretched: bool
) -> None:
    found = tone_map(Tones(brightness, contrast, gamma, stretched), build_pyramid(picture())[0])
    if found is not None:
        assert (np.diff(found.table.astype(int)) >= 0).all()


def test_what_is_shown_is_opaque() -> None:
    table = np.zeros(256, np.uint8)
    seen = ToneMap(table).applied(build_pyramid(picture())[0])
    assert (seen[..., 3] == 255).all()
    assert seen[..., :3].max() == 0


def test_deep_values_are_spread_between_the_percentiles_that_are_asked_for() -> None:
    samples = np.linspace(1000, 3000, 10_000).reshape(100, 100).astype(np.uint16)
    narrow = rgb_of_band(samples, Tones(stretched=True, low_percent=25, high_percent=75))
    assert (narrow == 0).mean() > 0.2
    assert (narrow == 255).mean() > 0.2
    wide = rgb_of_band(samples, Tones(stretched=True, low_percent=0, high_percent=100))
    assert (wide == 0).mean() < 0.01


def test_a_band_of_many_is_shown_by_its_own_range() -> None:
    samples = np.zeros((10, 10, 6), np.float32)
    samples[..., 4] = np.linspace(-1, 1, 100).reshape(10, 10)
    seen = rgb_of_band(samples, Tones(band=4))
    assert seen.shape == (10, 10, 3)
    assert (seen.min(), seen.max()) == (0, 255)
    assert band_count(samples) == 6
    assert rgb_of_band(samples, Tones(band=99)).max() == 0, "the last one"
