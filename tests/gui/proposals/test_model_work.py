"""Models at work in a window: what is kept, run ahead, and run over many images."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.annotation import bounds_of_geometry
from core.engine.client import EngineClient
from core.engine.protocol import Lane, ModelRequest
from core.project.project import Project
from gui.dialogs.report_dialog import ReportDialog
from gui.main_window import MainWindow
from gui.proposals.batch_proposals import BatchReport
from gui.proposals.waiting_counts import WaitingCounts
from tests.core.project.pictures import write_picture
from tests.gui.windows import main_window

PAPER = "tests.gui.paper_runner:PaperRunner"
NAMES = ("one.png", "two.png", "three.png", "four.png")


@pytest.fixture
def folder(qapp: QApplication, tmp_path: Path) -> Path:
    for number, name in enumerate(NAMES):
        write_picture(tmp_path / name, value=60 + 21 * number, width=160, height=120)
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Lane]]:
    """Every request that reaches the engine, by its model and lane."""
    requests: list[tuple[str, Lane]] = []
    submit = EngineClient.submit

    def counted(client: EngineClient, request: ModelRequest, lane: Lane) -> int:
        requests.append((request.model_id, lane))
        return submit(client, request, lane)

    monkeypatch.setattr(EngineClient, "submit", counted)
    return requests


@contextmanager
def opened(folder: Path) -> Iterator[MainWindow]:
    path = folder / "test.maskwright"
    project = (
        Project.open(path, author="tester")
        if path.exists()
        else Project.create(path, folder, NAMES, author="tester")
    )
    try:
        with main_window(project, folder, runner=PAPER) as window:
            yield window
    finally:
        project.close()


def choose(window: MainWindow, model_id: str) -> None:
    source = window.panes.proposals.source
    source.setCurrentIndex(source.findData(model_id))


def propose(window: MainWindow, qtbot: QtBot, model_id: str) -> None:
    choose(window, model_id)
    qtbot.waitUntil(lambda: window.bench.loaded_image() is not None)
    with qtbot.waitSignal(window.bench.proposals.model_asked):
        window.commands.models.propose()
    qtbot.waitUntil(lambda: bool(window.bench.deck.items()))


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.bench.runs.runs and not window.bench.tasks.running())


def row(window: MainWindow, place: int) -> str:
    """What the list of images says beside a picture."""
    model = window.panes.image_model
    return str(model.data(model.index(place)))


def test_sliders_call_no_model(folder: Path, qtbot: QtBot, asked: list[tuple[str, Lane]]) -> None:
    with opened(folder) as window:
        window.bench.options.toggle_ahead()
        propose(window, qtbot, "unet-nuclei")
        assert len(asked) == 1
        panel = window.panes.proposals
        panel.filters.show_more(True)
        for slider in panel.filters.sliders.values():
            for step in range(0, 101, 10):
                slider.setValue(step)
        panel.filters.sliders["Size ≤"].setValue(100)
        panel.filters.sliders["Size ≥"].setValue(0)
        panel.slider.setValue(0)
        assert len(window.bench.deck.items()) == 3
        assert len(asked) == 1


def test_the_next_two_images_are_ready_before_one_comes_there(
    folder: Path, qtbot: QtBot, asked: list[tuple[str, Lane]]
) -> None:
    with opened(folder) as window:
        propose(window, qtbot, "unet-nuclei")
        qtbot.waitUntil(lambda: len(asked) == 3)
        settle(window, qtbot)
        assert asked[1:] == [("unet-nuclei", Lane.PREFETCH)] * 2
        window.bench.go(1)
        assert len(window.bench.deck.items()) == 3, "at once"
        qtbot.waitUntil(lambda: len(asked) == 4)
        settle(window, qtbot)
        assert asked[3] == ("unet-nuclei", Lane.PREFETCH)


def test_nothing_is_run_ahead_when_people_do_not_want_it(
    folder: Path, qtbot: QtBot, asked: list[tuple[str, Lane]]
) -> None:
    with opened(folder) as window:
        window.actions_table["run_ahead"].trigger()
        assert not window.actions_table["run_ahead"].isChecked()
        propose(window, qtbot, "unet-nuclei")
        settle(window, qtbot)
        assert len(asked) == 1
    with opened(folder) as window:
        assert not window.bench.options.runs_ahead, "remembered"


def test_results_are_there_again_after_a_restart(
    folder: Path, qtbot: QtBot, asked: list[tuple[str, Lane]]
) -> None:
    with opened(folder) as window:
        propose(window, qtbot, "unet-nuclei")
        settle(window, qtbot)
        shown = [item.raw.geometry for item in window.bench.deck.items()]
    asked.clear()
    with opened(folder) as window:
        qtbot.waitUntil(lambda: bool(window.bench.deck.items()))
        assert [item.raw.geometry for item in window.bench.deck.items()] == shown
        propose(window, qtbot, "unet-nuclei")
        assert asked == [], "asked for again it is shown as it was found"


def test_the_list_says_what_waits_on_images_that_were_not_shown_since_the_start(
    folder: Path, qtbot: QtBot
) -> None:
    with opened(folder) as window:
        session, batch = window.bench.session, window.bench.batch
        with qtbot.waitSignal(batch.finished):
            batch.start("unet-nuclei", [1, 2, 3], {})
        qtbot.waitUntil(lambda: all("3 proposed" in row(window, place) for place in range(3)))
        settle(window, qtbot)
        session.show_image(2)
        qtbot.waitUntil(lambda: len(window.bench.deck.items()) == 3)
        window.bench.proposals.accept_current()
        window.bench.proposals.reject_current()
        assert "1 proposed" in row(window, 1)
        session.show_image(3)
        qtbot.waitUntil(lambda: len(window.bench.deck.items()) == 3)
        window.bench.proposals.accept_all()
        assert "proposed" not in row(window, 2)
    with opened(folder) as window:
        window.bench.session.show_image(4)
        qtbot.waitUntil(lambda: "3 proposed" in row(window, 0))
        qtbot.waitUntil(lambda: "1 proposed" in row(window, 1), timeout=2000)
        settle(window, qtbot)
        assert "proposed" not in row(window, 2), "all of them were accepted"
        assert "proposed" not in row(window, 3), "nothing was proposed there"


def test_a_fast_scroll_has_those_rows_counted_that_were_seen_last(
    folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.proposals.waiting_counts.MOST_WAITING", 2)
    with opened(folder) as window:
        with qtbot.waitSignal(window.bench.batch.finished):
            window.bench.batch.start("unet-nuclei", [1, 2, 3], {})
        settle(window, qtbot)
        bench = window.bench
        counts = WaitingCounts(bench.session, bench.deck, bench.results, bench.tasks, window)
        told: dict[int, int] = {}
        counts.counted.connect(told.update)
        for image_id in (1, 2, 3):
            counts.ask(image_id)
        qtbot.waitUntil(lambda: told == {2: 3, 3: 3})
        counts.ask(1)
        qtbot.waitUntil(lambda: told == {1: 3, 2: 3, 3: 3})


def test_a_part_of_the_picture_is_a_source_of_its_own(folder: Path, qtbot: QtBot) -> None:
    with opened(folder) as window:
        propose(window, qtbot, "unet-nuclei")
        canvas = window.bench.canvas
        canvas.set_scale(6.0)
        seen = canvas.viewport.visible_box
        assert seen.width < 160
        window.actions_table["propose_part"].trigger()
        image = window.bench.session.image
        assert image is not None
        qtbot.waitUntil(lambda: len(window.bench.deck.sets_of(image.id)) == 2)
        (item,) = window.bench.deck.items()
        assert bounds_of_geometry(item.raw.geometry).x >= seen.x
        assert "px at" in window.panes.proposals.shown.currentText()
        settle(window, qtbot)


def test_a_model_over_all_images_leaves_annotations_alone(
    folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, asked: list[tuple[str, Lane]]
) -> None:
    (folder / NAMES[2]).write_bytes(b"no picture")
    with opened(folder) as window:
        monkeypatch.setattr(window.commands.deck, "_agreed", lambda *_: True)
        qtbot.waitUntil(lambda: window.bench.loaded_image() is not None)
        choose(window, "unet-nuclei")
        reports: list[BatchReport] = []
        window.bench.batch.finished.connect(reports.append)
        window.actions_table["propose_listed"].trigger()
        assert window.panes.proposals.batch.isVisibleTo(window.panes.proposals)
        qtbot.waitUntil(lambda: bool(reports))
        (report,) = reports
        assert (report.done, report.proposals) == (4, 9)
        assert [failure.image_name for failure in report.failures] == [NAMES[2]]
        assert {lane for _, lane in asked} == {Lane.BATCH}
        assert not window.panes.proposals.batch.isVisibleTo(window.panes.proposals)
        assert window.bench.session.project.history.next_undo is None
        (dialog,) = window.findChildren(ReportDialog)
        dialog.close()
        qtbot.waitUntil(lambda: "3 proposed" in row(window, 3))
        settle(window, qtbot)
        asked.clear()
        window.bench.session.show_image(4)
        qtbot.waitUntil(lambda: bool(window.bench.deck.items()))
        window.actions_table["propose_listed"].trigger()
        qtbot.waitUntil(lambda: len(reports) == 2)
        assert reports[1].known == 3
        assert len(asked) == 1, "only the broken one is tried again"
        for found in window.findChildren(ReportDialog):
            found.close()


def test_a_batch_can_be_stopped_and_a_second_one_waits_for_that(folder: Path, qtbot: QtBot) -> None:
    with opened(folder) as window:
        batch = window.bench.batch
        reports: list[BatchReport] = []
        batch.finished.connect(reports.append)
        assert batch.start("unet-nuclei", (1, 2, 3), {"wait": True})
        assert not batch.start("unet-nuclei", (1,), {})
        qtbot.waitUntil(lambda: bool(window.bench.runs.runs))
        window.panes.proposals.batch.cancel.click()
        (report,) = reports
        assert report.ended_early.startswith("Stopped after 0 of 3")
        settle(window, qtbot)
        assert batch.start("unet-nuclei", (1,), {})
        qtbot.waitUntil(lambda: len(reports) == 2)
        assert reports[1].proposals == 3


def test_when_everything_fails_a_batch_does_not_go_through_all_images(
    folder: Path, qtbot: QtBot
) -> None:
    with opened(folder) as window:
        reports: list[BatchReport] = []
        window.bench.batch.finished.connect(reports.append)
        window.bench.batch.start("maskrcnn-coco", (1, 2, 3, 4) * 5, {})
        qtbot.waitUntil(lambda: bool(reports))
        assert len(reports[0].failures) == 5
        assert "in a row" in reports[0].ended_early
        assert "not on this computer" in reports[0].failures[0].message
        for found in window.findChildren(ReportDialog):
            found.close()


def test_walking_brings_each_proposal_close_or_only_into_view(folder: Path, qtbot: QtBot) -> None:
    with opened(folder) as window:
        propose(window, qtbot, "unet-nuclei")
        canvas = window.bench.canvas
        fitted = canvas.viewport.scale
        window.commands.view.walk_proposals(1)
        close = canvas.viewport.scale
        assert close > fitted
        window.bench.proposals.reject_current()
        second = window.bench.deck.current
        assert second is not None
        box = bounds_of_geometry(second.raw.geometry)
        assert canvas.viewport.visible_box.contains(box.x, box.y)
        canvas.fit()
        window.actions_table["zoom_to_each"].trigger()
        window.commands.view.walk_proposals(1)
        assert canvas.viewport.scale == fitted
        settle(window, qtbot)
