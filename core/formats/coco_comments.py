"""Comments in the extra field ``comments`` of COCO image records, out and in.

Each is an object with ``x``, ``y``, ``text``, ``reason``, ``author``,
``resolved``, ``made_at`` and, if it is about an object, its ``annotation_id``.
Places are in the frame of the file, as its shapes are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.document.annotation import new_annotation_id
from core.document.comment import Comment
from core.document.geometry import Keypoints, Size, Visibility
from core.formats.labels import number_of
from core.formats.orientation import points_back, points_upright
from core.imaging.rasterise import MAX_COORDINATE_PX

_LATEST = 1e11
"""Seconds since 1970 beyond which a time is none (some year above 5000)."""


def changed_comments(
    comments: Iterable[Comment],
    values: Mapping[str, object],
    written: Mapping[int, object],
    upright: Size,
    orientation: int,
) -> dict[str, object]:
    """The field ``comments`` of an image record, where it differs from what it has.

    ``written`` gives the id in the file of each annotation; a comment on another
    object is left out, because it belongs to another layer. What is a comment of
    ours already stays as it stands, and so does a field that is something else.
    """
    before = values.get("comments")
    if before is not None and not isinstance(before, list):
        return {}
    known = {_key(*found): record for record in before or () if (found := _read(record))}
    foreign = [record for record in before or () if _read(record) is None]
    after: list[object] = list(foreign)
    for item in sorted(comments, key=lambda item: (item.made_at, item.id)):
        if item.annotation_id is not None and item.annotation_id not in written:
            continue
        about = None if item.annotation_id is None else written[item.annotation_id]
        x, y = _place(item, upright, orientation)
        after.append(known.get(_key(item, about, x, y)) or _record(item, about, x, y))
    return {} if after == (before or []) else {"comments": after}


def comments_of(
    values: Mapping[str, object],
    ids: Mapping[int | str, int],
    upright: Size | None,
    orientation: int,
) -> tuple[tuple[Comment, ...], int]:
    """The comments of an image record, and how many of its list are none.

    ``ids`` gives the annotation of each id in the file; a comment on an object
    that did not come in is about its place only. A list in which no comment is
    found is taken for something else.
    """
    records = values.get("comments")
    if not isinstance(records, list):
        return (), 0
    found = [_read(record) for record in records]
    comments = tuple(
        _comment(item[0], _annotation_of(item[1], ids), upright, orientation)
        for item in found
        if item is not None
    )
    return comments, len(records) - len(comments) if comments else 0


def _annotation_of(written: object, ids: Mapping[int | str, int]) -> int | None:
    key = number_of(written)
    return None if key is None else ids.get(key)


def _comment(
    item: Comment, annotation_id: int | None, upright: Size | None, orientation: int
) -> Comment:
    x, y = item.x, item.y
    if orientation != 1 and upright is not None:
        stored = Size(upright.height, upright.width)
        turned = points_upright(_pin(x, y), stored, orientation)
        x, y, _ = turned.points[0]
    return Comment(
        new_annotation_id(),
        x,
        y,
        item.text,
        item.author,
        annotation_id,
        item.reason,
        item.resolved,
        item.made_at,
    )


def _read(record: object) -> tuple[Comment, object, float, float] | None:
    """A comment as it stands in a record, and the id of what it is about; None for no comment."""
    match record:
        case {"x": int() | float() as x, "y": int() | float() as y, "text": str() as text, **rest}:
            values: dict[object, object] = rest
        case _:
            return None
    if not (abs(x) <= MAX_COORDINATE_PX and abs(y) <= MAX_COORDINATE_PX):
        return None
    comment = Comment(
        0,
        float(x),
        float(y),
        text,
        _text(values.get("author")),
        None,
        _text(values.get("reason")),
        values.get("resolved") is True,
        _time(values.get("made_at")),
    )
    return comment, values.get("annotation_id"), float(x), float(y)


def _key(item: Comment, about: object, x: float, y: float) -> tuple[object, ...]:
    """What makes two comments the same; places to a thousandth, as turning rounds."""
    place = round(x, 3), round(y, 3)
    return (*place, item.text, item.author, item.reason, item.resolved, item.made_at, repr(about))


def _record(item: Comment, about: object, x: float, y: float) -> dict[str, object]:
    fields: dict[str, object] = {
        "x": x,
        "y": y,
        "text": item.text,
        "reason": item.reason,
        "author": item.author,
        "resolved": item.resolved,
        "made_at": item.made_at,
    }
    return fields if about is None else {**fields, "annotation_id": about}


def _place(item: Comment, upright: Size, orientation: int) -> tuple[float, float]:
    if orientation == 1:
        return item.x, item.y
    x, y, _ = points_back(_pin(item.x, item.y), upright, orientation).points[0]
    return x, y


def _pin(x: float, y: float) -> Keypoints:
    return Keypoints(((x, y, Visibility.VISIBLE),))


def _time(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LATEST:
        return float(value)
    return 0.0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
