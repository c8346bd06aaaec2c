from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from core.document.annotation import ReviewState
from core.document.document import ImageState
from core.document.geometry import Box, Keypoints, Polygon, PolygonPart, Size, Visibility
from core.document.mask import Mask
from core.scoring.difference import Disagreement
from core.survey.crops import CropWish, crops_of, square_around
from core.survey.object_filter import (
    Handwork,
    ObjectFilter,
    Order,
    Span,
    facets_of,
    filtered,
)
from core.survey.object_rows import Compared, ObjectRow, rows_of, survey
from core.survey.statistics import COUNT_BINS, HEAT_CELLS, statistics_of
from tests.core.survey.examples import CAT, DOG, MINE, SIZE, STATE, TRUTH, dataset, documents, item


@pytest.fixture(scope="module")
def rows() -> list[ObjectRow]:
    found = survey(dataset(), Compared(TRUTH, MINE))
    return [row for number in sorted(found) for row in found[number]]


def _ids(rows: list[ObjectRow], wanted: ObjectFilter, order: Order = Order.IMAGES) -> list[int]:
    return [row.annotation_id for row in filtered(rows, wanted, STATE, order)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ObjectFilter(), [1, 2, 3, 11, 12, 4]),
        (ObjectFilter(layer_ids=frozenset({TRUTH})), [11, 12]),
        (ObjectFilter(layer_ids=frozenset({MINE}), label_ids=frozenset({DOG})), [3, 4]),
        (ObjectFilter(score=Span(0.5, None)), [1]),
        (ObjectFilter(score=Span(None, 0.5)), [2]),
        (ObjectFilter(layer_ids=frozenset({MINE}), side=Span(None, 10)), [2, 4]),
        (ObjectFilter(sources=frozenset({"net"})), [1, 2]),
        (ObjectFilter(authors=frozenset({"bob"})), [3, 4]),
        (ObjectFilter(reviews=frozenset({ReviewState.APPROVED})), [3]),
        (ObjectFilter(image_states=frozenset({ImageState.APPROVED})), [4]),
        (ObjectFilter(attribute="occluded"), [3]),
        (ObjectFilter(attribute="occluded", attribute_value="true"), [3]),
        (ObjectFilter(attribute="occluded", attribute_value="false"), []),
        (ObjectFilter(iou=Span(0.9, None)), [1, 2, 11, 12]),
        (ObjectFilter(disagreements=frozenset({Disagreement.WRONG_LABEL})), [2, 12]),
        (ObjectFilter(disagreements=frozenset({Disagreement.EXTRA})), [3, 4]),
        (ObjectFilter(handwork=Handwork.EDITED), [2]),
        (ObjectFilter(layer_ids=frozenset({MINE}), handwork=Handwork.UNTOUCHED), [1, 3, 4]),
        (ObjectFilter(with_comments=True), [3]),
    ],
)
def test_each_filter_finds_what_it_says(
    rows: list[ObjectRow], wanted: ObjectFilter, expected: list[int]
) -> None:
    assert _ids(rows, wanted) == expected


def test_filters_hold_together(rows: list[ObjectRow]) -> None:
    wanted = ObjectFilter(label_ids=frozenset({CAT}), score=Span(0.3, 0.5), iou=Span(0.5, None))
    assert _ids(rows, wanted) == [2]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.SCORE, [1, 2, 3, 4]),
        (Order.UNSURE, [2, 1, 3, 4]),
        (Order.LARGEST, [3, 1, 2, 4]),
        (Order.SMALLEST, [4, 2, 1, 3]),
        (Order.IOU, [3, 4, 1, 2]),
    ],
)
def test_orders_put_what_has_no_value_last(
    rows: list[ObjectRow], order: Order, expected: list[int]
) -> None:
    assert _ids(rows, ObjectFilter(layer_ids=frozenset({MINE})), order) == expected


def test_facets_name_what_can_be_chosen(rows: list[ObjectRow]) -> None:
    found = facets_of(rows)
    assert found.sources == ("", "brush", "net", "polygon")
    assert found.authors == ("", "ann", "bob")
    assert found.attributes == ("occluded",)


def test_areas_are_those_of_the_shapes() -> None:
    ring = Polygon(
        (PolygonPart(np.array([(0, 0), (10, 0), (10, 10), (0, 10)], float),
                     (np.array([(2, 2), (4, 2), (4, 4), (2, 4)], float),)),)
    )  # fmt: skip
    mask = Mask.from_array(np.eye(5, dtype=bool), 1, 1)
    document = documents()[3]
    for number, (geometry, area) in enumerate([(ring, 96.0), (mask, 5.0), (Box(0, 0, 3, 4), 12.0)]):
        shown = item(number + 20, Box(0, 0, 1, 1), CAT, geometry=geometry)
        row = rows_of(type(document)(3, SIZE, {shown.id: shown}), STATE)[0]
        assert row.area == area


def test_a_broken_image_is_left_out() -> None:
    from core.errors import ReadError

    whole = dataset()

    def load(number: int) -> object:
        if number == 1:
            raise ReadError("it is gone.")
        return whole.load(number)

    assert set(survey(replace(whole, load=load))) == {2}  # type: ignore[arg-type]


def test_a_survey_can_be_stopped() -> None:
    heard: list[float] = []

    def stop(share: float) -> None:
        heard.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        survey(dataset(), progress=stop)
    assert heard == [1 / 3]


def test_statistics_count_labels_sizes_places_and_pairs() -> None:
    mine = {
        number: [row for row in found if row.layer_id == MINE]
        for number, found in survey(dataset()).items()
    }
    found = statistics_of(mine, image_count=3)
    assert found.objects == 4
    assert [(one.label_id, one.objects, one.images) for one in found.labels] == [
        (CAT, 2, 1),
        (DOG, 2, 2),
    ]
    assert found.together.tolist() == [[1, 1], [1, 2]]
    assert [(one.low, one.objects) for one in found.sizes] == [(4, 1), (8, 1), (16, 2)]
    assert found.positions.sum() == 4
    # The centre of the locked dog (2, 2) is in the first row and column of the image.
    assert found.positions[int(2 / 80 * HEAT_CELLS), int(2 / 100 * HEAT_CELLS)] == 1
    per_image = dict(zip(COUNT_BINS, found.per_image, strict=True))
    assert (per_image[0], per_image[1], per_image[3]) == (1, 1, 1)


def test_statistics_of_one_label_and_of_nothing() -> None:
    found = statistics_of(survey(dataset()), 3, label_id=DOG)
    assert sum(one.objects for one in found.sizes) == 3
    assert found.positions.sum() == 3
    empty = statistics_of({}, 2)
    assert (empty.objects, empty.labels, empty.sizes) == (0, (), ())
    assert empty.per_image[0] == 2


@pytest.mark.parametrize("reduced", [1, 4])
def test_a_crop_shows_the_object_in_its_middle(reduced: int) -> None:
    rgb = np.zeros((80 // reduced, 100 // reduced, 3), np.uint8)
    part = slice(20 // reduced, 40 // reduced), slice(40 // reduced, 60 // reduced)
    rgb[part] = (250, 10, 10)
    wish = CropWish(7, Box(40, 20, 20, 20), (0, 255, 0))
    crop = crops_of(rgb, Size(100, 80), [wish], 60)[7]
    assert crop.shape == (60, 60, 3)
    assert crop[30, 30].tolist() == [250, 10, 10]
    assert crop[3, 3].tolist() == [0, 0, 0]
    square = square_around(wish.geometry)  # type: ignore[arg-type]
    left = round((40 - square.x) / square.width * 60)
    assert crop[30, left - 1 : left + 1, 1].max() > 150, "the outline is where the object ends"


def test_a_crop_at_the_border_is_grey_outside_and_a_large_one_is_smoothed() -> None:
    checks = (np.indices((80, 100)).sum(axis=0) % 2 * 255).astype(np.uint8)
    rgb = np.repeat(checks[:, :, None], 3, axis=2)
    small = crops_of(rgb, SIZE, [CropWish(1, Box(0, 0, 4, 4), (0, 0, 255))], 40)[1]
    assert small[0, 0].tolist() == [64, 64, 64]
    large = crops_of(rgb, SIZE, [CropWish(1, Box(0, 0, 80, 80), (0, 0, 255))], 20)[1]
    assert abs(int(large[10, 10, 0]) - 127) < 25, "a chequered ground becomes grey"
    outside = crops_of(rgb, SIZE, [CropWish(1, Box(500, 500, 5, 5), (0, 0, 255))], 20)[1]
    assert outside[0, 0].tolist() == [64, 64, 64]


def test_a_crop_shows_the_keypoints_of_an_object() -> None:
    rgb = np.zeros((80, 100, 3), np.uint8)
    seen, hidden, absent = Visibility.VISIBLE, Visibility.HIDDEN, Visibility.UNLABELLED
    points = Keypoints(((42, 30, seen), (58, 30, hidden), (0, 0, absent)))
    edges = ((0, 1), (1, 2))
    box = Box(40, 20, 20, 20)
    plain = CropWish(1, box, (0, 255, 0))
    beside = CropWish(2, box, (0, 255, 0), points, edges)
    alone = CropWish(3, points, (0, 255, 0), None, edges)
    crops = crops_of(rgb, Size(100, 80), [plain, beside, alone], 120)
    assert crops[1][60, 60, 1] == 0
    assert crops[2][60, 60, 1] > 150, "the line that joins them"
    first, second = (round(60 + shift * 4) for shift in (-8, 8))
    assert crops[2][60, first].tolist() == [0, 255, 0]
    assert crops[2][60, second, 1] < 128, "a hidden one is hollow"
    square = square_around(points.bounds)
    rim = round((points.bounds.x - square.x) / square.width * 120)
    assert crops[3][60, 60, 1] > 150
    assert crops[3][54, rim - 3 : rim, 1].max() == 0, "points alone have no box"


def test_keypoints_outside_of_the_outline_are_in_the_crop() -> None:
    rgb = np.zeros((80, 100, 3), np.uint8)
    points = Keypoints(((90, 30, Visibility.VISIBLE),))
    crop = crops_of(rgb, SIZE, [CropWish(1, Box(40, 20, 20, 20), (0, 255, 0), points)], 100)[1]
    assert crop[50, 60:, 1].max() == 255


def test_a_moved_keypoint_makes_another_row() -> None:
    document = documents()[1]
    number, first = next(iter(document.annotations.items()))
    rows = []
    for x in (12.0, 15.0):
        moved = replace(first, keypoints=Keypoints(((x, 20.0, Visibility.VISIBLE),)))
        changed = replace(document, annotations=MappingProxyType({number: moved}))
        rows.append(rows_of(changed, STATE))
    assert rows[0] != rows[1], "its picture is made anew"
