from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.document.annotation import Provenance
from core.document.geometry import Box, Keypoints, Visibility
from core.document.mask import Mask
from core.editing.annotations import set_geometry
from core.editing.provenance import jaccard_distance
from core.editing.strokes import stroke
from core.errors import MaskwrightError
from core.imaging.rasterise import rasterise
from tests.core.editing.examples import SIZE, SQUARE, annotation, applied, disc_mask, document

masks = hnp.arrays(np.bool_, SIZE.shape, elements=st.booleans()).map(Mask.from_array)


@given(masks.filter(lambda mask: not mask.is_empty), masks, st.booleans())
def test_a_stroke_adds_or_takes_exactly_its_pixels_and_inverts(
    before: Mask, painted: Mask, subtract: bool
) -> None:
    start = document(annotation(1, before))
    expected = before.without(painted) if subtract else before.united(painted)
    change = stroke(start, 1, painted, subtract, "ann")
    if expected == before:
        assert change is None
        return
    after = applied(start, change)
    if expected.is_empty:
        assert not after.annotations
    else:
        assert after.annotations[1].geometry == expected
        assert after.annotations[1].edited


def test_a_stroke_on_a_polygon_makes_it_a_mask_in_one_step() -> None:
    start = document(annotation(1, SQUARE))
    after = applied(start, stroke(start, 1, disc_mask(30, 20, 4), False, "ann"))
    assert after.annotations[1].geometry == rasterise(SQUARE, SIZE).united(disc_mask(30, 20, 4))


def test_a_stroke_on_a_box_can_take_away() -> None:
    start = document(annotation(1, Box(0, 0, 10, 10)))
    mask = applied(start, stroke(start, 1, disc_mask(0, 0, 5), True, "ann")).annotations[1].geometry
    assert isinstance(mask, Mask)
    assert mask.area == 75


def test_erasing_the_last_pixel_removes_the_object() -> None:
    start = document(annotation(1, disc_mask(4, 4, 3)))
    assert not applied(start, stroke(start, 1, disc_mask(0, 0, 20), True, "ann")).annotations


def test_a_stroke_outside_the_image_is_no_change() -> None:
    start = document(annotation(1, disc_mask(4, 4, 3)))
    assert stroke(start, 1, disc_mask(100, 100, 5), False, "ann") is None


def test_locked_objects_and_keypoints_are_refused_with_a_sentence() -> None:
    points = Keypoints(((3.0, 3.0, Visibility.VISIBLE),))
    start = document(annotation(1, disc_mask(4, 4, 3), locked=True), annotation(2, points))
    with pytest.raises(MaskwrightError, match="locked"):
        stroke(start, 1, disc_mask(0, 0, 9), False, "ann")
    with pytest.raises(MaskwrightError, match="no area"):
        stroke(start, 2, disc_mask(0, 0, 9), False, "ann")


@given(st.lists(st.tuples(masks, st.booleans()), min_size=1, max_size=4))
def test_the_edited_fraction_is_exact_at_first_and_never_too_small_after(
    strokes: list[tuple[Mask, bool]],
) -> None:
    proposed = disc_mask(5, 5, 12)
    item = replace(annotation(1, proposed), provenance=Provenance("unet", "ann", "unet", score=0.9))
    now, edits = document(item), 0
    for painted, subtract in strokes:
        change = stroke(now, 1, painted, subtract, "ann")
        if change is None:
            continue
        now = applied(now, change)
        if not now.annotations:
            return
        edits += 1
        true = jaccard_distance(proposed, now.annotations[1].geometry, SIZE)
        found = now.annotations[1].provenance.edited_fraction
        assert true - 1e-9 <= found <= 1
        if edits == 1:
            assert found == pytest.approx(true)


def test_reshaping_a_proposal_counts_as_an_edit_and_own_work_does_not() -> None:
    proposal = replace(
        annotation(1, Box(0, 0, 10, 10)), provenance=Provenance("rpn", model="rpn", score=0.5)
    )
    start = document(proposal, annotation(2, Box(0, 0, 10, 10)))
    after = applied(start, set_geometry(start, 1, Box(0, 0, 10, 5)))
    assert after.annotations[1].provenance.edited_fraction == pytest.approx(0.5)
    after = applied(start, set_geometry(start, 2, Box(0, 0, 10, 5)))
    assert after.annotations[2].provenance.edited_fraction == 0
