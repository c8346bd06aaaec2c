from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import FloatArray, Size
from core.document.mask import BoolArray, Mask
from core.imaging.disk_strokes import RowRuns, disk_step, disk_stroke

SIZE = Size(40, 35)
places = st.tuples(st.floats(-60, 100), st.floats(-60, 100))


def brute_force_stroke(line: FloatArray, radius: float) -> tuple[BoolArray, FloatArray]:
    """Pixels by their distance to each segment, and that distance less the radius."""
    yy, xx = np.mgrid[: SIZE.height, : SIZE.width] + 0.5
    distance = np.full(SIZE.shape, np.inf)
    for start, end in zip(line, np.concatenate([line[1:], line[-1:]]), strict=True):
        along = end - start
        fraction = (xx - start[0]) * along[0] + (yy - start[1]) * along[1]
        fraction = np.clip(fraction / max(float(along @ along), 1e-300), 0, 1)
        rest = np.hypot(xx - start[0] - fraction * along[0], yy - start[1] - fraction * along[1])
        distance = np.minimum(distance, rest)
    return distance <= radius, distance - radius


@given(st.integers(1, 6), st.floats(0, 15), st.integers(0, 2**32 - 1))
def test_a_stroke_is_the_union_of_discs_along_the_line(
    count: int, radius: float, seed: int
) -> None:
    line = np.random.default_rng(seed).uniform(-10, 50, (count, 2))
    expected, margin = brute_force_stroke(line, radius)
    columns, rows = np.floor(line).astype(int).T
    inside = (columns >= 0) & (columns < SIZE.width) & (rows >= 0) & (rows < SIZE.height)
    expected[rows[inside], columns[inside]] = True
    different = disk_stroke(line, radius, SIZE).to_array(SIZE) != expected
    assert (np.abs(margin[different]) < 1e-9).all()


def test_a_dab_of_the_finest_brush_leaves_its_pixel() -> None:
    mask = disk_stroke(np.array([[7.9, 3.1]]), 0.1, SIZE)
    assert mask == Mask.from_array(np.ones((1, 1)), 7, 3)


def test_a_stroke_outside_is_empty_and_a_wild_one_is_cut() -> None:
    assert disk_stroke(np.array([[-100.0, -100.0]]), 5, SIZE).is_empty
    wild = disk_stroke(np.array([[-1e12, 17.5], [1e12, 17.5]]), 3, SIZE)
    assert wild.area == 40 * 7 or wild.area == 40 * 6


@pytest.mark.parametrize("radius", [float("nan"), float("inf"), -1.0])
def test_a_senseless_radius_is_refused(radius: float) -> None:
    with pytest.raises(ValueError, match="radius"):
        disk_stroke(np.array([[1.0, 1.0]]), radius, SIZE)


@given(places, places, st.floats(0, 70))
def test_a_step_covers_what_the_stroke_covers(
    start: tuple[float, float], end: tuple[float, float], radius: float
) -> None:
    step = disk_step(start, end, radius, SIZE)
    covered = step.to_mask() if isinstance(step, RowRuns) else step
    # The third point makes it the general way of many segments.
    assert covered == disk_stroke(np.array([start, end, end]), radius, SIZE)
    assert step.box == covered.box


def test_a_senseless_step_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        disk_step((0, 0), (float("nan"), 0), 3, SIZE)
