"""Undo and redo lead through exactly the states that were there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document.annotation import Annotation
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box, Size
from core.document.history import Action, History, HistoryEvent
from core.errors import ConflictError
from tests.core.document import strategies as some

Content = tuple[dict[int, object], dict[int, object], dict[int, object]]


def _content(history: History) -> Content:
    document = history.document(1)
    return dict(document.annotations), dict(document.semantic), dict(history.state.labels)


@settings(max_examples=25)
@given(st.data())
def test_undo_and_redo_visit_the_same_states(data: st.DataObject) -> None:
    start = data.draw(some.documents())
    history = History(ProjectState(), lambda image_id: start)
    seen = [_content(history)]
    for _ in range(data.draw(st.integers(1, 4))):
        history.apply(data.draw(some.changes(history.document(1), history.state)))
        seen.append(_content(history))

    for expected in reversed(seen[:-1]):
        assert history.undo() is not None
        assert _content(history) == expected
    assert history.undo() is None
    for expected in seen[1:]:
        assert history.redo() is not None
        assert _content(history) == expected
    assert history.redo() is None


def _add(number: int, name: str = "Add") -> Change:
    item = Annotation(number, 1, 1, Box(0, 0, 1, 1))
    return Change.of_image(name, 1, ImageChange(annotations=Difference(added=(item,))))


def _history() -> History:
    return History(ProjectState(), lambda image_id: ImageDocument(image_id, Size(9, 9)))


def test_a_refused_change_leaves_no_trace() -> None:
    history = _history()
    history.apply(_add(1))
    document = history.document(1)

    with pytest.raises(ConflictError):
        history.apply(_add(1))

    assert history.document(1) is document
    assert history.next_redo is None
    assert history.undo() is not None
    assert history.undo() is None


def test_a_new_change_drops_what_was_undone() -> None:
    history = _history()
    history.apply(_add(1, "first"))
    history.apply(_add(2, "second"))
    history.undo()
    history.apply(_add(3, "third"))

    assert history.next_redo is None
    assert history.next_undo is not None
    assert history.next_undo.name == "third"
    assert set(history.document(1).annotations) == {1, 3}


def test_listeners_hear_what_was_done_and_can_leave() -> None:
    history = _history()
    heard: list[HistoryEvent] = []
    leave = history.subscribe(heard.append)
    history.apply(_add(1))
    history.undo()
    history.redo()
    leave()
    history.undo()

    assert [event.action for event in heard] == [Action.APPLIED, Action.UNDONE, Action.REDONE]
    assert heard[1].change == heard[0].change.inverted()
    assert not heard[1].documents[1].annotations


def test_a_released_document_is_loaded_again() -> None:
    loaded: list[int] = []

    def load(image_id: int) -> ImageDocument:
        loaded.append(image_id)
        return ImageDocument(image_id, Size(9, 9))

    history = History(ProjectState(), load)
    history.document(1)
    history.document(1)
    history.release(1)
    history.document(1)

    assert loaded == [1, 1]


def test_documents_that_were_loaded_ahead_are_not_loaded_again() -> None:
    loaded: list[int] = []

    def load(image_id: int) -> ImageDocument:
        loaded.append(image_id)
        return ImageDocument(image_id, Size(4, 3))

    history = History(ProjectState(), load)
    held = history.document(1)
    ahead = {number: ImageDocument(number, Size(4, 3)) for number in (1, 2)}
    history.adopt(ahead)
    assert history.document(1) is held, "what is held may be newer"
    assert history.document(2) is ahead[2]
    assert loaded == [1]
