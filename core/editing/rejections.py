"""Proposals that people do not want: kept in a layer of their own, undone like any edit.

The layer is hidden and never exported as one's own work. What was rejected stays
with the project, so that a proposal does not come back with the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from core.document.annotation import (
    NO_ATTRIBUTES,
    Annotation,
    AttributeValue,
    Layer,
    LayerRole,
    Provenance,
    ReviewState,
    new_annotation_id,
)
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument, ProjectState
from core.editing.proposals import ProposedObject

REJECTED_LAYER = "Rejected proposals"
CLASS_ATTRIBUTE = "proposed class"


def reject_proposals(
    state: ProjectState,
    document: ImageDocument,
    proposals: Sequence[ProposedObject],
    label_id: int,
    author: str,
    model: str = "",
    weights_hash: str = "",
    parameters: Mapping[str, AttributeValue] = NO_ATTRIBUTES,
) -> Change | None:
    """Keep proposals as rejected, all in one step; None when there are none.

    ``label_id`` is any label of the project: a rejected object has the model's
    class name as its attribute.
    """
    if not proposals:
        return None
    known = rejected_layer(state)
    layer = known or _new_layer(state)
    order = document.next_order()
    rejected = tuple(
        Annotation(
            id=new_annotation_id(),
            layer_id=layer.id,
            label_id=label_id,
            geometry=proposal.geometry,
            order=order + place,
            review=ReviewState.REJECTED,
            provenance=Provenance(
                proposal.source, author, model, weights_hash, proposal.score, parameters
            ),
            attributes=MappingProxyType({CLASS_ATTRIBUTE: proposal.label}),
        )
        for place, proposal in enumerate(proposals)
    )
    name = "Reject proposal" if len(rejected) == 1 else f"Reject {len(rejected)} proposals"
    images = {document.image_id: ImageChange(annotations=Difference(added=rejected))}
    layers: Difference[Layer] = Difference() if known else Difference(added=(layer,))
    return Change(name, MappingProxyType(images), layers=layers)


def rejected_layer(state: ProjectState) -> Layer | None:
    """The layer of what was rejected, None when nothing was yet."""
    return next(
        (layer for layer in state.layers_of(LayerRole.PROPOSALS) if layer.name == REJECTED_LAYER),
        None,
    )


def rejected_on(state: ProjectState, document: ImageDocument) -> tuple[Annotation, ...]:
    """What was rejected on an image, oldest first."""
    layer = rejected_layer(state)
    return () if layer is None else document.in_layer(layer.id)


def bring_back(document: ImageDocument, rejected: Iterable[Annotation]) -> Change | None:
    """Forget that these were rejected; None when there are none."""
    found = tuple(rejected)
    if not found:
        return None
    name = "Bring a proposal back" if len(found) == 1 else f"Bring {len(found)} proposals back"
    return Change.of_image(
        name, document.image_id, ImageChange(annotations=Difference(removed=found))
    )


def _new_layer(state: ProjectState) -> Layer:
    return Layer(max(state.layers, default=0) + 1, LayerRole.PROPOSALS, REJECTED_LAYER)
