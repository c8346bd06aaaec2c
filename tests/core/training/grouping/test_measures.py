from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from core.grouping.hierarchy import Hierarchy
from core.training.grouping.annotators import AnnotatorRuns, annotator_runs
from core.training.grouping.covering import cover, summarise
from core.training.grouping.plot import curves_svg
from core.training.grouping.robot import clicks_to, overlaps_after_clicks, run_robot


def four_columns() -> Hierarchy:
    """Leaves 0 … 3 are columns of 10 × 5 pixels; (0, 1) and (2, 3) join first."""
    labels = np.repeat(np.arange(4, dtype=np.int32), 5)[None].repeat(10, axis=0)
    parents = np.array([4, 4, 5, 5, 6, 6, 6], np.int32)
    return Hierarchy(labels, parents, np.array([0, 0, 0, 0, 0.2, 0.4, 0.8], np.float32))


def test_a_segmentation_that_the_tree_has_is_covered_wholly() -> None:
    halves = np.repeat([[7, 9]], 10, axis=0).repeat(10, axis=1)
    score = summarise([cover(four_columns(), [halves])])
    assert score.ods == score.ois == score.best == 1.0
    assert 0.4 <= score.ods_threshold < 0.8


def test_covering_is_the_mean_overlap_weighted_by_area() -> None:
    uneven = np.ones((10, 20), np.int32)
    uneven[:, :8] = 2
    covering = cover(four_columns(), [uneven])
    # 8 columns against nodes of 10: 8/10; 12 columns against 10: 10/12.
    assert covering.best == pytest.approx(80 * 8 / 10 + 120 * 10 / 12)
    assert covering.pixels == 200
    # At the finest cut each segment finds one column of 5.
    assert covering.at[0] == pytest.approx(80 * 5 / 8 + 120 * 5 / 12)


def test_thresholds_are_common_for_ods_and_own_for_ois() -> None:
    halves = np.repeat([[1, 2]], 10, axis=0).repeat(10, axis=1)
    quarters = np.repeat([[1, 2, 3, 4]], 10, axis=0).repeat(5, axis=1)
    score = summarise([cover(four_columns(), [halves]), cover(four_columns(), [quarters])])
    assert score.ois == 1.0
    assert score.ods == pytest.approx(0.75)


def test_the_robot_takes_a_node_that_fits_with_one_click() -> None:
    truth = np.zeros((10, 20), np.bool_)
    truth[:, :10] = True
    assert overlaps_after_clicks(four_columns(), truth, clicks=3) == [1.0, 1.0, 1.0]


def test_the_robot_adds_and_takes_away() -> None:
    truth = np.zeros((10, 20), np.bool_)
    truth[:, :15] = True
    overlaps = overlaps_after_clicks(four_columns(), truth, clicks=3)
    assert overlaps == sorted(overlaps)
    assert overlaps[0] < 1.0
    assert overlaps[1] == 1.0
    assert clicks_to(overlaps, 0.9) == 2
    assert clicks_to([0.1, 0.2], 0.9) == 2


def test_pixels_that_no_one_is_sure_of_do_not_count() -> None:
    truth = np.zeros((10, 20), np.bool_)
    truth[:, :9] = True
    scored = np.ones((10, 20), np.bool_)
    scored[:, 9] = False
    assert overlaps_after_clicks(four_columns(), truth, scored, clicks=1) == [1.0]


def test_notches_count_from_the_size_taken_last() -> None:
    truth = np.zeros((10, 20), np.bool_)
    truth[:, :10] = True
    run = run_robot(four_columns(), truth, clicks=2)
    # One per cent of the image opens at a leaf of 50 pixels; the half of 100 is one notch up.
    assert run.overlaps[0] == 1.0
    assert run.notches == [1, 0]


def test_a_row_says_what_it_took_to_get_there() -> None:
    run = AnnotatorRuns("tree", [0], [[0.5, 0.86, 0.9, 0.9, 0.95]], [[3, 2, 9, 0, 0]], [0.002])
    name, to_85, to_90, after, notches, _ = run.row()
    assert (name, to_85, to_90) == ("tree", "2.00", "3.00")
    assert after == "0.500 / 0.860 / 0.900 / 0.950"
    assert notches == "5.0"
    assert run.curve() == [0.5, 0.86, 0.9, 0.9, 0.95]


def test_a_row_of_some_objects_stands_beside_that_of_all() -> None:
    runs = AnnotatorRuns("tree", [0, 1, 3], [[0.5] * 5, [0.9] * 5, [0.7] * 5], [], [0.1, 0.2, 0.3])
    some = runs.only({0, 3})
    assert some.name == "tree, the same 2 objects"
    assert some.places == [0, 3]
    assert some.curve() == pytest.approx([0.6] * 5)
    assert some.row()[-1] == "200.0"


def test_grabcut_does_every_nth_object_beside_what_the_tree_makes_of_them() -> None:
    image = np.full((24, 40, 3), 30, np.uint8)
    image[4:20, 6:18] = (210, 40, 40)
    image[4:20, 24:36] = (40, 210, 40)
    everywhere = np.ones((24, 40), np.bool_)
    masks = [(image[:, :, plane] == 210, everywhere) for plane in (0, 1)]
    runs = annotator_runs(lambda: iter([(image, masks)]), None, grabcut_every=2)
    grabcut = runs[-1]
    assert grabcut.name.startswith("GrabCut")
    assert grabcut.places == [0]
    assert runs[0].places == [0, 1]
    assert runs[-2].name == "learned, the same 1 objects, at most 10"
    assert runs[-2].overlaps == [runs[0].overlaps[0][:10]]


def test_curves_are_well_formed_svg_with_a_legend() -> None:
    picture = curves_svg("A < B", "x", "y", {"one": [0.5, 0.9], "two & three": [0.2, 0.6]})
    root = ElementTree.fromstring(picture)  # noqa: S314 - written just now
    lines = [item for item in root.iter() if item.tag.endswith("polyline")]
    assert len(lines) == 2
    texts = [item.text for item in root.iter() if item.tag.endswith("text")]
    assert {"A < B", "one", "two & three"} <= set(texts)
