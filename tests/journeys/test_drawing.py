"""Drawing by hand: rectangles and polygons, their vertices, and undo across images."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from core.document.geometry import Box, Polygon
from core.document.mask import Mask
from tests.journeys.conftest import Play
from tests.journeys.driver import Person
from tests.journeys.pictures import folder_of_pictures

CORNERS = ((100.0, 60.0), (220.0, 60.0), (220.0, 180.0), (100.0, 180.0))


def test_a_rectangle_is_drawn_moved_duplicated_and_deleted(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")

    def story(person: Person) -> None:
        person.key("R")
        person.drag((50.0, 40.0), (90.0, 90.0), (150.0, 120.0))
        (drawn,) = person.mine
        assert isinstance(drawn.geometry, Box)
        assert _close(drawn.geometry, Box(50, 40, 100, 80))

        person.key("V")
        person.click(300.0, 250.0)
        assert person.window.bench.session.selection == frozenset()
        person.click(100.0, 80.0)
        assert person.window.bench.session.selection == {drawn.id}
        person.drag((100.0, 80.0), (110.0, 90.0), (130.0, 110.0))
        moved = person.mine[0].bounds
        assert moved.width == pytest.approx(drawn.bounds.width)
        assert moved.x == pytest.approx(drawn.bounds.x + 30, abs=2)

        person.key("Right")
        assert person.mine[0].bounds.x == pytest.approx(moved.x + 1)
        person.key("Ctrl+D")
        assert len(person.mine) == 2
        person.key("Del")
        assert [item.id for item in person.mine] == [drawn.id]
        for _ in range(4):
            person.key("Ctrl+Z")
        assert [item.bounds for item in person.mine] == [drawn.bounds]

    assert play([pictures], story) == 0


def test_a_polygon_gets_and_loses_vertices(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")

    def story(person: Person) -> None:
        person.key("P")
        for corner in CORNERS:
            person.click(*corner)
        person.click(300.0, 200.0)
        person.key("Backspace")  # the last click was one too many
        person.key("Return")
        assert _vertices(person) == 4

        person.key("V")
        person.click(160.0, 120.0)
        person.drag((220.0, 180.0), (230.0, 190.0), (250.0, 210.0))
        assert person.mine[0].bounds.right == pytest.approx(250, abs=2)
        person.double_click(190.0, 60.0)
        assert _vertices(person) == 5, "a double-click on an edge adds a vertex"
        person.drag((190.0, 60.0), (190.0, 50.0), (190.0, 30.0))
        assert person.mine[0].bounds.y == pytest.approx(30, abs=2)
        person.key("Del")  # the vertex that was moved last
        assert _vertices(person) == 4

    assert play([pictures], story) == 0


def test_shift_click_takes_a_vertex_away(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")

    def story(person: Person) -> None:
        person.key("P")
        for corner in CORNERS:
            person.click(*corner)
        person.click(*CORNERS[0])  # closes
        assert _vertices(person) == 4
        person.key("V")
        person.click(160.0, 120.0)
        person.click(*CORNERS[1], held=Qt.KeyboardModifier.ShiftModifier)
        assert _vertices(person) == 3
        person.key("Ctrl+Z")
        assert _vertices(person) == 4

    assert play([pictures], story) == 0


def test_the_brush_paints_and_the_eraser_takes_away(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")

    def story(person: Person) -> None:
        person.key("B")
        person.drag((100.0, 100.0), (140.0, 100.0), (180.0, 110.0))
        (painted,) = person.mine
        assert isinstance(painted.geometry, Mask)
        person.key("E")
        person.drag((100.0, 100.0), (110.0, 100.0))
        assert len(person.mine) == 1
        assert _area(person) < painted.geometry.area
        person.key("B")
        person.drag((180.0, 110.0), (190.0, 112.0), right=True)
        person.key("Return")
        person.drag((300.0, 200.0), (320.0, 200.0))
        assert len(person.mine) == 2, "Enter begins another object"

    assert play([pictures], story) == 0


def test_the_region_grows_shrinks_and_is_taken_away(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "coins.png")

    def story(person: Person) -> None:
        person.wait_for_picture()
        person.key("G")
        person.move(45.0, 124.0)
        person.key("]")
        grown = _area_in_words(person)
        person.key("[")
        assert _area_in_words(person) < grown
        person.click(45.0, 124.0)
        person.click(335.0, 43.0)
        person.click(335.0, 43.0, right=True)
        person.key("Return")
        (taken,) = person.mine
        assert isinstance(taken.geometry, Mask)
        assert taken.geometry.contains(45.0, 124.0)
        assert not taken.geometry.contains(335.0, 43.0)

    assert play([pictures], story) == 0


def test_undo_goes_to_the_image_that_was_edited(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png", "coins.png", "coffee.png")

    def story(person: Person) -> None:
        person.key("R")
        for name in ("cat.png", "coffee.png"):
            person.open_picture(name)
            person.drag((20.0, 30.0), (60.0, 50.0), (90.0, 80.0))
        person.key("D")
        assert person.image_name == "coins.png"
        person.key("Ctrl+Z")
        assert (person.image_name, len(person.mine)) == ("coffee.png", 0)
        person.key("Ctrl+Z")
        assert (person.image_name, len(person.mine)) == ("cat.png", 0)
        assert "cat.png" in person.status
        person.key("Ctrl+Z")
        assert "Nothing to undo" in person.status
        person.key("Ctrl+Y")
        person.key("Ctrl+Y")
        assert (person.image_name, len(person.mine)) == ("coffee.png", 1)

    assert play([pictures], story) == 0


def test_a_finished_polygon_is_kept_when_one_walks_on(tmp_path: Path, play: Play) -> None:
    """Leaving an image keeps what could be an object and says nothing of what could not."""
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png", "coins.png")

    def story(person: Person) -> None:
        person.open_picture("cat.png")
        person.key("P")
        for corner in CORNERS:
            person.click(*corner)
        person.key("D")
        person.click(50.0, 50.0)
        person.key("A")
        assert _vertices(person) == 4
        person.key("D")
        assert person.mine == ()

    assert play([pictures], story) == 0


def test_escape_drops_the_draft(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")

    def story(person: Person) -> None:
        person.key("P")
        for corner in CORNERS:
            person.click(*corner)
        assert person.window.bench.tools.has_draft()
        person.key("Ctrl+Z")  # takes the last vertex back, not the last change
        assert person.window.bench.tools.has_draft()
        person.key("Esc")
        assert not person.window.bench.tools.has_draft()
        person.key("Return")
        assert person.mine == ()

    assert play([pictures], story) == 0


def _vertices(person: Person) -> int:
    (item,) = person.mine
    assert isinstance(item.geometry, Polygon)
    return item.geometry.vertex_count


def _area(person: Person) -> int:
    geometry = person.mine[0].geometry
    assert isinstance(geometry, Mask)
    return geometry.area


def _area_in_words(person: Person) -> int:
    """The area that the status line names."""
    words = person.status.replace(",", "").split()
    return int(next(word for word in words if word.isdigit()))


def _close(one: Box, other: Box) -> bool:
    """Equal to the screen pixel that the mouse can hit."""
    pairs = zip(
        (one.x, one.y, one.right, one.bottom),
        (other.x, other.y, other.right, other.bottom),
        strict=True,
    )
    return all(abs(a - b) < 1.5 for a, b in pairs)
