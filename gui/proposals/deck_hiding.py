"""Which candidates are not shown: what is there already, was rejected, or is of no interest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.document.annotation import Annotation
from core.document.document import ImageDocument, ProjectState
from core.editing.rejections import CLASS_ATTRIBUTE, rejected_on
from core.models.candidates import OTHER_CLASS_IOU
from core.models.class_mapping import LEFT_OUT, ClassMapping
from gui.proposals.deck_items import ItemKey, PreparedSets

SAME_OBJECT_IOU = 0.5
REJECTED_IOU = 0.7


def hidden_places(
    prepared: PreparedSets,
    state: ProjectState,
    document: ImageDocument,
    layer_id: int,
    mapping: ClassMapping,
    accepted: Mapping[ItemKey, int],
) -> frozenset[int]:
    """Places of candidates that people have decided on.

    ``accepted`` tells what became of candidates: they stay hidden while the object is
    there, however it was changed since. Objects of ``layer_id`` hide candidates that
    show the same (of another class only what is nearly equal), and so do rejected ones.
    """
    if not prepared.members:
        return frozenset()
    return frozenset(
        (
            *_there_already(prepared, state, document, layer_id, mapping),
            *_rejected(prepared, state, document),
            *_accepted_or_left_out(prepared, state, document, mapping, accepted),
        )
    )


def _there_already(
    prepared: PreparedSets,
    state: ProjectState,
    document: ImageDocument,
    layer_id: int,
    mapping: ClassMapping,
) -> Iterator[int]:
    for mine in document.in_layer(layer_id):
        for place, iou in prepared.places_like(mine, SAME_OBJECT_IOU).items():
            _, proposal, source = prepared.members[place]
            label = mapping.label_of(source.key.model, proposal.label, state.labels)
            if iou >= OTHER_CLASS_IOU or not proposal.label or label == mine.label_id:
                yield place


def _rejected(
    prepared: PreparedSets, state: ProjectState, document: ImageDocument
) -> Iterator[int]:
    for rejected in rejected_on(state, document):
        for place in prepared.places_like(rejected, REJECTED_IOU):
            if _is_of_class(prepared.members[place][1].label, rejected):
                yield place


def _accepted_or_left_out(
    prepared: PreparedSets,
    state: ProjectState,
    document: ImageDocument,
    mapping: ClassMapping,
    accepted: Mapping[ItemKey, int],
) -> Iterator[int]:
    left_out: dict[tuple[str, str], bool] = {}
    for place, (name, proposal, source) in enumerate(prepared.members):
        kind = (source.key.model, proposal.label)
        if kind not in left_out:
            left_out[kind] = mapping.label_of(*kind, state.labels) == LEFT_OUT
        if left_out[kind] or accepted.get((name, proposal.id)) in document.annotations:
            yield place


def _is_of_class(label: str, rejected: Annotation) -> bool:
    """Whether a candidate says the same class as what was rejected, or either says none."""
    name = rejected.attributes.get(CLASS_ATTRIBUTE, "")
    return not label or not name or label == name
