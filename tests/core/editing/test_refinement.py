"""Refining by an amount: the preview counts exactly what the change does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.annotation import Geometry
from core.document.document import ImageDocument
from core.document.geometry import FloatArray, Keypoints, Polygon, PolygonPart, Visibility
from core.document.mask import Mask
from core.editing.areas import area_of
from core.editing.refinement import RefineKind, preview, refine
from core.errors import MaskwrightError
from tests.core.editing.examples import SIZE, annotation, applied, document


def _ring(left: float, top: float, side: float) -> FloatArray:
    corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]
    return np.array([(left + x, top + y) for x, y in corners])


def _refined(start: ImageDocument, kind: RefineKind, amount_px: int | None) -> Geometry:
    return applied(start, refine(start, (1,), kind, amount_px)).annotations[1].geometry


@given(
    st.binary(min_size=30, max_size=30),
    st.sampled_from(RefineKind),
    st.integers(0, 14),
)
def test_the_preview_is_what_the_change_does(data: bytes, kind: RefineKind, place: int) -> None:
    pixels = np.unpackbits(np.frombuffer(data, np.uint8)).reshape(12, 20)
    mask = Mask.from_array(pixels, 10, 9)
    if mask.is_empty:
        return
    start = document(annotation(1, mask))
    try:
        found = preview(start, (1,), kind, kind.amounts[place])
    except MaskwrightError:
        assert kind in (RefineKind.SHRINK, RefineKind.SMOOTH), "only these can lose every pixel"
        return
    if found.change is None:
        assert found.added.is_empty
        assert found.removed.is_empty
        return
    after = area_of(applied(start, found.change).annotations[1], SIZE)
    assert after == mask.united(found.added).without(found.removed)
    assert found.added.intersected(mask).is_empty
    assert found.removed.without(mask).is_empty


def test_holes_and_pieces_of_outlines_go_by_their_area_and_stay_exact() -> None:
    large = PolygonPart(_ring(2, 2, 20), (_ring(4, 4, 2), _ring(8, 8, 6)))
    small = PolygonPart(_ring(30, 2, 3))
    start = document(annotation(1, Polygon((large, small))))
    assert _refined(start, RefineKind.FILL_HOLES, 5) == Polygon(
        (PolygonPart(large.exterior, large.holes[1:]), small)
    )
    assert _refined(start, RefineKind.FILL_HOLES, None) == Polygon(
        (PolygonPart(large.exterior), small)
    )
    after = (
        applied(start, refine(start, (1,), RefineKind.REMOVE_ISLANDS, 10)).annotations[1].geometry
    )
    assert after == Polygon((large,))
    assert refine(start, (1,), RefineKind.REMOVE_ISLANDS, 9) is None


def test_the_largest_piece_stays_however_small_it_is() -> None:
    start = document(annotation(1, Mask.from_array(np.eye(2) > 0, 3, 3)))
    assert refine(start, (1,), RefineKind.REMOVE_ISLANDS, 50) is None


def test_keypoints_are_refused_with_a_reason() -> None:
    start = document(annotation(1, Keypoints(((1, 1, Visibility.VISIBLE),))))
    with pytest.raises(MaskwrightError, match="no area"):
        preview(start, (1,), RefineKind.GROW, 2)
