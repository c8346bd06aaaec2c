"""Damaged bytes: an image or a ReadError comes back, and never anything else."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from core.errors import ReadError
from core.imaging.reading import probe_image, read_image, read_preview

pytestmark = [
    pytest.mark.allows_logs,  # tifffile tells its log about damaged tags
    pytest.mark.filterwarnings("ignore"),  # Pillow warns of what it repairs
]

FORMATS = ("JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP", "PPM", "TGA", "ICO", "JPEG2000", "DEEP")


def encoded(name: str) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 255, (24, 20, 3), np.uint8)
    stream = io.BytesIO()
    if name == "DEEP":
        tifffile.imwrite(stream, pixels.astype(np.float32), photometric="rgb")
    else:
        Image.fromarray(pixels).save(stream, format=name)
    return stream.getvalue()


def survive(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    for read in (read_image, read_preview, probe_image):
        with suppress(ReadError):
            read(path)


def damage(data: bytes, rng: np.random.Generator) -> bytes:
    """A few bytes changed, mostly in the header; sometimes cut or padded."""
    damaged = bytearray(data)
    for _ in range(rng.integers(1, 6)):
        reach = min(len(damaged), 200) if rng.random() < 0.7 else len(damaged)
        damaged[rng.integers(reach)] = rng.integers(256)
    if rng.random() < 0.2:
        del damaged[rng.integers(len(damaged)) :]
    return bytes(damaged)


@pytest.mark.parametrize("name", FORMATS)
def test_a_few_wrong_bytes(tmp_path: Path, name: str) -> None:
    data, rng = encoded(name), np.random.default_rng(5)
    for _ in range(25):
        survive(tmp_path / "damaged.img", damage(data, rng))


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_many_wrong_bytes(tmp_path: Path, name: str) -> None:
    data, rng = encoded(name), np.random.default_rng(6)
    for _ in range(400):
        survive(tmp_path / "damaged.img", damage(data, rng))
