"""Review: layers compared, worst images first, predictions taken over."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.demo.project import build_demo
from core.document.annotation import LayerRole
from gui.panels.image_rows import ImageOrder
from tests.journeys.conftest import Play
from tests.journeys.driver import Person, wait_until


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    return build_demo(tmp_path / "demo")


def test_m_goes_through_the_layers(demo: Path, play: Play) -> None:
    def story(person: Person) -> None:
        session = person.window.bench.session
        names = {layer.id: layer.role for layer in session.state.layers.values()}

        def seen() -> set[LayerRole]:
            return {role for key, role in names.items() if key not in session.hidden_layers}

        assert seen() == {LayerRole.MINE}, "nobody copies from a reference unawares"
        views = []
        for _ in range(5):
            person.key("M")
            views.append(seen())
        assert views == [
            {LayerRole.REFERENCE},
            {LayerRole.PREDICTIONS},
            {LayerRole.MINE, LayerRole.REFERENCE},  # the difference
            {LayerRole.MINE, LayerRole.REFERENCE, LayerRole.PREDICTIONS},
            {LayerRole.MINE},
        ]
        assert "mine" in person.status

    assert play([demo], story) == 0


def test_the_worst_image_comes_first_and_a_click_shows_it(demo: Path, play: Play) -> None:
    def story(person: Person) -> None:
        window = person.window
        panel = window.panes.scores
        compared = panel.compared
        row = next(row for row in range(compared.count()) if "Bundled" in compared.itemText(row))
        person.show_panel("scores")
        compared.setCurrentIndex(row)
        compared.activated.emit(row)
        wait_until(lambda: any("0.5" < text < "1" for text in _scores(person)), "the scores")
        numbers = [float(text) for text in _scores(person) if text not in ("n/a", "0.000")]
        assert numbers == sorted(numbers)
        assert max(numbers) > 0.5, "the bundled models find cells"

        worst = panel.images.item(0, 0)
        assert worst is not None
        place = panel.images.visualItemRect(worst).center()
        QTest.mouseClick(panel.images.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert person.image_name == worst.text()

        order = window.panes.images.order
        order.setCurrentIndex(list(ImageOrder).index(ImageOrder.WORST_FIRST))
        listed = [_first_line(person, row) for row in range(window.panes.image_model.rowCount())]
        table = [_text(person, row) for row in range(panel.images.rowCount())]
        judged = [
            name for name, score in zip(table, _scores(person), strict=True) if score != "n/a"
        ]
        scores = dict(zip(table, _scores(person), strict=True))
        assert [scores[name] for name in listed[: len(judged)]] == sorted(
            scores[name] for name in judged
        )

    assert play([demo], story) == 0


def test_predictions_are_accepted_and_the_score_follows(demo: Path, play: Play) -> None:
    def story(person: Person) -> None:
        window = person.window
        person.open_picture("nuclei-2.png")
        panel = window.panes.proposals
        panel.source.setCurrentIndex(panel.source.findData("predictions"))
        person.press(panel.run)
        wait_until(lambda: panel.list.topLevelItemCount() > 20, "the proposals")
        count = panel.list.topLevelItemCount()
        person.key("X")
        assert panel.list.topLevelItemCount() == count - 1
        person.key("Shift+F")
        assert len(person.mine) == count - 1
        assert panel.list.topLevelItemCount() == 0
        wait_until(lambda: _score_of(person, "nuclei-2.png") not in ("", "n/a", "0.000"), "a score")
        before = _score_of(person, "nuclei-2.png")
        person.key("Ctrl+Z")
        assert person.mine == (), "accepting all is one step"
        assert panel.list.topLevelItemCount() == count - 1, "the proposals are back"
        wait_until(lambda: _score_of(person, "nuclei-2.png") != before, "the score to follow")
        assert _score_of(person, "nuclei-2.png") == "0.000"

    assert play([demo], story) == 0


def test_an_image_is_marked_as_done_and_filtered(demo: Path, play: Play) -> None:
    def story(person: Person) -> None:
        window = person.window
        person.open_picture("cat.png")
        person.key("Ctrl+Shift+D")
        window.panes.images.filter.setCurrentText("Approved")
        assert [_first_line(person, row) for row in range(window.panes.image_model.rowCount())] == [
            "cat.png"
        ]
        person.key("D")
        assert "no further image" in person.status
        person.key("Ctrl+Z")
        window.panes.images.filter.setCurrentIndex(0)
        assert window.panes.image_model.rowCount() == 14

    assert play([demo], story) == 0


def _scores(person: Person) -> list[str]:
    table = person.window.panes.scores.images
    items = (table.item(row, 1) for row in range(table.rowCount()))
    return [item.text() for item in items if item is not None]


def _text(person: Person, row: int) -> str:
    item = person.window.panes.scores.images.item(row, 0)
    assert item is not None
    return item.text()


def _score_of(person: Person, name: str) -> str:
    table = person.window.panes.scores.images
    names = [_text(person, row) for row in range(table.rowCount())]
    return _scores(person)[names.index(name)] if name in names else ""


def _first_line(person: Person, row: int) -> str:
    model = person.window.panes.image_model
    return str(model.data(model.index(row))).splitlines()[0]
