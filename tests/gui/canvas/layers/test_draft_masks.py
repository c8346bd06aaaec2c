import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from core.document.geometry import Size
from core.document.mask import BoolArray, Mask, PixelBox
from core.imaging.disk_strokes import disk_step
from gui.canvas.layers.draft_masks import changed_box, render_draft_mask, sampled
from gui.canvas.layers.overlay_style import premultiplied_bgra
from gui.canvas.layers.window import RenderWindow
from gui.tools.draft import DraftMask
from gui.tools.live_mask import LiveMask

SIZE = Size(200, 150)
pixels_2d = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=20))


@given(pixels_2d, st.floats(0.2, 9.0), st.integers(-30, 60), st.integers(-30, 60))
def test_sampling_takes_the_pixel_under_each_centre(
    pixels: BoolArray, scale: float, left: int, top: int
) -> None:
    mask = Mask.from_array(pixels, left=3, top=5)
    found = sampled(mask, RenderWindow(scale, PixelBox(left, top, 25, 15)))
    for row in range(15):
        for column in range(25):
            x, y = (left + column + 0.5) / scale, (top + row + 0.5) / scale
            assert found[row, column] == mask.contains(x, y)


@given(pixels_2d, pixels_2d)
def test_the_changed_box_holds_every_difference(before: BoolArray, after: BoolArray) -> None:
    one, two = Mask.from_array(before), Mask.from_array(after, left=2, top=1)
    around = PixelBox(-2, -2, 40, 40)
    changed = changed_box(one, two)
    rows, columns = np.nonzero(one.window(around) ^ two.window(around))
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        point = PixelBox(column - 2, row - 2, 1, 1)
        assert changed.intersected(point) == point


def test_of_a_grown_stroke_only_the_growth_has_changed() -> None:
    pixels = np.ones((300, 400), np.bool_)
    pixels[100:120, 200:230] = False
    before = Mask.from_array(pixels)
    pixels[105:110, 205:215] = True
    assert changed_box(before, Mask.from_array(pixels)) == PixelBox(205, 105, 10, 5)
    assert changed_box(before, before).is_empty


def test_added_pixels_have_the_colour_and_removed_ones_are_dark() -> None:
    mask = Mask.from_array(np.ones((60, 60), np.bool_), 20, 20)
    window = RenderWindow(1.0, PixelBox(0, 0, 100, 100))
    added = render_draft_mask(DraftMask(mask), "#ff0000", window, 2)
    hovered = render_draft_mask(DraftMask(mask, committed=False), "#ff0000", window, 2)
    removed = render_draft_mask(DraftMask(mask, subtract=True), "#ff0000", window, 2)
    assert tuple(added[50, 50]) == premultiplied_bgra("#ff0000", 0.5)
    assert added[50, 50, 3] > hovered[50, 50, 3] > 0
    assert removed[50, 50, :3].max() == 0
    assert removed[50, 50, 3] > 0
    assert tuple(added[50, 20]) == premultiplied_bgra("#ff0000", 1.0)
    assert tuple(added[50, 19]) == (0, 0, 0, 150)
    assert not added[50, 17].any()


def test_a_part_of_the_window_is_painted_like_the_whole() -> None:
    rng = np.random.default_rng(2)
    mask = Mask.from_array(rng.random((40, 50)) > 0.6, 4, 4)
    whole = render_draft_mask(
        DraftMask(mask), "#00ff00", RenderWindow(2.3, PixelBox(0, 0, 140, 120)), 2
    )
    part = render_draft_mask(
        DraftMask(mask), "#00ff00", RenderWindow(2.3, PixelBox(31, 17, 40, 30)), 2
    )
    assert np.array_equal(part, whole[17:47, 31:71])


def test_a_stroke_under_way_is_drawn_like_its_mask() -> None:
    stroke = LiveMask(SIZE)
    stroke.add(disk_step((20, 30), (90, 70), 12, SIZE))
    before = stroke.view()
    stroke.add(disk_step((90, 70), (150, 20), 12, SIZE))
    window = RenderWindow(0.7, PixelBox(5, 3, 90, 60))
    drawn = render_draft_mask(DraftMask(stroke.view()), "#00ff00", window, 2)
    assert np.array_equal(
        drawn, render_draft_mask(DraftMask(stroke.to_mask()), "#00ff00", window, 2)
    )
    assert changed_box(before, stroke.view()) == disk_step((90, 70), (150, 20), 12, SIZE).box


def test_where_another_stroke_begins_both_have_changed() -> None:
    one, two = LiveMask(SIZE), LiveMask(SIZE)
    one.add(disk_step((20, 30), (20, 30), 5, SIZE))
    two.add(disk_step((90, 70), (90, 70), 5, SIZE))
    around = one.box.united(two.box)
    assert changed_box(one.view(), two.view()) == around
    assert changed_box(one.to_mask(), two.view()) == around
