import pytest

from core.document.geometry import Box
from core.editing.order import Placement, reorder
from tests.core.editing.examples import annotation, applied, default_document, document


@pytest.mark.parametrize(
    ("placement", "expected"),
    [
        (Placement.FRONT, [2, 4, 1, 3]),
        (Placement.BACK, [1, 3, 2, 4]),
        (Placement.FORWARD, [2, 1, 4, 3]),
        (Placement.BACKWARD, [1, 3, 2, 4]),
    ],
)
def test_objects_go_forward_and_back(placement: Placement, expected: list[int]) -> None:
    start = document(
        *(annotation(number, Box(0, 0, 3, 3), order=min(number, 3)) for number in (1, 2, 3, 4))
    )
    after = applied(start, reorder(start, (1, 3), placement))
    assert [item.id for item in after.in_layer(1)] == expected


def test_what_is_in_front_already_is_no_change() -> None:
    assert reorder(default_document(), (4,), Placement.FRONT) is None
