import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.document import ImageState
from core.editing.image_state import set_image_state
from core.formats.coco import write_coco
from core.project.project import Project
from core.scoring.objects import Compared
from gui.__main__ import main
from gui.charts.charts_window import ChartsWindow
from gui.charts.line_chart import LineChart
from gui.main_window import MainWindow
from gui.theme import LIGHT, apply_theme
from tests.gui.charts.projects import JUDGED, TRUTH, fill
from tests.gui.windows import main_window

WAIT_MS = 10_000


@pytest.fixture
def window(qapp: QApplication, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as found:
        fill(found.bench.session)
        yield found


@pytest.fixture
def charts(qtbot: QtBot, window: MainWindow) -> ChartsWindow:
    found = window.commands.charts.show_charts()
    qtbot.waitUntil(lambda: window.commands.charts.metrics.last is not None, timeout=WAIT_MS)
    assert (found.truth.currentData(), found.prediction.currentData()) == (TRUTH, JUDGED)
    return found


def test_all_numbers_are_listed_and_what_is_undefined_says_why(charts: ChartsWindow) -> None:
    tree = charts.numbers.tree
    # Cat: one of two found, and a dog beside it; dog: the only one is taken for a cat.
    assert tree.text_of("Overlap", "mIoU, confusion summed over images") == "0.1667"
    assert tree.text_of("COCO, boxes", "AP_large") == "n/a"
    rows = [item for item in tree._all_rows() if item.text(0) == "AP_large"]
    assert rows[0].text(2) == "the truth has no large object to find"
    cells = [charts.numbers.labels.item(row, 0) for row in range(2)]
    assert [cell.text() for cell in cells if cell is not None] == ["cat", "dog"]


def test_the_operating_point_follows_the_score_slider(
    charts: ChartsWindow, window: MainWindow
) -> None:
    curves, slider = charts.curves, window.panes.proposals.slider
    slider.setValue(50)
    assert curves.point is not None
    assert (curves.point.tp, curves.point.fp, curves.point.fn) == (1, 1, 2)
    slider.setValue(70)
    assert (curves.point.tp, curves.point.fp, curves.point.fn) == (1, 0, 2)
    assert curves.against_score.marked == pytest.approx((0.7, 0.5))
    assert "precision 1.000" in curves.point_text.text()
    curves.use_best.click()
    assert slider.value() == 90, "the highest threshold of the best F1"


def test_a_click_on_a_curve_moves_the_slider_and_the_pointer_reads_it_out(
    charts: ChartsWindow, window: MainWindow, qtbot: QtBot
) -> None:
    charts.tabs.setCurrentIndex(1)
    chart = charts.curves.against_score

    def is_read_out() -> bool:
        # The axes take their room when they are painted first.
        _move_to(chart, _on_screen(chart, 0.6, 0.5))
        return "score ≥ 0.600: precision 0.500" in chart.readout.text()

    qtbot.waitUntil(is_read_out)
    place = _on_screen(chart, 0.6, 0.5)
    QTest.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: window.bench.deck.score == pytest.approx(0.6))


def test_curves_of_one_label(charts: ChartsWindow) -> None:
    combo = charts.curves.label
    combo.setCurrentIndex(combo.findText("dog"))
    combo.activated.emit(combo.currentIndex())
    assert charts.curves.point is not None
    assert (charts.curves.point.tp, charts.curves.point.fn) == (0, 1)


def test_a_click_in_the_confusion_lists_the_images_and_shows_the_worst_object(
    charts: ChartsWindow, window: MainWindow
) -> None:
    model = charts.confusion.model
    assert model.row_names == ("cat", "dog", "extra")
    counts = [[model.count(row, column) for column in range(3)] for row in range(3)]
    assert counts == [[1, 0, 1], [1, 0, 0], [0, 1, 0]]
    charts.confusion.table.clicked.emit(model.index(2, 1))  # extra → dog
    assert _listed(window) == ["three.png"]
    image = window.bench.session.image
    assert image is not None
    assert image.name == "three.png"
    assert window.commands.review.current is not None
    assert window.commands.review.current.image_id == 3
    window.panes.images.narrowed.click()
    assert len(_listed(window)) == 3


def test_only_what_differs_leaves_out_what_is_right_and_clicks_stay_right(
    charts: ChartsWindow, window: MainWindow
) -> None:
    charts.confusion.only_errors.setChecked(True)
    model = charts.confusion.model
    assert (model.row_names, model.column_names) == (
        ("cat", "dog", "extra"),
        ("cat", "dog", "missed"),
    )
    charts.confusion.table.clicked.emit(model.index(1, 0))  # dog → cat
    assert _listed(window) == ["one.png"]


def test_a_bar_of_the_distribution_lists_its_images(
    charts: ChartsWindow, window: MainWindow
) -> None:
    heights = [bar.height for bar in charts.images.bars]
    assert sum(heights) == 3
    charts.images.chosen.emit(0)
    assert _listed(window) == ["two.png", "three.png"]


def test_charts_are_saved_as_png_and_svg(charts: ChartsWindow, tmp_path: Path) -> None:
    for chart in (charts.curves.against_score, charts.images, charts.confusion):
        chart.save_to(tmp_path / "chart.png")
        assert not QImage(str(tmp_path / "chart.png")).isNull()
        chart.save_to(tmp_path / "chart.svg")
        assert "<svg" in (tmp_path / "chart.svg").read_text("utf-8")


def test_an_edit_makes_the_numbers_stale(charts: ChartsWindow, window: MainWindow) -> None:
    session = window.bench.session
    assert "edited" not in charts.state.text()
    session.apply(set_image_state(session.state, (1,), ImageState.NEEDS_REVIEW))
    assert "edited since" in charts.state.text()


def test_a_measurement_can_be_cancelled(charts: ChartsWindow, window: MainWindow) -> None:
    watch = window.commands.charts.metrics
    before = watch.last
    charts.measure()
    assert watch.is_running
    assert charts.run.text() == "Cancel"
    charts.run.click()
    assert not watch.is_running
    assert charts.run.text() == "Measure"
    assert watch.last is before, "the numbers of before stay"


def test_a_layer_against_itself_is_not_measured(charts: ChartsWindow, window: MainWindow) -> None:
    charts.prediction.setCurrentIndex(charts.truth.currentIndex())
    charts.measure()
    assert not window.commands.charts.metrics.is_running
    assert "agrees with itself" in charts.state.text()


def test_agreement_of_all_layers(charts: ChartsWindow, qtbot: QtBot) -> None:
    charts.agreement.compare.click()
    qtbot.waitUntil(lambda: charts.agreement.table.rowCount() == 3, timeout=WAIT_MS)
    best = [charts.agreement.table.item(0, column) for column in range(5)]
    shown = [cell.text() for cell in best if cell is not None]
    assert shown == ["truth", "net", "1", "4", "0.333"]


def test_charts_follow_the_theme(charts: ChartsWindow, qapp: QApplication) -> None:
    apply_theme(qapp, LIGHT)
    QApplication.sendPostedEvents(None, QEvent.Type.PaletteChange)
    ground = charts.curves.against_score.plot.backgroundBrush().color()
    assert ground.name() == LIGHT.base


def test_curves_without_predictions_say_so(
    qtbot: QtBot, charts: ChartsWindow, window: MainWindow
) -> None:
    charts.prediction.setCurrentIndex(charts.prediction.findText("Mine"))
    with qtbot.waitSignal(window.commands.charts.metrics.measured, timeout=WAIT_MS):
        charts.measure()
    assert charts.curves.precision_recall.is_empty
    assert "no predictions" in charts.curves.precision_recall.empty.text()
    found = window.commands.charts.metrics.last
    assert found is not None
    assert found.metrics.of(Compared.BOXES) is not None


def _on_screen(chart: LineChart, x: float, y: float) -> QPoint:
    view = chart.plot.getViewBox()
    place: QPoint = chart.plot.mapFromScene(view.mapViewToScene(QPointF(x, y)))
    return place


def _move_to(chart: LineChart, place: QPoint) -> None:
    """The offscreen platform stacks no windows: QTest would move over the one below."""
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        chart.plot.viewport().mapToGlobal(QPointF(place)),
        none,
        none,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(chart.plot.viewport(), move)


def _listed(window: MainWindow) -> list[str]:
    model = window.panes.image_model
    return [model.image_at(row).name for row in range(model.rowCount())]


def test_bins_hold_every_image_once() -> None:
    from core.scoring.distribution import score_bins
    from core.scoring.scores import ImageScore

    def score(number: int, value: float | None) -> ImageScore:
        return ImageScore(number, 0, 2, {}, None, None, (), value)

    values = [*np.linspace(0.0, 1.0, 41).tolist(), None]
    bins = score_bins([score(number, value) for number, value in enumerate(values)])
    assert sorted(number for item in bins for number in item.image_ids) == list(range(42))
    assert bins[-1].low is None
    assert bins[-1].image_ids == (41,)
    assert 40 in bins[19].image_ids, "1.0 belongs to the last bin"
    assert bins[0].image_ids == (0, 1)


def test_the_shell_command_gives_the_numbers_of_the_window(
    charts: ChartsWindow, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.wait_until_saved()
    files = {number: tmp_path / f"{number}.json" for number in (TRUTH, JUDGED)}
    for number, path in files.items():
        write_coco(project.snapshot(), number, path)
    target = tmp_path / "shell.json"
    words = [str(files[TRUTH]), str(files[JUDGED]), "--images", str(tmp_path)]
    command = ["maskwright", "score", *words, "--json", str(target)]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    shell = json.loads(target.read_text("utf-8"))["metrics"]
    tree = charts.numbers.tree
    shown = {
        (group, name): "n/a" if value is None else f"{value:.4f}"
        for group, values in shell.items()
        for name, value in values.items()
    }
    assert len(shown) > 30
    assert {key: tree.text_of(*key) for key in shown} == shown


def test_the_scores_pane_shows_every_number_of_the_image(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panes.scores
    window.bench.scores.compare(JUDGED)
    window.bench.session.show_image(2)
    window.bench.session.show_image(1)

    def cells() -> list[str]:
        items = (panel.labels.item(0, column) for column in range(7))
        return [item.text() for item in items if item is not None]

    # The cat is found, the dog beside it is taken for another cat.
    expected = ["cat (boxes)", "0.500", "0.667", "n/a", "0.50", "1.00", "1 +1 −0"]
    qtbot.waitUntil(lambda: cells() == expected, timeout=WAIT_MS)
