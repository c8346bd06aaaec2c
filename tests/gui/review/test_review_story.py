"""A researcher's story: predictions with known errors, the worst first, three fixes, a report."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.document.annotation import LayerRole
from core.formats.registry import read_annotations
from core.project.opening import open_source
from core.scoring.difference import Disagreement
from core.scoring.metrics import measure_dataset
from core.scoring.objects import Compared
from gui.main_window import MainWindow
from gui.review.metric_watch import Measured
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


def only_extra(measured: Measured) -> frozenset[str]:
    """Names of the images on which nothing but extra objects is wrong."""
    kinds: dict[int, set[Disagreement]] = {}
    for item in measured.metrics.differences:
        if item.severity > 0:
            kinds.setdefault(item.image_id, set()).add(item.kind)
    names = {image.id: image.name for image in measured.dataset.images}
    return frozenset(
        names[number] for number, found in kinds.items() if found == {Disagreement.EXTRA}
    )


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

    charts = window.commands.charts.show_charts()
    qtbot.waitUntil(lambda: window.commands.charts.metrics.last is not None, timeout=WAIT_MS)
    measured = window.commands.charts.metrics.last
    assert measured is not None
    found = Counter(item.kind for item in measured.metrics.differences if item.severity > 0)
    assert found == Counter(error.kind for error in made.errors), "every error, and no other"
    assert only_extra(measured) == made.only_extra
    assert charts.numbers.tree.text_of("COCO, masks", "AP") == f"{precision(window):.4f}"

    queue = window.commands.states.queue
    qtbot.waitUntil(lambda: queue.queue.worthwhile > 0, timeout=WAIT_MS)
    to_fix = set(queue.image_ids)
    assert to_fix == {item.image_id for item in review.watch.items}

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
    qtbot.waitUntil(lambda: not queue.image_ids, timeout=WAIT_MS)
    assert "every image agrees" in queue.words

    with qtbot.waitSignal(session.message_posted, timeout=WAIT_MS):
        window.commands.exports.save_scores_to(tmp_path / "report.html")
    qtbot.waitUntil((tmp_path / "report.html").is_file, timeout=WAIT_MS)
    assert "COCO, masks" in (tmp_path / "report.html").read_text("utf-8")
