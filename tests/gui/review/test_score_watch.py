import pytest
from pytestqt.qtbot import QtBot

from core.document.annotation import Layer, LayerRole
from core.document.change import Change, Difference
from core.scoring.live import ImageNumbers
from core.scoring.overlap import ImageScore
from core.scoring.report import DatasetScore
from core.tasks.queue import TaskQueue
from gui.review.score_watch import ScoreWatch
from gui.session import Session
from tests.core.project.pictures import add, box

REFERENCE = Layer(2, LayerRole.REFERENCE, "truth")


@pytest.fixture
def watch(session: Session, tasks: TaskQueue) -> ScoreWatch:
    return ScoreWatch(session, tasks)


def test_without_a_reference_nothing_is_scored(
    watch: ScoreWatch, session: Session, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(watch.image_scored, wait=150):
        watch.score_all()
        session.apply(add(box()))
    assert watch.truth_layer_id is None


def test_an_edit_is_scored_soon_after(watch: ScoreWatch, session: Session, qtbot: QtBot) -> None:
    session.apply(Change("Import", layers=Difference(added=(REFERENCE,))))
    session.apply(add(box(layer_id=2)))
    scores: list[ImageScore] = []
    watch.image_scored.connect(scores.append)
    session.apply(add(box()))
    qtbot.waitUntil(lambda: bool(scores) and scores[-1].mean_iou == 1.0)
    session.undo()
    qtbot.waitUntil(lambda: scores[-1].mean_iou == 0.0)
    assert {score.image_id for score in scores} == {1}


def test_all_images_are_scored_on_request(
    watch: ScoreWatch, session: Session, qtbot: QtBot
) -> None:
    session.apply(Change("Import", layers=Difference(added=(REFERENCE,))))
    session.apply(add(box(layer_id=2), box(), image_id=3))
    found: list[DatasetScore] = []
    watch.dataset_scored.connect(found.append)
    watch.score_all()
    qtbot.waitUntil(lambda: bool(found))
    assert {score.image_id: score.mean_iou for score in found[0].images} == {
        1: None,
        2: None,
        3: 1.0,
    }


def test_another_layer_can_be_compared(watch: ScoreWatch, session: Session, qtbot: QtBot) -> None:
    theirs = Layer(3, LayerRole.PREDICTIONS, "theirs")
    session.apply(Change("Import", layers=Difference(added=(REFERENCE, theirs))))
    session.apply(add(box(layer_id=2), box(layer_id=3)))
    found: list[DatasetScore] = []
    watch.dataset_scored.connect(found.append)
    watch.compare(3)
    qtbot.waitUntil(lambda: bool(found))
    assert watch.prediction_layer_id == 3
    assert found[0].images[0].mean_iou == 1.0


def test_every_number_of_the_image_comes_with_its_score(
    watch: ScoreWatch, session: Session, qtbot: QtBot
) -> None:
    session.apply(Change("Import", layers=Difference(added=(REFERENCE,))))
    session.apply(add(box(layer_id=2), box(x=20, layer_id=2)))
    found: list[ImageNumbers] = []
    watch.image_measured.connect(found.append)
    session.apply(add(box()))
    qtbot.waitUntil(lambda: bool(found) and found[-1].score.mean_iou == pytest.approx(0.5))
    counts = found[-1].per_label[1]
    assert (counts.found, counts.extra, counts.missed) == (1, 0, 1)
    session.apply(add(box(x=20)))
    qtbot.waitUntil(lambda: found[-1].per_label[1].found == 2)


def test_another_layer_can_be_taken_as_true(
    watch: ScoreWatch, session: Session, qtbot: QtBot
) -> None:
    second = Layer(3, LayerRole.REFERENCE, "second opinion")
    session.apply(Change("Import", layers=Difference(added=(REFERENCE, second))))
    session.apply(add(box(), box(layer_id=3)))
    found: list[DatasetScore] = []
    watch.dataset_scored.connect(found.append)
    watch.judge_by(3)
    qtbot.waitUntil(lambda: bool(found) and found[-1].truth_layer_id == 3)
    assert found[-1].images[0].mean_iou == 1.0
    session.undo()
    session.undo()
    assert watch.truth_layer_id is None, "both references are gone"
