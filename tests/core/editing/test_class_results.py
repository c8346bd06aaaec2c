import numpy as np

from core.document.annotation import LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size
from core.document.mask import Mask
from core.editing.class_results import classes_layer, keep_as_classes

DOCUMENT = ImageDocument(1, Size(20, 10))


def block(left: int, width: int) -> Mask:
    return Mask.from_array(np.ones((10, width)), left, 0)


def test_masks_become_a_map_in_a_layer_of_predictions() -> None:
    change = keep_as_classes(ProjectState(), DOCUMENT, [(block(0, 6), 3), (block(4, 6), 5)], "net")
    assert change is not None
    state = change.applied_to_state(ProjectState())
    layer = classes_layer(state, "net")
    assert layer is not None
    assert layer.role is LayerRole.PREDICTIONS
    found = change.images[1].applied_to(DOCUMENT).semantic[layer.id]
    assert found.classes[0].tolist() == [3] * 6 + [5] * 4 + [found.unlabelled] * 10


def test_another_result_takes_the_place_of_the_first_and_undo_brings_it_back() -> None:
    first = keep_as_classes(ProjectState(), DOCUMENT, [(block(0, 6), 3)], "net")
    assert first is not None
    state = first.applied_to_state(ProjectState())
    document = first.images[1].applied_to(DOCUMENT)
    assert keep_as_classes(state, document, [(block(0, 6), 3)], "net") is None
    second = keep_as_classes(state, document, [(block(0, 9), 3)], "net")
    assert second is not None
    assert not second.layers
    after = second.images[1].applied_to(document)
    assert second.inverted().images[1].applied_to(after).semantic == document.semantic


def test_nothing_is_no_change() -> None:
    assert keep_as_classes(ProjectState(), DOCUMENT, [], "net") is None
