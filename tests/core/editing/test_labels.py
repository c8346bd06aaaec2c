from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from core.document.document import ImageDocument
from core.document.geometry import Box
from core.document.history import History
from core.document.semantic import SemanticMap
from core.editing.labels import (
    LabelUse,
    add_label,
    delete_label,
    import_labels,
    label_use,
    recolor_label,
    rename_label,
    set_label_shortcut,
)
from core.errors import MaskwrightError
from tests.core.editing.examples import SIZE, annotation, document, state


def test_a_new_label_gets_a_number_a_colour_and_the_next_digit() -> None:
    change = add_label(state(), "  mito \n chondrion ")
    (label,) = change.labels.added
    assert (label.id, label.name, label.shortcut) == (3, "mito chondrion", "3")
    assert label.color not in {"#e69f00", "#56b4e9"}
    assert change.applied_to_state(state()).labels[3] == label


@pytest.mark.parametrize("name", ["cell", "CELL", " Cell ", "nucleus"])
def test_names_that_are_taken_are_refused(name: str) -> None:
    with pytest.raises(MaskwrightError, match="already"):
        add_label(state(), name)


def test_an_empty_name_and_a_wrong_colour_are_refused() -> None:
    with pytest.raises(MaskwrightError, match="needs a name"):
        add_label(state(), "  ")
    with pytest.raises(MaskwrightError, match="not a colour"):
        add_label(state(), "x", "red")


def test_renaming_checks_the_others_but_not_itself() -> None:
    change = rename_label(state(), 1, "Cell")
    assert change is not None
    assert change.labels.updated[0][1].name == "Cell"
    assert rename_label(state(), 1, "cell") is None
    with pytest.raises(MaskwrightError, match="already"):
        rename_label(state(), 1, "nucleus")


def test_recolouring_and_keys() -> None:
    change = recolor_label(state(), 1, "#ABCDEF")
    assert change is not None
    assert change.labels.updated[0][1].color == "#abcdef"
    assert recolor_label(state(), 1, "#e69f00") is None
    moved = set_label_shortcut(state(), 2, "1")
    assert moved is not None
    after = moved.applied_to_state(state()).labels
    assert (after[1].shortcut, after[2].shortcut) == ("", "1")


def test_imported_names_keep_their_case_and_come_once() -> None:
    change = import_labels(state(), ["cell", "Cell", "", "tissue", "tissue"])
    assert change is not None
    assert [label.name for label in change.labels.added] == ["Cell", "tissue"]
    assert import_labels(state(), ["cell"]) is None


def test_three_hundred_names_get_three_hundred_numbers() -> None:
    change = import_labels(state(), [f"class {number}" for number in range(300)])
    assert change is not None
    assert len({label.id for label in change.labels.added}) == 300


def _images() -> list[ImageDocument]:
    classes = np.full(SIZE.shape, 65534, np.uint16)
    classes[2:5, 3:9] = 1
    classes[0, 0] = 2
    painted = replace(document(image_id=2), semantic=MappingProxyType({1: SemanticMap(1, classes)}))
    objects = document(
        annotation(1, Box(0, 0, 3, 3)), annotation(2, Box(1, 1, 3, 3), label_id=2), image_id=1
    )
    return [objects, painted, document(image_id=3)]


@pytest.mark.parametrize("replacement", [None, 2])
def test_a_deleted_label_is_gone_from_every_image_and_undo_brings_it_back(
    replacement: int | None,
) -> None:
    images = {image.image_id: image for image in _images()}
    history = History(state(), lambda number: images[number])
    history.apply(delete_label(history.state, _images(), 1, replacement))
    assert 1 not in history.state.labels
    labels = [item.label_id for item in history.document(1).annotations.values()]
    assert labels == ([2] if replacement is None else [2, 2])
    assert not (history.document(2).semantic[1].classes == 1).any()
    assert (history.document(2).semantic[1].classes == 2).sum() == (
        1 if replacement is None else 19
    )
    history.undo()
    assert history.state.labels == state().labels
    for number in (1, 2):
        assert history.document(number).annotations == images[number].annotations
        assert history.document(number).semantic == images[number].semantic


def test_what_a_deletion_would_touch_is_counted_before() -> None:
    assert label_use(_images(), 1) == LabelUse(objects=1, locked=0, images=2)


def test_locked_objects_the_last_label_and_itself_stop_a_deletion() -> None:
    locked = document(annotation(1, Box(0, 0, 3, 3), locked=True))
    with pytest.raises(MaskwrightError, match="locked"):
        delete_label(state(), [locked], 1)
    with pytest.raises(MaskwrightError, match="itself"):
        delete_label(state(), [], 1, 1)
    only = replace(state(), labels=MappingProxyType({1: state().labels[1]}))
    with pytest.raises(MaskwrightError, match="only label"):
        delete_label(only, [], 1)
