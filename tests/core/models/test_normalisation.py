from __future__ import annotations

import numpy as np

from core.models.normalisation import normalise_percentiles
from tests.core.models.pictures import blobs


def test_a_dim_and_a_bright_exposure_come_out_alike() -> None:
    pixels, _ = blobs(1)
    dim = (pixels // 3).astype(np.uint8)
    difference = np.abs(normalise_percentiles(pixels) - normalise_percentiles(dim))
    assert float(difference.mean()) < 0.03


def test_the_result_is_bounded_and_a_flat_picture_stays_flat() -> None:
    flat = normalise_percentiles(np.full((20, 30, 3), 77, np.uint8))
    assert flat.dtype == np.float32
    assert np.ptp(flat) == 0
    noisy = normalise_percentiles(np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8))
    assert noisy.min() >= -0.5
    assert noisy.max() <= 2


def test_the_noise_of_an_empty_channel_is_not_blown_up() -> None:
    pixels, _ = blobs(2)
    pixels[:, :, 2] = np.random.default_rng(0).integers(0, 6, pixels.shape[:2])
    assert float(normalise_percentiles(pixels)[:, :, 2].std()) < 0.1
