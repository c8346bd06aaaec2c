"""Proposals become objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.document.annotation import (
    NO_ATTRIBUTES,
    Annotation,
    AttributeValue,
    Geometry,
    Provenance,
    new_annotation_id,
)
from core.document.change import Change
from core.document.document import ImageDocument
from core.editing.annotations import add_annotations
from core.errors import MaskwrightError


class ProposedObject(Protocol):
    """What accepting needs to know of a proposal; ``core.models.proposal.Proposal`` fits."""

    @property
    def geometry(self) -> Geometry:
        """Its shape in image coordinates."""

    @property
    def score(self) -> float:
        """How sure the model is, in [0, 1]."""

    @property
    def label(self) -> str:
        """The model's name for the class; empty when it has none."""

    @property
    def source(self) -> str:
        """What proposed it."""


def accept_proposals(
    document: ImageDocument,
    proposals: Sequence[ProposedObject],
    layer_id: int,
    labels: int | Mapping[str, int],
    author: str,
    model: str = "",
    weights_hash: str = "",
    parameters: Mapping[str, AttributeValue] = NO_ATTRIBUTES,
) -> Change | None:
    """Take proposals into a layer, all in one step; None when there are none.

    ``labels`` is one label for all, or the label for each of the model's class
    names. The new ids are in the change, in the order of the proposals. Raises
    MaskwrightError when a class has no label, before anything is taken.
    """
    if not proposals:
        return None
    order = document.next_order()
    accepted = [
        Annotation(
            id=new_annotation_id(),
            layer_id=layer_id,
            label_id=_label_of(proposal, labels),
            geometry=proposal.geometry,
            order=order + place,
            provenance=Provenance(
                proposal.source, author, model, weights_hash, proposal.score, parameters
            ),
        )
        for place, proposal in enumerate(proposals)
    ]
    name = "Accept proposal" if len(accepted) == 1 else f"Accept {len(accepted)} proposals"
    return add_annotations(document, accepted, name)


def _label_of(proposal: ProposedObject, labels: int | Mapping[str, int]) -> int:
    if isinstance(labels, int):
        return labels
    if proposal.label not in labels:
        raise MaskwrightError(
            f"The model's class “{proposal.label}” belongs to none of your labels, "
            "so nothing was accepted.",
            "Make a label of this name, or choose one for it.",
        )
    return labels[proposal.label]
