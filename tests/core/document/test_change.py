"""Every change has an inverse, and two that follow each other can become one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.document.annotation import Annotation
from core.document.change import Change, Difference, ImageChange, MaskEdit
from core.document.document import ImageDocument, ImageState, ProjectState
from core.document.geometry import Box, Size
from core.document.mask import BoolArray, Mask
from core.document.mask_patch import MaskPatch
from core.errors import ConflictError
from tests.core.document import strategies as some


def _content(document: ImageDocument) -> tuple[object, object]:
    return dict(document.annotations), dict(document.semantic)


@settings(max_examples=50)
@given(st.data())
def test_the_inverse_restores_the_document(data: st.DataObject) -> None:
    document = data.draw(some.documents())
    change = data.draw(some.image_changes(document))

    changed = change.applied_to(document)

    assert changed.revision == document.revision + 1
    assert _content(change.inverted().applied_to(changed)) == _content(document)
    assert change.inverted().inverted() == change


@settings(max_examples=50)
@given(st.data())
def test_two_changes_become_one_or_say_that_they_cannot(data: st.DataObject) -> None:
    document = data.draw(some.documents())
    first = data.draw(some.image_changes(document))
    middle = first.applied_to(document)
    second = data.draw(some.image_changes(middle))
    last = second.applied_to(middle)

    try:
        both = Change.of_image("a", 1, first).followed_by(Change.of_image("b", 1, second), "both")
    except ValueError:
        assert {edit.annotation_id for edit in (*first.mask_edits, *second.mask_edits)}
        return

    assert both.name == "both"
    assert _content(both.images[1].applied_to(document)) == _content(last)
    assert _content(both.images[1].inverted().applied_to(last)) == _content(document)


@settings(max_examples=50)
@given(st.data())
def test_the_state_comes_back(data: st.DataObject) -> None:
    document = data.draw(some.documents())
    state = ProjectState()
    change = data.draw(some.changes(document, state))

    changed = change.applied_to_state(state)
    back = change.inverted().applied_to_state(changed)

    assert (dict(back.labels), dict(back.layers)) == ({}, {})
    assert back.state_of(1) is ImageState.UNLABELLED


@settings(max_examples=50)
@given(st.data())
def test_a_change_names_what_it_touches(data: st.DataObject) -> None:
    document = data.draw(some.documents())
    change = data.draw(some.image_changes(document))
    changed = change.applied_to(document)

    ids = document.annotations.keys() | changed.annotations.keys()
    differing = {
        number
        for number in ids
        if document.annotations.get(number) != changed.annotations.get(number)
    }
    assert differing <= change.annotation_ids
    maps = {key for key, item in changed.semantic.items() if item != document.semantic.get(key)}
    assert maps <= change.semantic_layer_ids


@given(some.objects(), some.objects())
def test_what_does_not_fit_is_refused(item: Annotation, other: Annotation) -> None:
    assume(item.id != other.id)
    document = ImageDocument(1, Size(9, 9), {item.id: item})

    for difference in (
        Difference(added=(item,)),
        Difference(removed=(other,)),
        Difference(removed=(replace(item, order=item.order + 1),)),
        Difference(updated=((other, other),)),
    ):
        with pytest.raises(ConflictError, match="nothing was changed"):
            ImageChange(annotations=difference).applied_to(document)


def test_a_stroke_is_refused_on_what_is_no_mask_or_another_mask() -> None:
    box = Annotation(1, 1, 1, Box(0, 0, 3, 3))
    mask = replace(box, geometry=Mask.from_array(_ones(4)))
    patch = MaskPatch.between(Mask.from_array(_ones(2)), Mask.from_array(_ones(3)))
    edit = ImageChange(mask_edits=(MaskEdit(1, patch, box.provenance, box.provenance, False),))

    for found in (box, mask):
        with pytest.raises(ConflictError):
            edit.applied_to(ImageDocument(1, Size(9, 9), {1: found}))
    with pytest.raises(ConflictError, match="no longer there"):
        edit.applied_to(ImageDocument(1, Size(9, 9)))


def test_states_that_nothing_touches_are_not_copied() -> None:
    state = ProjectState(states={1: ImageState.APPROVED})

    assert Change("nothing").applied_to_state(state).states is state.states


def test_a_state_that_is_not_as_expected_is_refused() -> None:
    step = ImageChange(state=(ImageState.APPROVED, ImageState.UNLABELLED))

    with pytest.raises(ConflictError):
        Change.of_image("x", 1, step).applied_to_state(ProjectState())


def _ones(side: int) -> BoolArray:
    return np.ones((side, side), np.bool_)
