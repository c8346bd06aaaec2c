"""Every odd image of the development data: shown sensibly or refused with a sentence."""

from __future__ import annotations

import csv
import resource
from pathlib import Path

import numpy as np
import pytest

from core.errors import ReadError
from core.imaging.reading import probe_image, read_image, read_preview

pytestmark = [
    pytest.mark.allows_logs,  # tifffile tells its log about damaged tags
    pytest.mark.filterwarnings("ignore"),  # Pillow warns of what it repairs
]

MEMORY_KIB = 2_000_000


def test_all_are_shown_or_refused(shared_data: Path) -> None:
    folder = shared_data / "odd_images"
    with (folder / "manifest.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wrong: list[str] = []
    for row in rows:
        path = folder / row["file"]
        if not path.exists():
            continue
        try:
            image = read_image(path)
        except ReadError as error:
            # Where asking for EXIF failed, a damage was met and skipped before the load.
            if row["pil_load"] == "ok" and not row["exif_orientation"].startswith("ERR"):
                wrong.append(f"{row['file']} was refused: {error}")
            if str(path) not in error.message:
                wrong.append(f"{row['file']} is not named: {error}")
            continue
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            wrong.append(f"{row['file']} came as {image.dtype} {image.shape}")
        size = probe_image(path)
        _, full = read_preview(path)
        if not image.shape[:2] == size.shape == full.shape:
            wrong.append(f"{row['file']}: {image.shape}, probed {size}, previewed {full}")
        if "truncated" in row["pil_load"]:
            wrong.append(f"{row['file']} breaks off and was shown")
    assert not wrong, "\n".join(wrong)
    assert len(rows) > 500
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY_KIB


@pytest.mark.parametrize("number", [3, 5, 6, 8])
def test_photos_turned_by_exif_look_alike(shared_data: Path, number: int) -> None:
    folder = shared_data / "odd_images" / "exif_orientation"
    first = read_image(folder / "Landscape_3.jpg")[::20, ::20].astype(float)
    other = read_image(folder / f"Landscape_{number}.jpg")[::20, ::20].astype(float)
    assert first.shape == other.shape
    assert np.corrcoef(first.ravel(), other.ravel())[0, 1] > 0.95
