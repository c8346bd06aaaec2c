"""Relabelling and merging over many images: the count is what then happens."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.annotation import Label
from core.document.document import ImageDocument
from core.document.geometry import Box
from core.document.history import History
from core.document.semantic import SemanticMap
from core.editing.relabelling import Relabelling, plan_relabelling
from core.errors import MaskwrightError
from tests.core.editing.examples import SIZE, annotation, document, state

LABELS = tuple(Label(number, f"label {number}", "#102030") for number in (1, 2, 3))


def _document(image_id: int, *items: tuple[int, int, bool]) -> ImageDocument:
    """Objects as (layer, label, locked)."""
    found = [
        replace(
            annotation(place, Box(place, 1, 2, 2), label_id=label, locked=locked), layer_id=layer
        )
        for place, (layer, label, locked) in enumerate(items, start=1)
    ]
    return document(*found, image_id=image_id)


objects = st.lists(st.tuples(st.integers(1, 2), st.integers(1, 3), st.booleans()), max_size=4)


@given(objects, objects, st.frozensets(st.integers(1, 3)), st.integers(1, 3), st.booleans())
def test_the_count_is_what_happens_and_one_undo_takes_it_back(
    first: list[tuple[int, int, bool]],
    second: list[tuple[int, int, bool]],
    sources: frozenset[int],
    target: int,
    merges: bool,
) -> None:
    documents = {7: _document(7, *first), 8: _document(8, *second)}
    history = History(state(*LABELS), documents.__getitem__)
    rule = Relabelling(sources, target, None if merges else frozenset({1}), merges)
    plan = plan_relabelling(history.state, documents.values(), rule)
    before = {key: history.document(key).annotations for key in documents}
    meant = [
        item
        for found in documents.values()
        for item in found.annotations.values()
        if item.label_id in sources - {target} and (merges or item.layer_id == 1)
    ]
    assert plan.locked == sum(item.locked for item in meant)
    assert plan.objects == len(meant) - plan.locked
    if plan.change is None:
        assert not plan.objects or (merges and plan.locked)
        return
    history.apply(plan.change)
    after = {key: history.document(key).annotations for key in documents}
    changed = sum(
        after[key][number].label_id != item.label_id
        for key, found in before.items()
        for number, item in found.items()
    )
    assert changed == plan.objects
    if merges:
        assert set(history.state.labels) == {1, 2, 3} - (sources - {target})
    history.undo()
    assert {key: history.document(key).annotations for key in documents} == before
    assert set(history.state.labels) == {1, 2, 3}


def test_a_merge_repaints_the_pixels_of_all_its_labels() -> None:
    classes = np.zeros(SIZE.shape, np.uint16)
    classes[2:5, 3:9] = 1
    classes[4:8, 6:12] = 2
    start = replace(document(), semantic=MappingProxyType({1: SemanticMap(1, classes)}))
    history = History(state(*LABELS), lambda _: start)
    plan = plan_relabelling(history.state, [start], Relabelling(frozenset({1, 2}), 3, None, True))
    assert plan.change is not None
    history.apply(plan.change)
    merged = history.document(7).semantic[1].classes
    assert np.array_equal(merged == 3, classes > 0)
    history.undo()
    assert np.array_equal(history.document(7).semantic[1].classes, classes)


def test_a_label_that_is_gone_is_named() -> None:
    with pytest.raises(MaskwrightError, match="no longer"):
        plan_relabelling(state(*LABELS), [], Relabelling(frozenset({1}), 9))
