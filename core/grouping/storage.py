"""A hierarchy as bytes, for the project's cache."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from core.grouping.hierarchy import Hierarchy
from core.grouping.interruption import Check, unchecked

VERSION = 1
"""Raised whenever the same image would give another hierarchy, so that old ones are not used."""

_HEADER = struct.Struct("<4sIIII")
_MAGIC = b"MWHI"
_BLOCK_BYTES = 8_000_000
"""So much is compressed between two checks whether the work is still wanted."""


def to_bytes(hierarchy: Hierarchy, check: Check = unchecked) -> bytes:
    """Lossless and compressed; under half a byte per pixel on photographs.

    ``check`` may raise to stop.
    """
    height, width = hierarchy.leaf_labels.shape
    # Along a row most labels repeat, so differences are mostly zero.
    steps = np.diff(hierarchy.leaf_labels, axis=1, prepend=np.int32(0))
    arrays = (
        steps.astype("<i4"),
        hierarchy.parents.astype("<i4"),
        hierarchy.altitudes.astype("<f4"),
    )
    compressor = zlib.compressobj(1)
    parts = [_HEADER.pack(_MAGIC, VERSION, height, width, hierarchy.node_count)]
    for array in arrays:
        content = array.reshape(-1).view(np.uint8)
        for start in range(0, len(content), _BLOCK_BYTES):
            check()
            parts.append(compressor.compress(content[start : start + _BLOCK_BYTES].tobytes()))
    return b"".join([*parts, compressor.flush()])


def from_bytes(data: bytes) -> Hierarchy | None:
    """The hierarchy again; None for bytes of another version or damaged ones: build it anew."""
    if len(data) < _HEADER.size:
        return None
    magic, version, height, width, nodes = _HEADER.unpack_from(data)
    if magic != _MAGIC or version != VERSION:
        return None
    pixels = height * width
    expected = 4 * pixels + 8 * nodes
    try:
        inflater = zlib.decompressobj()
        body = inflater.decompress(data[_HEADER.size :], expected + 1)
        if len(body) != expected or not inflater.eof:
            return None
        steps = np.frombuffer(body, "<i4", pixels).reshape(height, width)
        parents = np.frombuffer(body, "<i4", nodes, 4 * pixels).astype(np.int32)
        altitudes = np.frombuffer(body, "<f4", nodes, 4 * (pixels + nodes)).astype(np.float32)
        labels = np.cumsum(steps, axis=1, dtype=np.int32)
        if labels.min() < 0 or labels.max() >= (nodes + 1) // 2:
            return None
        return Hierarchy(labels, parents, altitudes)
    except (zlib.error, ValueError):
        return None
