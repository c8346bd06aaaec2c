"""``maskwright demo`` with no display plays the whole job and keeps what it made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pycocotools.coco import COCO

CHECKOUT = Path(__file__).parents[2]
LIMIT_S = 120


@pytest.mark.slow
@pytest.mark.timeout(LIMIT_S + 30)
def test_the_demo_plays_itself_where_there_is_no_display(tmp_path: Path) -> None:
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")
    } | {"PYTHONPATH": str(CHECKOUT)}
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "gui", "demo", "--folder", str(tmp_path / "journey")],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        env=environment,
        cwd=tmp_path,
    )
    assert ended.returncode == 0, ended.stderr
    assert "found equal" in ended.stdout
    proposed = [int(number) for number in re.findall(r"(?:proposed|R-CNN) (\d+)", ended.stdout)]
    assert len(proposed) == 3, "U-Net, RPN and Mask R-CNN"
    assert min(proposed) > 10
    pictures = list((tmp_path / "journey" / "pictures-of-the-window").glob("*.png"))
    assert len(pictures) >= 6
    assert all(picture.stat().st_size > 20_000 for picture in pictures)
    exported = COCO(str(tmp_path / "journey" / "coco.json"))
    assert len(exported.getAnnIds()) > 10
    assert (tmp_path / "journey" / "scores.csv").is_file()
    assert "Traceback" not in ended.stderr
