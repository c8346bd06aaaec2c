"""Drafts as JSON text, so that a crash does not lose them."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping

import numpy as np

from core.document.geometry import FloatArray
from core.document.mask import Mask, PixelBox
from core.errors import ConflictError
from gui.tools.tool import DraftRecord, ToolContext

Payload = Mapping[str, object]


def record_of(tool: str, context: ToolContext, payload: Payload) -> DraftRecord:
    """A checkpoint of a draft on the image of the context."""
    text = json.dumps(payload, separators=(",", ":"))
    return DraftRecord(tool, context.document.image_id, text)


def payload_of(record: DraftRecord, tool: str, context: ToolContext) -> Payload:
    """What a checkpoint says; raises ConflictError when it is of another tool or image."""
    if record.tool != tool or record.image_id != context.document.image_id:
        raise ConflictError("The unfinished draft belongs to another tool or image.")
    try:
        payload = json.loads(record.payload)
    except ValueError as error:
        raise unreadable() from error
    if not isinstance(payload, dict):
        raise unreadable()
    return payload


def unreadable() -> ConflictError:
    """The error for a checkpoint that is damaged."""
    return ConflictError(
        "An unfinished draft could not be read, so it was left out.",
        "Everything that was finished is there.",
    )


def points_of(payload: Payload, key: str) -> list[tuple[float, float]]:
    """Points (x, y) of a checkpoint; raises ConflictError when they are damaged."""
    try:
        array = np.array(payload[key], np.float64).reshape(-1, 2)
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable() from error
    if not np.isfinite(array).all():
        raise unreadable()
    return [(float(x), float(y)) for x, y in array]


def number_of(payload: Payload, key: str) -> int | None:
    """A whole number of a checkpoint, None when it is absent."""
    value = payload.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise unreadable()
    return value


def packed(mask: Mask) -> Payload:
    """A mask as its box and its packed bits, compressed, in base64."""
    box = mask.box
    bits = base64.b64encode(zlib.compress(mask.bits.tobytes(), level=1)).decode("ascii")
    return {"box": [box.left, box.top, box.width, box.height], "bits": bits}


def unpacked(value: object, context: ToolContext) -> Mask:
    """The mask of a checkpoint, cut to the image; raises ConflictError when it is damaged."""
    if not isinstance(value, dict):
        raise unreadable()
    try:
        left, top, width, height = (int(number) for number in value["box"])
        box = PixelBox(left, top, width, height)
        count = (max(width, 0) * max(height, 0) + 7) // 8
        limit = context.document.size.width * context.document.size.height
        if width < 0 or height < 0 or width * height > limit:
            raise unreadable()
        data = zlib.decompressobj().decompress(
            base64.b64decode(value["bits"], validate=True), count + 1
        )
        mask = Mask(box, np.frombuffer(data, np.uint8).copy())
    except (KeyError, TypeError, ValueError, binascii.Error, zlib.error) as error:
        raise unreadable() from error
    return mask.clipped(context.document.size)


def packed_numbers(numbers: FloatArray) -> str:
    """Float64 numbers, bit for bit, in base64: cheap for a thousand places of a brush."""
    return base64.b64encode(np.ascontiguousarray(numbers, "<f8").tobytes()).decode("ascii")


def unpacked_numbers(value: object, columns: int) -> FloatArray:
    """Finite numbers of a checkpoint in rows; raises ConflictError when they are damaged."""
    if not isinstance(value, str):
        raise unreadable()
    try:
        numbers = np.frombuffer(base64.b64decode(value, validate=True), "<f8")
        rows = numbers.astype(np.float64).reshape(-1, columns)
    except (ValueError, binascii.Error) as error:
        raise unreadable() from error
    if not np.isfinite(rows).all():
        raise unreadable()
    return rows
