import numpy as np
import pytest

from core.document.geometry import Box, Polygon, PolygonPart
from core.document.mask import Mask
from core.editing.refining import (
    convert_to_masks,
    convert_to_polygons,
    fill_holes,
    grow,
    remove_islands,
    smooth,
)
from core.errors import MaskwrightError
from core.imaging.rasterise import rasterise
from tests.core.editing.examples import SIZE, SQUARE, annotation, applied, disc_mask, document

HOLE = np.array([(4.0, 5.0), (4.0, 9.0), (9.0, 9.0), (9.0, 5.0)])
ISLAND = np.array([(30.0, 3.0), (33.0, 3.0), (33.0, 6.0)])
PIERCED = Polygon((PolygonPart(SQUARE.parts[0].exterior, (HOLE,)), PolygonPart(ISLAND)))


def test_holes_are_filled_in_masks_and_outlines() -> None:
    mask = disc_mask(20, 10, 9).without(disc_mask(23, 13, 2))
    start = document(annotation(1, mask), annotation(2, PIERCED))
    after = applied(start, fill_holes(start, (1, 2)))
    assert after.annotations[1].geometry == disc_mask(20, 10, 9)
    assert after.annotations[2].geometry == Polygon((*SQUARE.parts, PolygonPart(ISLAND)))
    assert fill_holes(after, (1, 2)) is None


def test_islands_go_and_the_largest_piece_keeps_its_hole() -> None:
    start = document(annotation(1, PIERCED))
    after = applied(start, remove_islands(start, (1,)))
    assert after.annotations[1].geometry == Polygon(PIERCED.parts[:1])


def test_growing_and_shrinking_a_square_by_a_pixel() -> None:
    start = document(annotation(1, disc_mask(10, 10, 5)))
    grown = applied(start, grow(start, (1,), 1.0)).annotations[1].geometry
    assert isinstance(grown, Mask)
    assert grown.area == 25 + 4 * 5
    shrunk = applied(start, grow(start, (1,), -1.0)).annotations[1].geometry
    assert shrunk == disc_mask(11, 11, 3)


def test_nothing_vanishes_by_shrinking() -> None:
    start = document(annotation(1, disc_mask(10, 10, 2)), annotation(2, disc_mask(20, 10, 9)))
    with pytest.raises(MaskwrightError, match="lose all"):
        grow(start, (1, 2), -1.0)


def test_a_spike_is_smoothed_away_and_a_box_keeps_its_kind() -> None:
    mask = disc_mask(10, 10, 9).united(Mask.from_array(np.ones((1, 8), np.bool_), 19, 14))
    start = document(annotation(1, mask), annotation(2, Box(2, 2, 5, 5)))
    after = applied(start, smooth(start, (1,), 2.0))
    found = after.annotations[1].geometry
    assert isinstance(found, Mask)
    assert not found.contains(25, 14)
    assert fill_holes(start, (2,)) is None


def test_outlines_and_masks_convert_without_moving_a_pixel() -> None:
    mask = disc_mask(20, 10, 9).without(disc_mask(23, 13, 2)).united(disc_mask(2, 2, 3))
    start = document(annotation(1, mask))
    after = applied(start, convert_to_polygons(start, (1,)))
    outline = after.annotations[1].geometry
    assert isinstance(outline, Polygon)
    assert len(outline.parts) == 2
    assert rasterise(outline, SIZE) == mask
    back = applied(after, convert_to_masks(after, (1,)))
    assert back.annotations[1].geometry == mask
    assert convert_to_masks(back, (1,)) is None
    assert convert_to_polygons(after, (1,)) is None
