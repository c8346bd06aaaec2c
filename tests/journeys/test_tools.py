"""Tools that look at the picture or cut shapes, with real mouse and key events."""

from __future__ import annotations

from pathlib import Path

from core.document.geometry import Polygon, RotatedBox
from core.document.mask import Mask
from tests.journeys.conftest import Play
from tests.journeys.driver import Person
from tests.journeys.pictures import folder_of_pictures


def test_lasso_knife_wand_and_rotated_rectangle(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "cat.png")

    def story(person: Person) -> None:
        person.key("J")
        person.drag((50.0, 50.0), (150.0, 50.0), (150.0, 150.0), (50.0, 150.0), (50.0, 60.0))
        drawn = person.mine[0]
        assert isinstance(drawn.geometry, Polygon)

        person.key("K")
        person.drag((100.0, 30.0), (100.0, 100.0), (100.0, 180.0))
        assert len(person.mine) == 2
        person.key("Ctrl+Shift+M")
        person.key("Ctrl+B")
        assert len(person.mine) == 1
        merged = person.mine[0]
        assert isinstance(merged.geometry, Mask)
        person.key("Del")
        assert not person.mine

        person.key("W")
        person.wait_for_picture()
        person.click(120.0, 120.0)
        person.key("Return")
        found = person.mine[0]
        assert isinstance(found.geometry, Mask)
        assert found.geometry.contains(120, 120)

        person.key("Shift+R")
        person.drag((30.0, 30.0), (60.0, 40.0), (80.0, 60.0))
        person.click(40.0, 80.0)
        assert any(isinstance(item.geometry, RotatedBox) for item in person.mine)
        for _ in range(8):
            person.key("Ctrl+Z")
        assert not person.mine

    assert play([pictures], story) == 0
