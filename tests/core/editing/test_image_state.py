from core.document.document import ImageState
from core.document.geometry import Box
from core.document.history import History
from core.editing.annotations import add_annotation, remove_annotations
from core.editing.image_state import mark_in_progress, set_image_state
from tests.core.editing.examples import annotation, default_document, document, state


def test_the_state_of_images_is_one_step() -> None:
    change = set_image_state(state(), (7, 8), ImageState.APPROVED)
    assert change is not None
    after = change.applied_to_state(state())
    assert after.state_of(8) is ImageState.APPROVED
    assert set_image_state(after, (7, 8), ImageState.APPROVED) is None


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
    done = set_image_state(state(), (7,), ImageState.APPROVED)
    assert done is not None
    change = add_annotation(start, annotation(9, Box(0, 0, 3, 3)))
    assert mark_in_progress(change, done.applied_to_state(state())) == change
