"""Extra fields of COCO records: where an object comes from, and what people said.

Other programs ignore fields that they do not know. Nothing is added to a record
that was read and on which nobody has worked, and a field of the same name that
means something else is left alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from core.document.annotation import (
    NO_ATTRIBUTES,
    Annotation,
    AttributeValue,
    Provenance,
    ReviewState,
)
from core.document.document import ImageState
from core.formats.details import DECIDED_STATES
from core.formats.voc_boxes import CONVENTION

ORIENTATION = "exif_orientation"
"""Provenance parameter of annotations that were turned upright with their picture."""

_OF_A_FILE = frozenset({ORIENTATION, CONVENTION})
"""Parameters that say how a record was read; they mean nothing in another file."""
_STATES = {state.value: state for state in DECIDED_STATES}
_REVIEWS = {review.value: review for review in ReviewState}
_TEXTS = ("source", "model", "weights_hash", "author")


def provenance_fields(annotation: Annotation) -> dict[str, object]:
    """``provenance`` of an object; empty where nobody knows who or what made it.

    Its fields are ``source``, ``model``, ``weights_hash``, ``score``,
    ``author`` and ``parameters``, as far as they are known, and
    ``edited_fraction`` of what a model proposed.
    """
    found = annotation.provenance
    proposed = bool(found.model) or found.score is not None
    if not proposed and not found.author:
        return {}
    fields: dict[str, object] = {
        "source": found.source,
        "model": found.model,
        "weights_hash": found.weights_hash,
        "score": found.score,
        "author": found.author,
        "parameters": _portable(found.parameters),
        "edited_fraction": found.edited_fraction if proposed else None,
    }
    return {"provenance": {k: v for k, v in fields.items() if v not in ("", None, {})}}


def changed_provenance(annotation: Annotation, values: Mapping[str, object]) -> dict[str, object]:
    """``provenance`` of an edited object, unless the record has another field of that name."""
    before = values.get("provenance")
    if before is not None and not _is_ours(before):
        return {}
    after = provenance_fields(annotation)
    if isinstance(before, dict) and after:
        return {"provenance": {**before, **_dict(after["provenance"])}}
    return after


def with_provenance_of(values: Mapping[str, object], known: Provenance) -> Provenance:
    """``known`` with what a record says in its field ``provenance``, if it is ours."""
    found = values.get("provenance")
    if not isinstance(found, dict) or not _is_ours(found):
        return known
    texts = {key: found[key] for key in _TEXTS if isinstance(found.get(key), str)}
    parameters = {**_portable(_plain(found.get("parameters"))), **known.parameters}
    return replace(
        known,
        source=texts.get("source") or known.source,
        model=texts.get("model", ""),
        weights_hash=texts.get("weights_hash", ""),
        author=texts.get("author", ""),
        score=_number(found.get("score")) if known.score is None else known.score,
        edited_fraction=min(max(_number(found.get("edited_fraction")) or 0.0, 0.0), 1.0),
        parameters=parameters or NO_ATTRIBUTES,
    )


def review_of(values: Mapping[str, object]) -> ReviewState:
    """What people found of an object, by its field ``review``."""
    value = values.get("review")
    # Nearly all records of large files say nothing.
    unsaid = ReviewState.UNREVIEWED
    return unsaid if value is None else _REVIEWS.get(str(value), unsaid)


def changed_review(annotation: Annotation, values: Mapping[str, object]) -> dict[str, object]:
    """The field ``review``, where it differs from that of the record."""
    before = values.get("review")
    foreign = before is not None and str(before) not in _REVIEWS
    if foreign or annotation.review is review_of(values):
        return {}
    return {"review": annotation.review.value}


def state_of(values: Mapping[str, object]) -> ImageState | None:
    """What people decided about an image, by its field ``state``; None where they did not."""
    return _STATES.get(str(values.get("state")))


def changed_state(state: ImageState, values: Mapping[str, object]) -> dict[str, object]:
    """The field ``state``, where it differs from that of the record."""
    before = values.get("state")
    if before is None:
        return {"state": state.value} if state in DECIDED_STATES else {}
    if _STATES.get(str(before), state) is state:
        return {}
    return {"state": state.value}


def _is_ours(value: object) -> bool:
    """Whether a field has what is written here, and not what another program calls so."""
    return isinstance(value, dict) and bool({"model", "author", "score"} & value.keys())


def _portable(parameters: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    return {key: value for key, value in parameters.items() if key not in _OF_A_FILE}


def _plain(value: object) -> dict[str, AttributeValue]:
    if not isinstance(value, dict):
        return {}
    return {k: v for k, v in value.items() if isinstance(v, str | int | float | bool)}


def _dict(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 and math.isfinite(value) else None
