import re

from hypothesis import given
from hypothesis import strategies as st

from core.project.image_names import ImageNames

NAME = st.text(st.sampled_from("aBß é0019/.-_"), max_size=12)
NAMES = st.lists(NAME, max_size=30)


def natural(name: str) -> list[tuple[int, str]]:
    """Text and numbers in turn, which Python compares as people do."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(int(part), "") if part.isdigit() else (0, part) for part in parts]


@given(NAMES, NAME)
def test_a_search_finds_what_each_name_says(names: list[str], text: str) -> None:
    found = ImageNames(names).containing(text)

    assert found.tolist() == [text.casefold() in name.casefold() for name in names]


@given(NAMES)
def test_the_natural_order_compares_numbers_as_numbers(names: list[str]) -> None:
    order = ImageNames(names).natural_order

    assert order.tolist() == sorted(range(len(names)), key=lambda place: natural(names[place]))


def test_nine_comes_before_ten_and_upper_case_says_nothing() -> None:
    names = ["b/2.png", "Image10.png", "image9.png", "image009.PNG", "A.png"]

    ordered = [names[place] for place in ImageNames(names).natural_order]

    assert ordered == ["A.png", "b/2.png", "image9.png", "image009.PNG", "Image10.png"]


def test_a_text_does_not_reach_into_the_next_name() -> None:
    names = ImageNames(["one", "two", ""])

    assert len(names) == 3
    assert not names.containing("onetwo").any()
    assert not names.containing("one\0two").any()
    assert names.containing("").all()
    assert len(ImageNames([])) == 0
    assert not ImageNames([]).containing("x").any()
