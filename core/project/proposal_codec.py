"""Sets of proposals as bytes for the project's cache, and back."""

from __future__ import annotations

import json
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from core.document.geometry import Box, Size
from core.models.proposal import Proposal, ProposalKey, ProposalSet, SoftMask
from core.project import codec
from core.project.geometry_codec import geometry_fields, geometry_from
from core.project.packing import compress, decompress


def key_text(key: ProposalKey) -> str:
    """The text under which a set is cached: equal keys give equal texts.

    It begins with ``image_prefix``, so that all results of one image are found together.
    """
    parts = [key.image_digest, key.model, key.weights_hash, sorted(key.parameters.items())]
    text = json.dumps(parts, default=str, allow_nan=True)
    rest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{image_prefix(key.image_digest)}{rest}"


def image_prefix(image_digest: str) -> str:
    """What the texts of all keys of an image with this content begin with."""
    digest = blake2b(image_digest.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{digest}:"


def encode_proposals(found: ProposalSet) -> bytes:
    """A set as it stands in the cache."""
    key, size = found.key, found.image_size
    return codec.with_version(
        [
            [key.image_digest, key.model, key.weights_hash, dict(key.parameters)],
            [size.width, size.height],
            [_proposal_fields(item) for item in found.items],
            found.degraded,
            found.seconds,
            found.device,
        ]
    )


def decode_proposals(data: bytes) -> ProposalSet:
    """The set that was encoded; raises ReadError when the bytes are none."""
    return codec.without_version(data, _set_from)


def _set_from(fields: list[Any]) -> ProposalSet:
    key, size, items, degraded, seconds, device = fields
    image_digest, model, weights_hash, parameters = key
    return ProposalSet(
        ProposalKey(image_digest, model, weights_hash, MappingProxyType(parameters)),
        Size(*size),
        tuple(map(_proposal_from, items)),
        degraded,
        seconds,
        device,
    )


def _proposal_fields(item: Proposal) -> list[Any]:
    soft = item.soft_mask
    return [
        item.id,
        geometry_fields(item.geometry),
        item.score,
        item.label,
        item.source,
        None if soft is None else _soft_fields(soft),
    ]


def _proposal_from(fields: list[Any]) -> Proposal:
    number, geometry, score, label, source, soft = fields
    return Proposal(
        number,
        geometry_from(geometry),
        score,
        label,
        source,
        None if soft is None else _soft_from(soft),
    )


def _soft_fields(soft: SoftMask) -> list[Any]:
    box = soft.box
    height, width = soft.values.shape
    return [box.x, box.y, box.width, box.height, height, width, compress(soft.values)]


def _soft_from(fields: list[Any]) -> SoftMask:
    *box, height, width, data = fields
    return SoftMask(Box(*box), decompress(data, "u1", height * width).reshape(height, width))
