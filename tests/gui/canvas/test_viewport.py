import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import Box, Size
from gui.canvas.viewport import Viewport

sizes = st.builds(Size, st.integers(1, 30_000), st.integers(1, 30_000))
lengths = st.floats(64.0, 4000.0)
fractions = st.floats(0.0, 1.0)


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    fitted = Viewport(draw(sizes), draw(lengths), draw(lengths)).fitted()
    x, y = fitted.width * draw(fractions), fitted.height * draw(fractions)
    return fitted.zoomed_at(x, y, draw(st.floats(0.2, 200.0)))


@given(viewports(), fractions, fractions)
def test_to_image_takes_to_screen_back(view: Viewport, across: float, down: float) -> None:
    x, y = view.image.width * across, view.image.height * down
    assert view.to_image(*view.to_screen(x, y)) == pytest.approx((x, y), abs=1e-6)


@given(sizes, lengths, lengths)
def test_fit_shows_the_whole_image_centred(size: Size, width: float, height: float) -> None:
    view = Viewport(size, width, height).fitted()
    shown = view.box_to_screen(size.box)
    assert shown.x >= -1e-6
    assert shown.y >= -1e-6
    assert shown.right <= width + 1e-6
    assert shown.bottom <= height + 1e-6
    assert shown.center == pytest.approx((width / 2, height / 2), abs=1e-6)
    assert view.visible_box.area == pytest.approx(size.box.area)


@given(viewports(), fractions, fractions, st.floats(0.3, 4.0))
def test_zoom_keeps_what_is_under_the_cursor(
    view: Viewport, across: float, down: float, factor: float
) -> None:
    x, y = view.width * across, view.height * down
    zoomed = view.zoomed_at(x, y, factor)
    if _is_lost(view, x, y, zoomed.scale):
        return
    assert zoomed.to_image(x, y) == pytest.approx(view.to_image(x, y), abs=1e-5)


@given(viewports(), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_the_middle_of_the_view_always_lies_on_the_image(
    view: Viewport, dx: float, dy: float
) -> None:
    x, y = view.panned(dx, dy).to_image(view.width / 2, view.height / 2)
    assert -1e-6 <= x <= view.image.width + 1e-6
    assert -1e-6 <= y <= view.image.height + 1e-6


@given(viewports(), st.floats(1e-6, 1e6))
def test_scale_stays_between_its_limits(view: Viewport, factor: float) -> None:
    scale = view.zoomed_at(0.0, 0.0, factor).scale
    assert view.smallest_scale <= scale <= view.largest_scale
    assert view.smallest_scale <= view.fit_scale <= view.largest_scale


@given(viewports(), fractions, fractions, fractions, fractions)
def test_zoom_to_a_box_shows_all_of_it(
    view: Viewport, left: float, top: float, width: float, height: float
) -> None:
    image = view.image
    box = Box.from_corners(
        image.width * left, image.height * top, image.width * width, image.height * height
    )
    shown = view.zoomed_to(box)
    seen = shown.view_box.expanded(1e-6)
    assert seen.x <= box.x
    assert seen.y <= box.y
    assert seen.right >= box.right
    assert seen.bottom >= box.bottom


@given(viewports(), lengths, lengths)
def test_resize_keeps_the_middle(view: Viewport, width: float, height: float) -> None:
    before = view.to_image(view.width / 2, view.height / 2)
    resized = view.resized(width, height)
    assert resized.to_image(width / 2, height / 2) == pytest.approx(before, abs=1e-5)


@given(viewports(), st.sampled_from([1.0, 1.25, 1.5, 2.0]))
def test_snapping_moves_less_than_a_device_pixel(view: Viewport, ratio: float) -> None:
    snapped = view.snapped(ratio)
    for before, after in ((view.x, snapped.x), (view.y, snapped.y)):
        assert abs(after - before) <= 0.5 / ratio + 1e-9
        assert math.isclose(after * ratio, round(after * ratio), abs_tol=1e-6)


def _is_lost(view: Viewport, x: float, y: float, scale: float) -> bool:
    """Whether the exact zoom would move the middle of the view off the image."""
    image_x, image_y = view.to_image(x, y)
    middle_x = image_x + (view.width / 2 - x) / scale
    middle_y = image_y + (view.height / 2 - y) / scale
    return not (0 <= middle_x <= view.image.width and 0 <= middle_y <= view.image.height)
