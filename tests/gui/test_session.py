from pathlib import Path
from types import MappingProxyType

import pytest

from core.document.annotation import Label, Layer, LayerRole
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageState
from core.editing.annotations import remove_annotations
from core.errors import MaskwrightError
from core.project.project import Project
from gui.session import Session
from tests.core.project.pictures import add, box, new_project


def test_one_change_is_told_once(session: Session) -> None:
    events: list[object] = []
    session.document_changed.connect(events.append)
    assert session.apply(add(box()))
    assert len(events) == 1
    assert session.document is not None
    assert len(session.document.annotations) == 1
    assert session.state.state_of(1) is ImageState.IN_PROGRESS


def test_nothing_to_do_is_not_a_change(session: Session) -> None:
    assert not session.apply(None)
    assert session.project.history.next_undo is None


def test_undo_goes_to_the_image_and_says_so(session: Session) -> None:
    messages: list[str] = []
    session.message_posted.connect(messages.append)
    session.apply(add(box(), image_id=2, name="Draw"))
    session.undo()
    assert session.image is not None
    assert session.image.name == "two.png"
    assert messages == ["Undone: Draw (on two.png)"]
    session.show_image(3)
    session.redo()
    assert session.image.name == "two.png"
    assert messages[-1] == "Redone: Draw (on two.png)"


def test_undo_of_labels_stays_on_the_image(session: Session) -> None:
    session.apply(Change("Add label", labels=Difference(added=(Label(2, "cat", "#112233"),))))
    session.show_image(3)
    session.undo()
    assert session.image is not None
    assert session.image.id == 3


def test_with_nothing_to_undo_it_says_so(session: Session) -> None:
    messages: list[str] = []
    session.message_posted.connect(messages.append)
    session.undo()
    session.redo()
    assert messages == ["Nothing to undo.", "Nothing to redo."]


def test_what_is_gone_is_not_selected(session: Session) -> None:
    one, other = box(), box(10)
    session.apply(add(one, other))
    session.select(frozenset({one.id, other.id}))
    assert session.document is not None
    session.apply(remove_annotations(session.document, [one.id]))
    assert session.selection == {other.id}
    assert [item.id for item in session.selected()] == [other.id]
    session.show_image(2)
    assert session.selection == frozenset()


def test_a_refused_change_is_shown_and_leaves_no_trace(session: Session) -> None:
    errors: list[MaskwrightError] = []
    session.error_raised.connect(errors.append)
    item = box()
    session.apply(add(item))
    assert not session.apply(add(item))
    assert len(errors) == 1
    assert session.document is not None
    assert len(session.document.annotations) == 1


def test_leaving_an_image_is_announced_first(session: Session) -> None:
    order: list[str] = []
    session.about_to_leave_image.connect(
        lambda: order.append(f"leaving {session.image.name if session.image else None}")
    )
    session.image_changed.connect(lambda image: order.append(f"at {image.name}"))
    session.show_image(1)
    session.show_image(2)
    assert order == ["leaving one.png", "at two.png"]


def test_the_label_that_is_deleted_is_not_the_active_one(session: Session) -> None:
    cat = Label(2, "cat", "#112233")
    session.apply(Change("Add label", labels=Difference(added=(cat,))))
    session.use_label(2)
    assert session.label == cat
    session.undo()
    assert session.label.name == "object"
    session.use_label(99)
    assert session.label.name == "object"


def test_reference_and_predictions_are_hidden_at_first(project: Project) -> None:
    reference = Layer(2, LayerRole.REFERENCE, "truth")
    project.history.apply(Change("Import", layers=Difference(added=(reference,))))
    session = Session(project)
    assert session.hidden_layers == {2}
    seen: list[bool] = []
    session.visibility_changed.connect(lambda: seen.append(2 not in session.hidden_layers))
    session.set_layer_visible(2, True)
    session.set_layer_visible(2, True)
    assert seen == [True]
    session.close()


def test_a_read_only_project_refuses_in_words(tmp_path: Path, session: Session) -> None:
    other = Project.open(session.project.path, author="other")
    try:
        assert other.read_only
        reader = Session(other)
        errors: list[MaskwrightError] = []
        reader.error_raised.connect(errors.append)
        assert not reader.apply(add(box()))
        assert "reading only" in str(errors[0])
        reader.close()
    finally:
        other.close()


def test_a_project_without_a_layer_of_ones_own_is_refused(tmp_path: Path) -> None:
    project = Project.open(new_project(tmp_path / "other"), author="tester")
    try:
        mine = project.history.state.layers[1]
        project.history.apply(Change("Remove", layers=Difference(removed=(mine,))))
        with pytest.raises(MaskwrightError, match="no layer"):
            Session(project)
    finally:
        project.close()


def test_a_step_of_many_images_reads_no_file(
    session: Session, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = Change(
        "Import",
        MappingProxyType(
            {
                image.id: ImageChange(annotations=Difference(added=(box(),)))
                for image in project.images
            }
        ),
    )
    documents = project.load_ahead(change.images)
    revision = session.revision
    with monkeypatch.context() as no_file:
        no_file.setattr(project.history, "_load", None)
        assert session.apply_loaded(change, documents, revision)
    assert [len(project.history.document(number).annotations) for number in (1, 2, 3)] == [1, 1, 1]
    assert session.document is not None
    assert len(session.document.annotations) == 1


def test_documents_that_an_edit_has_overtaken_are_read_anew(
    session: Session, project: Project
) -> None:
    change = add(box(9), image_id=2)
    documents, revision = project.load_ahead([2]), session.revision
    assert session.apply(add(box(), image_id=2))
    project.history.release(2)
    assert session.apply_loaded(change, documents, revision)
    assert len(project.history.document(2).annotations) == 2
