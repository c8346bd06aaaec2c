"""From nothing to a window with a picture: start, large folders, first pictures of large files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from core.imaging.pyramid import build_pyramid
from core.imaging.reading import read_reduced

pytestmark = [pytest.mark.speed, pytest.mark.timeout(900)]

Benchmark = Any
"""pytest-benchmark's fixture, which has no types."""

IMAGES = 100_000
LIMIT_FOLDER_S = 1.0

START = """
import json, sys, time
from pathlib import Path
begun = time.perf_counter()
from gui.__main__ import load_window
load_window()
from PySide6.QtTest import QTest
from gui.app import make_application, make_desk
application = make_application(["maskwright"])
desk = make_desk(application)
ready = time.process_time()
gui_ready = time.thread_time()
desk.open(Path(sys.argv[1]))
while desk.window is None or not desk.window.bench.presenter.shows(
    desk.window.bench.session.image.id
):
    QTest.qWait(1)
desk.window.bench.canvas.repaint()
shown = time.process_time()
gui = time.thread_time() - gui_ready
print(json.dumps({"start": ready, "cpu": shown, "gui": gui, "wall": time.perf_counter() - begun}))
desk.close()
"""


def opened(source: Path, home: Path) -> dict[str, float]:
    """CPU seconds of the process until it could open, and until a picture was on the screen.

    Python keeps what it has compiled, as it does for people: only the first start compiles.
    """
    place = {
        name: str(home / name) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    }
    place |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(home / "compiled")}
    found = subprocess.run(
        [sys.executable, "-c", START, str(source)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **place, "HOME": str(home), "QT_QPA_PLATFORM": "offscreen"},
    )
    assert found.returncode == 0, found.stderr[-2000:]
    answer: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return answer


def photograph(path: Path, width: int, height: int) -> Path:
    small = np.random.default_rng(0).integers(0, 255, (height // 8, width // 8, 3), np.uint8)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(path), large, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return path


def test_a_usable_window(benchmark: Benchmark, tmp_path: Path) -> None:
    """CPU seconds with the first image on the screen; the goal is 0.6."""
    (tmp_path / "one").mkdir()
    photograph(tmp_path / "one" / "one.jpg", 1600, 1200)
    found: list[dict[str, float]] = []
    benchmark.pedantic(
        lambda: found.append(opened(tmp_path / "one", tmp_path)), rounds=5, warmup_rounds=1
    )
    benchmark.extra_info["cpu_ms"] = 1000 * float(np.median([item["cpu"] for item in found]))
    benchmark.extra_info["goal_ms"] = 600


def test_a_folder_of_100_000_images_in_the_window(benchmark: Benchmark, tmp_path: Path) -> None:
    """CPU seconds of the window's thread until the first picture is seen; the goal is 0.3.

    ``all_cpu_ms`` has what other threads do meanwhile: listing, writing the project.
    """
    folder = tmp_path / "many"
    folder.mkdir()
    first = photograph(folder / "picture000000.jpg", 1600, 1200)
    for number in range(1, IMAGES):
        (folder / f"picture{number:06}.jpg").touch()
    seconds: list[float] = []
    all_threads: list[float] = []

    def open_afresh() -> None:
        found = opened(folder, tmp_path)
        seconds.append(found["gui"])
        all_threads.append(found["cpu"] - found["start"])
        for project in (*folder.glob("*.maskwright*"), *tmp_path.glob("*.maskwright*")):
            shutil.rmtree(project) if project.is_dir() else project.unlink()

    benchmark.pedantic(open_afresh, rounds=3)
    assert first.exists()
    benchmark.extra_info["gui_cpu_ms"] = 1000 * float(np.median(seconds))
    benchmark.extra_info["all_cpu_ms"] = 1000 * float(np.median(all_threads))
    benchmark.extra_info["goal_ms"] = 300
    assert np.median(seconds) <= LIMIT_FOLDER_S


@pytest.mark.benchmark(timer=time.thread_time)
@pytest.mark.parametrize(("width", "height", "goal_ms"), [(6000, 4000, 80), (12000, 9000, 350)])
def test_the_first_picture_of_a_large_jpeg(
    benchmark: Benchmark, tmp_path: Path, width: int, height: int, goal_ms: int
) -> None:
    """CPU time of decoding a quarter and its pyramid, in a background thread of the program."""
    path = photograph(tmp_path / "large.jpg", width, height)

    def first_picture() -> None:
        found = read_reduced(path)
        assert found is not None
        build_pyramid(found[0])

    benchmark.pedantic(first_picture, rounds=10, warmup_rounds=1)
    benchmark.extra_info["goal_ms"] = goal_ms
