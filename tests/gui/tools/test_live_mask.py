from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import Size
from core.document.mask import Mask
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
