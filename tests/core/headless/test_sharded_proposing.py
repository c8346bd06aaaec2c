"""Two processes share the work; one is killed half way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from core.errors import MaskwrightError
from core.headless.propose_command import propose_to_file
from core.headless.sharded_proposing import parts_folder, propose_shard
from core.headless.shards import Shard
from tests.core.models.pictures import blobs

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[3]
IMAGES = 12
TIMEOUT_S = 90.0


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(IMAGES):
        Image.fromarray(blobs(number, 96, 80, count=4)[0]).save(folder / f"{number:02d}.png")
    return folder


def _start(pictures: Path, out: Path, rank: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gui", "propose", str(pictures), "--model", "unet-nuclei"]
    return subprocess.Popen(
        [*command, "--out", str(out), "--device", "cpu"],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "RANK": str(rank),
            "WORLD_SIZE": "2",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _pieces(out: Path) -> int:
    return len(list(parts_folder(out).glob("piece-*.json")))


def test_one_of_two_is_killed_and_nothing_is_lost_or_there_twice(
    pictures: Path, tmp_path: Path
) -> None:
    out = tmp_path / "proposals.json"
    first = _start(pictures, out, 0)
    deadline = time.monotonic() + TIMEOUT_S
    while _pieces(out) < 2 and time.monotonic() < deadline:
        assert first.poll() is None
        time.sleep(0.01)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert 0 < _pieces(out) < IMAGES / 2
    second = _start(pictures, out, 1)
    assert second.wait(TIMEOUT_S) == 0
    assert not out.exists()
    again = _start(pictures, out, 0)
    assert again.wait(TIMEOUT_S) == 0
    records = json.loads(out.read_text())
    whole = tmp_path / "whole.json"
    propose_to_file(pictures, "unet-nuclei", whole, device="cpu", min_score=0.01)
    expected = json.loads(whole.read_text())
    assert Counter(map(_key, records)) == Counter(map(_key, expected))
    assert _pieces(out) == 0


def _key(record: dict[str, object]) -> str:
    return json.dumps([record["image_id"], record["file_name"], record["segmentation"]])


def test_broken_pictures_cost_a_sentence_and_not_the_shard(pictures: Path, tmp_path: Path) -> None:
    (pictures / "03.png").write_bytes(b"nothing")
    out = tmp_path / "proposals.json"
    report = propose_shard(pictures, "unet-nuclei", out, Shard(0, 1), device="cpu")
    assert report.joined
    assert report.images == IMAGES
    (sentence,) = report.failed
    assert "03.png" in sentence
    assert {item["file_name"] for item in json.loads(out.read_text())} >= {"02.png", "04.png"}
    again = propose_shard(pictures, "unet-nuclei", out, Shard(0, 1), device="cpu")
    assert (again.images, again.joined) == (0, True)


def test_pieces_of_other_work_are_not_mixed_in(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "proposals.json"
    propose_shard(pictures, "unet-nuclei", out, Shard(0, 2), device="cpu")
    with pytest.raises(MaskwrightError, match="pieces of other work"):
        propose_shard(pictures, "unet-nuclei", out, Shard(1, 2), device="cpu", min_score=0.7)
