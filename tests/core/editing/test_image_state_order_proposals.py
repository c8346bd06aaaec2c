import pytest

from core.document.document import ImageState
from core.document.geometry import Box
from core.document.history import History
from core.editing.annotations import add_annotation, remove_annotations
from core.editing.image_state import mark_in_progress, set_image_state
from core.editing.order import Placement, reorder
from core.editing.proposals import accept_proposals
from core.errors import MaskwrightError
from core.models.proposal import Proposal
from tests.core.editing.examples import annotation, applied, default_document, document, state


def test_the_state_of_images_is_one_step() -> None:
    change = set_image_state(state(), (7, 8), ImageState.DONE)
    assert change is not None
    after = change.applied_to_state(state())
    assert after.state_of(8) is ImageState.DONE
    assert set_image_state(after, (7, 8), ImageState.DONE) is None


def test_the_first_object_starts_the_work_and_its_undo_takes_that_back() -> None:
    start = document()
    history = History(state(), lambda _: start)
    change = add_annotation(start, annotation(1, Box(0, 0, 3, 3)))
    history.apply(mark_in_progress(change, history.state))
    assert history.state.state_of(7) is ImageState.IN_PROGRESS
    history.undo()
    assert history.state.state_of(7) is ImageState.UNLABELLED


def test_removing_starts_nothing_and_a_finished_image_stays_finished() -> None:
    start = default_document()
    removal = remove_annotations(start, (1,))
    assert removal is not None
    assert mark_in_progress(removal, state()) == removal
    done = set_image_state(state(), (7,), ImageState.DONE)
    assert done is not None
    change = add_annotation(start, annotation(9, Box(0, 0, 3, 3)))
    assert mark_in_progress(change, done.applied_to_state(state())) == change


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


def _proposals() -> list[Proposal]:
    return [
        Proposal(1, Box(0, 0, 5, 5), 0.9, "dog", "maskrcnn"),
        Proposal(2, Box(3, 3, 5, 5), 0.4, "cat", "maskrcnn"),
    ]


def test_many_proposals_are_accepted_in_one_step_with_their_provenance() -> None:
    start = default_document()
    change = accept_proposals(start, _proposals(), 1, {"dog": 1, "cat": 2}, "ann", "m", "abc")
    assert change is not None
    first, second = change.images[7].annotations.added
    assert (first.label_id, second.label_id, second.order) == (1, 2, 5)
    assert (second.provenance.score, second.provenance.model) == (0.4, "m")
    assert second.provenance.weights_hash == "abc"
    assert len(applied(start, change).annotations) == 6
    assert accept_proposals(start, (), 1, 1, "ann") is None


def test_a_class_without_a_label_is_named_and_nothing_is_accepted() -> None:
    with pytest.raises(MaskwrightError, match="cat"):
        accept_proposals(default_document(), _proposals(), 1, {"dog": 1}, "ann")
