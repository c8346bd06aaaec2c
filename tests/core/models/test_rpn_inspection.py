from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from core.document.annotation import bounds_of_geometry
from core.document.geometry import Size
from core.models.adapter import Adapter, RunContext
from core.models.proposal import ProposalKey, ProposalSet
from core.models.registry import find_model, weights_path
from core.models.rpn_inspection import (
    COUNTS,
    INSPECT,
    RpnInspection,
    Stage,
    read_inspection,
    recall_table,
)
from core.models.zoo.loading import load_adapter
from tests.core.models.pictures import blobs
from tests.gui.proposals.examples import proposal_set

SIZE = Size(200, 150)
PICTURE, TRUTH = blobs(2, SIZE.width, SIZE.height, count=8)


@pytest.fixture(scope="module")
def adapter() -> Adapter:
    spec = find_model("rpn-cells")
    return load_adapter(spec, weights_path(spec))


@pytest.fixture(scope="module")
def inspection(adapter: Adapter) -> RpnInspection:
    context = RunContext(parameters=MappingProxyType({INSPECT: True}))
    items = adapter.propose(PICTURE, context)
    return read_inspection(ProposalSet(ProposalKey("d", "rpn-cells", ""), SIZE, items))


def test_what_is_left_after_suppression_is_what_the_network_proposes(
    adapter: Adapter, inspection: RpnInspection
) -> None:
    proposals = adapter.propose(PICTURE, RunContext())
    boxes = [bounds_of_geometry(item.geometry) for item in proposals]
    corners = np.array([(box.x, box.y, box.right, box.bottom) for box in boxes])
    after, scores = inspection.boxes(Stage.AFTER)
    np.testing.assert_array_equal(scores[: len(proposals)], [item.score for item in proposals])
    np.testing.assert_allclose(after[: len(corners)], corners, atol=1e-9)


def test_every_level_has_a_map_and_anchors_of_its_own_size(inspection: RpnInspection) -> None:
    assert len(inspection.levels) >= 3
    strides = [level.stride_px(SIZE.width) for level in inspection.levels]
    assert strides == sorted(strides)
    sides = [
        np.sqrt(np.prod(lv.anchors[:, 2:] - lv.anchors[:, :2], axis=1)) for lv in inspection.levels
    ]
    means = [float(side.mean()) for side in sides]
    assert means == sorted(means)
    for level in inspection.levels:
        assert level.objectness.max() <= 1
        assert len(level.anchors) == len(level.before) == len(level.before_scores) > 0
        assert len(level.after) <= len(level.before)


def test_objectness_is_higher_over_blobs(inspection: RpnInspection) -> None:
    surest = max((level.objectness for level in inspection.levels), key=np.max)
    rows = (np.arange(surest.shape[0]) + 0.5) * SIZE.height / surest.shape[0]
    columns = (np.arange(surest.shape[1]) + 0.5) * SIZE.width / surest.shape[1]
    inside = TRUTH[np.ix_(rows.astype(int), columns.astype(int))] > 0
    assert surest.max() > 0.5
    assert surest[inside].mean() > 2 * surest[~inside].mean()


def test_recall_rises_with_the_number_of_boxes(inspection: RpnInspection) -> None:
    objects = []
    for number in range(1, TRUTH.max() + 1):
        rows, columns = np.nonzero(np.isin(TRUTH, number))
        objects.append((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    boxes, _ = inspection.boxes(Stage.AFTER)
    table = recall_table(boxes, np.array(objects, float))
    assert [row.count for row in table] == list(COUNTS)
    halves = [row.at_half for row in table]
    assert halves == sorted(halves)
    assert halves[-1] >= 0.85
    assert all(row.average <= row.at_half and row.at_seventy <= row.at_half for row in table)


def test_recall_of_nothing() -> None:
    objects = np.array([[0.0, 0, 4, 4], [10, 10, 14, 14]])
    (row,) = recall_table(np.zeros((0, 4)), objects, (10,))
    assert (row.at_half, row.average) == (0.0, 0.0)
    assert recall_table(objects, np.zeros((0, 4))) == ()
    (row,) = recall_table(objects[:1], objects, (10,))
    assert (row.at_half, row.at_seventy, row.average) == (0.5, 0.5, 0.5)


def test_another_result_is_no_inspection() -> None:
    with pytest.raises(ValueError, match="no inspection"):
        read_inspection(proposal_set([0.9], labels=("cat",)))
