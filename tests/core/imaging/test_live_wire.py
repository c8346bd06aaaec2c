import numpy as np
import pytest

from core.imaging.live_wire import LiveWire, strongest_edge


def _bright_disc(side: int, radius: float) -> np.ndarray:
    rows, columns = np.indices((side, side)) + 0.5
    inside = np.hypot(rows - side / 2, columns - side / 2) <= radius
    return np.where(inside[..., None], 210, 40).astype(np.uint8) * np.ones(3, np.uint8)


@pytest.mark.parametrize("pixel_px", [1, 3])
def test_the_path_follows_the_edge_of_a_disc(pixel_px: int) -> None:
    picture = _bright_disc(300, 100)
    wire = LiveWire(picture, (250.0, 150.0), pixel_px)
    path = wire.path_to(150.0, 250.0)
    assert tuple(path[0]) == (250.0, 150.0)
    assert tuple(path[-1]) == (150.0, 250.0)
    assert np.abs(np.hypot(*(path - 150).T) - 100).max() < 3 * pixel_px
    assert len(path) < 60


def test_beyond_the_window_the_path_goes_straight() -> None:
    wire = LiveWire(_bright_disc(1200, 100), (600.0, 700.0))
    path = wire.path_to(1190.0, 1190.0)
    assert tuple(path[-1]) == (1190.0, 1190.0)
    assert (path[:-1] < 925).all()


def test_plain_colour_and_tiny_pictures_give_a_line_all_the_same() -> None:
    plain = np.full((80, 100, 3), 90, np.uint8)
    for start in ((0.0, 0.0), (79.0, 78.0), (100.0, 80.0)):
        wire = LiveWire(plain, start)
        for x, y in ((79.5, 78.5), (50.0, 40.0), (0.0, 79.9), (100.0, 0.0)):
            path = wire.path_to(x, y)
            assert tuple(path[-1]) == (x, y)
    one = LiveWire(np.zeros((1, 1, 3), np.uint8), (0.5, 0.5))
    assert tuple(one.path_to(0.9, 0.9)[-1]) == (0.9, 0.9)


def test_a_start_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        LiveWire(np.zeros((9, 9, 3), np.uint8), (20.0, 2.0))


def test_sharp_edges_are_followed_from_wherever_an_anchor_jumps_to() -> None:
    """Paths that cost nothing are where OpenCV's maps may run in circles."""
    picture = _bright_disc(200, 60)
    for turn in np.linspace(0, 2 * np.pi, 12, endpoint=False):
        first, second = (
            strongest_edge(picture, 100 + 60 * np.cos(angle), 100 + 60 * np.sin(angle), 4)
            for angle in (turn, turn + 2)
        )
        path = LiveWire(picture, first).path_to(*second)
        assert len(path) > 5
        assert np.abs(np.hypot(*(path - 100).T) - 60).max() < 4


def test_an_anchor_stays_where_the_picture_is_plain() -> None:
    picture = _bright_disc(200, 60)
    assert strongest_edge(picture, 100.0, 100.0, 5) == (100.0, 100.0)
    assert strongest_edge(picture, 0.0, 200.0, 5) == (0.0, 200.0)
    x, y = strongest_edge(picture, 157.0, 100.0, 5)
    assert abs(np.hypot(x - 100, y - 100) - 60) < 1.5
