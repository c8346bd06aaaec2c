import pytest

from core.document.geometry import Box
from core.editing.proposals import accept_proposals
from core.errors import MaskwrightError
from core.models.proposal import Proposal
from tests.core.editing.examples import applied, default_document


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
