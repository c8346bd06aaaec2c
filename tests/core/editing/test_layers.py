import pytest

from core.document.annotation import Layer, LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box
from core.editing.layers import delete_layer, rename_layer, set_layer_role
from core.errors import MaskwrightError
from tests.core.editing.examples import annotation, document

STATE = ProjectState(
    layers={
        1: Layer(1, LayerRole.MINE, "Mine"),
        2: Layer(2, LayerRole.REFERENCE, "truth"),
        3: Layer(3, LayerRole.PREDICTIONS, "net"),
    }
)


def _images() -> list[ImageDocument]:
    from dataclasses import replace

    theirs = replace(annotation(2, Box(0, 0, 2, 2)), layer_id=3)
    return [
        document(annotation(1, Box(0, 0, 2, 2)), theirs),
        document(annotation(1, Box(0, 0, 2, 2)), image_id=8),
    ]


def test_layers_are_renamed() -> None:
    change = rename_layer(STATE, 3, "  my   net ")
    assert change is not None
    assert change.applied_to_state(STATE).layers[3].name == "my net"
    assert rename_layer(STATE, 3, "net") is None
    for name, why in (("", "needs a name"), ("truth", "already")):
        with pytest.raises(MaskwrightError, match=why):
            rename_layer(STATE, 3, name)
    with pytest.raises(MaskwrightError, match="no longer"):
        rename_layer(STATE, 9, "x")


def test_predictions_become_a_reference_but_ones_own_layer_does_not() -> None:
    change = set_layer_role(STATE, 3, LayerRole.REFERENCE)
    assert change is not None
    assert change.applied_to_state(STATE).layers[3].role is LayerRole.REFERENCE
    with pytest.raises(MaskwrightError, match="cannot become"):
        set_layer_role(STATE, 1, LayerRole.REFERENCE)
    with pytest.raises(MaskwrightError, match="cannot become"):
        set_layer_role(STATE, 3, LayerRole.MINE)


def test_a_layer_goes_with_everything_in_it_and_comes_back() -> None:
    change = delete_layer(STATE, _images(), 3)
    assert set(change.images) == {7}
    before = _images()[0]
    after = change.images[7].applied_to(before)
    assert {item.layer_id for item in after.annotations.values()} == {1}
    assert change.images[7].inverted().applied_to(after).annotations == before.annotations
    assert 3 not in change.applied_to_state(STATE).layers
    with pytest.raises(MaskwrightError, match="that you work in"):
        delete_layer(STATE, _images(), 1)
