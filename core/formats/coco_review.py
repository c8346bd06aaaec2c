"""Extra fields of COCO records: where an object comes from, and what people said.

Other programs ignore fields that they do not know. Nothing is added to a record
that was read and not edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.document.annotation import Annotation
from core.document.comment import Comment
from core.document.geometry import Keypoints, Size, Visibility
from core.formats.orientation import turned_back


def provenance_fields(annotation: Annotation) -> dict[str, object]:
    """``provenance`` of what a model proposed; empty for what a person drew.

    Its fields are ``source``, ``model``, ``weights_hash``, ``score``,
    ``edited_fraction``, ``author`` and ``parameters``, as far as they are known.
    """
    found = annotation.provenance
    if not found.model and found.score is None:
        return {}
    fields: dict[str, object] = {
        "source": found.source,
        "model": found.model,
        "weights_hash": found.weights_hash,
        "score": found.score,
        "author": found.author,
        "parameters": dict(found.parameters),
    }
    known = {key: value for key, value in fields.items() if value not in ("", None, {})}
    return {"provenance": {**known, "edited_fraction": found.edited_fraction}}


def comment_fields(
    comments: Iterable[Comment], written: Mapping[int, object], upright: Size, orientation: int
) -> dict[str, object]:
    """``comments`` of an image; empty without any.

    Places are in the frame of the file, as its shapes are. ``written`` gives
    the id in the file of each annotation; a comment on another object is left
    out, because it belongs to another layer.
    """
    found = [
        _comment(item, written, upright, orientation)
        for item in sorted(comments, key=lambda item: (item.made_at, item.id))
        if item.annotation_id is None or item.annotation_id in written
    ]
    return {"comments": found} if found else {}


def _comment(
    item: Comment, written: Mapping[int, object], upright: Size, orientation: int
) -> dict[str, object]:
    x, y = item.x, item.y
    if orientation != 1:
        pin = Keypoints(((x, y, Visibility.VISIBLE),))
        turned = turned_back(pin, upright, orientation)
        if isinstance(turned, Keypoints):
            x, y, _ = turned.points[0]
    fields: dict[str, object] = {
        "x": x,
        "y": y,
        "text": item.text,
        "reason": item.reason,
        "author": item.author,
        "resolved": item.resolved,
        "made_at": item.made_at,
    }
    if item.annotation_id is not None:
        fields["annotation_id"] = written[item.annotation_id]
    return fields
