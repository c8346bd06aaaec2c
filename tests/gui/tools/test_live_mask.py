import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import Size
from core.document.mask import Mask
from core.imaging.disk_strokes import disk_step
from gui.tools.live_mask import LiveMask
from tests.gui.tools.driver import square_mask

SIZE = Size(500, 400)


@given(
    st.lists(
        st.tuples(st.integers(-20, 510), st.integers(-20, 410), st.integers(1, 60)), max_size=6
    )
)
def test_a_growing_window_holds_the_union(squares: list[tuple[int, int, int]]) -> None:
    live, expected = LiveMask(SIZE), Mask.empty()
    for left, top, side in squares:
        live.add(square_mask(left, top, side))
        expected = expected.united(square_mask(left, top, side).clipped(SIZE))
        assert live.to_mask() == expected
        assert live.box == expected.box


def test_the_mask_is_the_same_object_until_something_is_added() -> None:
    live = LiveMask(SIZE)
    live.add(square_mask(3, 3, 3))
    assert live.to_mask() is live.to_mask()


@given(
    st.lists(
        st.tuples(st.floats(-20, 510), st.floats(-20, 410), st.floats(0, 60)),
        min_size=1,
        max_size=6,
    )
)
def test_a_look_at_the_stroke_needs_no_copy(steps: list[tuple[float, float, float]]) -> None:
    live, last = LiveMask(SIZE), steps[0]
    for x, y, radius in steps:
        before, old = live.view(), live.to_mask()
        live.add(disk_step(last[:2], (x, y), radius, SIZE))
        last, now, new = (x, y, radius), live.view(), live.to_mask()
        assert now.box == new.box
        assert np.array_equal(now.pixels_in(now.box), new.crop())
        added = new.without(old)
        assert now.grown_since(before).united(added.box) == now.grown_since(before)
        assert now.grown_since(now).is_empty
