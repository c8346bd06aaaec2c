"""Every odd image of the development data, through the loader and onto a canvas."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gui.pictures.image_loading import MEMORY_BUDGET_BYTES

WALK = """
import csv, json, logging, sys, warnings
from pathlib import Path
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from core.document.images import ImageRecord
from core.tasks.queue import TaskQueue
from gui.background import MainThreadBridge
from gui.canvas.canvas import Canvas
from gui.pictures.image_loading import ImageLoader

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
folder, names = Path(sys.argv[1]), json.loads(sys.stdin.read())
application = QApplication([])
bridge = MainThreadBridge()
tasks = TaskQueue(bridge.deliver, threads=2)
loader = ImageLoader(folder, tasks)
canvas = Canvas()
canvas.resize(320, 240)
canvas.show()
ended = {}
number = 0

def shown(image):
    if image.rgb is not None and image.image_id == number:
        canvas.set_image(image.levels, image.size)
        ended[names[number]] = [image.size.width, image.size.height]

def refused(record, error):
    ended[record.path] = [error.message, error.hint]

loader.loaded.connect(shown)
loader.failed.connect(refused)
for number, name in enumerate(names):
    ahead = [ImageRecord(place, names[place]) for place in range(number + 1, number + 3)
             if place < len(names)]
    loader.show(ImageRecord(number, name), ahead)
    for _ in range(2000):
        if name in ended:
            break
        QTest.qWait(5)
    canvas.repaint()
tasks.close()
canvas.shutdown()
bridge.close()
# What getrusage says is inherited from the process that started this one.
status = Path("/proc/self/status").read_text()
peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
print(json.dumps({"ended": ended, "peak": peak}))
"""


@pytest.fixture(scope="module")
def walked(shared_data: Path) -> dict[str, object]:
    folder = shared_data / "odd_images"
    with (folder / "manifest.csv").open(encoding="utf-8") as stream:
        names = [row["file"] for row in csv.DictReader(stream)]
    names = [name for name in names if (folder / name).exists()]
    found = subprocess.run(
        [sys.executable, "-c", WALK, str(folder)],
        input=json.dumps(names),
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert found.returncode == 0, found.stderr[-2000:]
    answer: dict[str, object] = json.loads(found.stdout.splitlines()[-1])
    answer["names"] = names
    return answer


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_each_is_shown_or_refused_in_words(walked: dict[str, object]) -> None:
    ended, names = walked["ended"], walked["names"]
    assert isinstance(ended, dict)
    assert isinstance(names, list)
    assert len(names) > 500
    assert set(ended) == set(names), "none is left without an answer"
    refused = {name: end for name, end in ended.items() if isinstance(end[0], str)}
    for name, (message, _hint) in refused.items():
        assert Path(name).name in message
        assert message.endswith(".")
    message, hint = refused["generated/huge_30000x30000_1bit.png"]
    assert "limit of 400 megapixels" in message
    assert "Largest picture" in hint
    assert ended["generated/huge_12000x9000_gray.jpg"] == [12000, 9000]
    assert ended["exif_orientation/Landscape_6.jpg"] == [1800, 1200]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_memory_stays_under_its_budget(walked: dict[str, object]) -> None:
    peak_kib = walked["peak"]
    assert isinstance(peak_kib, int)
    assert peak_kib * 1024 < MEMORY_BUDGET_BYTES
