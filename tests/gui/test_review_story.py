"""A researcher's story: predictions with known errors, the worst first, three fixes, a report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.document.annotation import LayerRole
from core.formats.registry import read_annotations
from core.project.opening import open_source
from core.scoring.metrics import measure_dataset
from core.scoring.objects import Compared
from gui.main_window import MainWindow
from tests.core.scoring.perturbation import Perturbed, perturb
from tests.gui.windows import main_window

WAIT_MS = 20_000


@pytest.fixture
def made(shared_data: Path, tmp_path: Path) -> Perturbed:
    """Copies of the pictures, with predictions in the place of one's own annotations."""
    source = shared_data / "coco_tiny"
    shutil.copytree(source / "images", tmp_path / "images")
    truth = json.loads((source / "instances.json").read_text("utf-8"))
    found = perturb(source / "instances.json", seed=11, errors=24)
    predictions = [
        {**item, "id": number, "iscrowd": 0} for number, item in enumerate(found.results, start=1)
    ]
    (tmp_path / "truth.json").write_text(json.dumps(truth), "utf-8")
    mine = {**truth, "annotations": predictions}
    (tmp_path / "predictions.json").write_text(json.dumps(mine), "utf-8")
    return found


@pytest.fixture
def window(qtbot: QtBot, made: Perturbed, tmp_path: Path) -> Iterator[MainWindow]:
    opened = open_source(tmp_path / "predictions.json", author="ann", data_folder=None)
    project = opened.project
    reference = read_annotations(tmp_path / "truth.json", tmp_path / "images")
    imported = project.import_layer(reference, LayerRole.REFERENCE, "truth")
    project.history.apply(imported.change)
    with main_window(project, tmp_path) as found:
        yield found
    project.close()


def precision(window: MainWindow) -> float:
    session = window.bench.session
    reference = session.state.layer_of(LayerRole.REFERENCE)
    assert reference is not None
    found = measure_dataset(session.project.snapshot(), reference.id, session.layer.id)
    masks = found.of(Compared.MASKS)
    assert masks is not None
    assert masks.coco.ap is not None
    return masks.coco.ap


@pytest.mark.slow
def test_the_worst_are_fixed_first_and_the_score_moves(
    qtbot: QtBot, window: MainWindow, made: Perturbed, tmp_path: Path
) -> None:
    review, session = window.commands.review, window.bench.session
    window.show_panel("difference")
    qtbot.waitUntil(lambda: review.watch.is_known, timeout=WAIT_MS)
    listed = [item.severity for item in review.watch.items]
    expected = sorted((error.severity for error in made.errors), reverse=True)
    assert listed == pytest.approx(expected, abs=1e-9)

    before = precision(window)
    review.walk(1)
    for _ in range(3):
        with qtbot.waitSignal(review.watch.listed, timeout=WAIT_MS):
            review.take_current()
    assert len(review.watch.items) == len(listed) - 3
    assert precision(window) > before

    review.take_listed()
    qtbot.waitUntil(lambda: not review.watch.items, timeout=WAIT_MS)
    assert precision(window) == pytest.approx(1.0)

    with qtbot.waitSignal(session.message_posted, timeout=WAIT_MS):
        window.commands.exports.save_scores_to(tmp_path / "report.html")
    qtbot.waitUntil((tmp_path / "report.html").is_file, timeout=WAIT_MS)
    assert "COCO, masks" in (tmp_path / "report.html").read_text("utf-8")
