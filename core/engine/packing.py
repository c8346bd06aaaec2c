"""Proposals to and from their messages; what goes in comes out equal, bit by bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.document.annotation import Geometry
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Visibility,
)
from core.document.mask import Mask, PixelBox
from core.engine.arrays import ArrayPack, ArrayPlace, PackReader
from core.engine.wire import (
    BoxShape,
    KeypointsShape,
    MaskShape,
    PolygonShape,
    ProposalRecord,
    RotatedBoxShape,
    ScribbleShape,
    Shape,
    SoftMaskShape,
)
from core.models.proposal import Proposal, SoftMask


def pack_proposals(items: Sequence[Proposal], pack: ArrayPack) -> tuple[ProposalRecord, ...]:
    """Records of proposals, their arrays added to the pack."""
    return tuple(_record(item, pack) for item in items)


def unpack_proposals(records: Sequence[ProposalRecord], reader: PackReader) -> tuple[Proposal, ...]:
    """Proposals of records; raises ValueError when an array is not where it should be."""
    unpacker = _Unpacker(reader)
    return tuple(unpacker.proposal(record) for record in records)


def _record(item: Proposal, pack: ArrayPack) -> ProposalRecord:
    soft = item.soft_mask
    soft_shape = SoftMaskShape(_values(soft.box), pack.add(soft.values)) if soft else None
    return ProposalRecord(
        item.id, _shape(item.geometry, pack), item.score, item.label, item.source, soft_shape
    )


def _shape(geometry: Geometry, pack: ArrayPack) -> Shape:
    match geometry:
        case Box():
            return BoxShape(_values(geometry))
        case RotatedBox(x, y, width, height, angle):
            return RotatedBoxShape((x, y, width, height, angle))
        case Polygon(parts):
            return PolygonShape(tuple(tuple(map(pack.add, part.rings)) for part in parts))
        case Mask():
            box = geometry.box
            return MaskShape((box.left, box.top, box.width, box.height), pack.add(geometry.bits))
        case Keypoints(points):
            return KeypointsShape(tuple((x, y, int(seen)) for x, y, seen in points))
        case Scribble():
            return ScribbleShape(pack.add(geometry.points), geometry.radius_px)


def _values(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.width, box.height


@dataclass(frozen=True, slots=True)
class _Unpacker:
    reader: PackReader

    def proposal(self, record: ProposalRecord) -> Proposal:
        soft = record.soft_mask
        return Proposal(
            record.id,
            self._geometry(record.shape),
            record.score,
            record.label,
            record.source,
            SoftMask(Box(*soft.box), self._bytes(soft.values)) if soft else None,
        )

    def _geometry(self, shape: Shape) -> Geometry:
        match shape:
            case BoxShape(box):
                return Box(*box)
            case RotatedBoxShape(values):
                return RotatedBox(*values)
            case PolygonShape(parts):
                return Polygon(tuple(self._part(rings) for rings in parts))
            case MaskShape(box, bits):
                return Mask(PixelBox(*box), self._bytes(bits))
            case KeypointsShape(points):
                return Keypoints(tuple((x, y, Visibility(seen)) for x, y, seen in points))
            case ScribbleShape(points, radius_px):
                return Scribble(self._floats(points), radius_px)

    def _part(self, rings: tuple[ArrayPlace, ...]) -> PolygonPart:
        exterior, *holes = map(self._floats, rings)
        return PolygonPart(exterior, tuple(holes))

    def _floats(self, place: ArrayPlace) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return self.reader.take(place).astype(np.float64, copy=False)

    def _bytes(self, place: ArrayPlace) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        return self.reader.take(place).astype(np.uint8, copy=False)
