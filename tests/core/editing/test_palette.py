import pytest

from core.document.annotation import Label
from core.editing.palette import OKABE_ITO, check_color, next_color, next_colors
from core.errors import MaskwrightError
from tests.core.editing.examples import state


def test_the_first_colours_are_those_of_okabe_and_ito() -> None:
    assert next_colors((), len(OKABE_ITO)) == OKABE_ITO


def test_colours_stay_distinct_far_beyond_the_first_seven() -> None:
    colors = next_colors((), 120)
    assert len(set(colors)) == 120
    assert all(check_color(color) == color for color in colors)


def test_a_colour_in_use_is_not_given_again() -> None:
    assert next_color(state(Label(1, "a", OKABE_ITO[0]))) == OKABE_ITO[1]
    assert next_colors(OKABE_ITO, 1)[0] not in OKABE_ITO


@pytest.mark.parametrize("color", ["", "red", "#12345", "#1234567", "#gggggg"])
def test_what_is_no_colour_is_refused(color: str) -> None:
    with pytest.raises(MaskwrightError, match="not a colour"):
        check_color(color)
