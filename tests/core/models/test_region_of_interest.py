import pytest

from core.document.geometry import Box, Size
from core.document.mask import PixelBox
from core.errors import ModelError
from core.models.proposal import Proposal
from core.models.region_of_interest import put_back, region_of, region_parameters

SIZE = Size(100, 80)


def test_a_part_is_found_again_and_cut_at_the_pictures_edge() -> None:
    assert region_of({}, SIZE) is None
    part = PixelBox(10, 20, 40, 30)
    assert region_of(region_parameters(part), SIZE) == part
    assert region_of(region_parameters(PixelBox(80, 60, 90, 90)), SIZE) == PixelBox(80, 60, 20, 20)


@pytest.mark.parametrize(
    "parameters",
    [
        region_parameters(PixelBox(10, 20, 10, 30)),
        region_parameters(PixelBox(200, 20, 40, 30)),
        {"region_left": 3},
        {**region_parameters(PixelBox(10, 20, 40, 30)), "region_top": "x"},
    ],
)
def test_what_is_no_part_is_refused(parameters: dict[str, str | int | float | bool]) -> None:
    with pytest.raises(ModelError, match="too small or outside"):
        region_of(parameters, SIZE)


def test_candidates_are_put_back_in_their_place() -> None:
    item = Proposal(0, Box(1, 2, 3, 4), 0.9, "", "m")
    assert put_back(item, PixelBox(10, 20, 40, 30)).geometry == Box(11, 22, 3, 4)
