"""Cached proposals come back as the model gave them."""

from __future__ import annotations

import numpy as np
import pytest

from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.errors import ReadError
from core.models.proposal import Proposal, ProposalKey, ProposalSet, SoftMask
from core.project.proposal_codec import decode_proposals, encode_proposals, key_text


def _set() -> ProposalSet:
    soft = SoftMask(Box(1, 2, 30, 40), np.arange(784, dtype=np.uint8).reshape(28, 28))
    return ProposalSet(
        ProposalKey("ab", "unet-nuclei", "cd", {"threshold": 0.5, "tiles": True}),
        Size(64, 48),
        (
            Proposal(1, Mask.from_array(np.eye(9), 3, 4), 0.75, "cell", "unet", soft),
            Proposal(2, Box(0, 0, 5, 5), 0.25, "", "rpn"),
        ),
        "tiles of 512 pixels",
        1.5,
        "cpu",
    )


def test_a_set_comes_back() -> None:
    before, after = _set(), decode_proposals(encode_proposals(_set()))

    assert (after.key, after.key.parameters) == (before.key, before.key.parameters)
    assert (after.image_size, after.degraded, after.seconds, after.device) == (
        before.image_size,
        before.degraded,
        before.seconds,
        before.device,
    )
    for one, other in zip(before.items, after.items, strict=True):
        assert (one.id, one.geometry, one.score, one.label) == (
            other.id,
            other.geometry,
            other.score,
            other.label,
        )
    soft = after.items[0].soft_mask
    assert soft is not None
    assert soft.box == Box(1, 2, 30, 40)
    assert np.array_equal(soft.values, np.arange(784, dtype=np.uint8).reshape(28, 28))
    assert after.items[1].soft_mask is None


def test_keys_tell_parameters_apart_whatever_their_order() -> None:
    one = ProposalKey("ab", "m", "w", {"a": 1, "b": 2})
    same = ProposalKey("ab", "m", "w", {"b": 2, "a": 1})
    other = ProposalKey("ab", "m", "w", {"a": 1, "b": 3})

    assert key_text(one) == key_text(same) != key_text(other)


def test_damaged_bytes_are_said_to_be_damaged() -> None:
    with pytest.raises(ReadError):
        decode_proposals(encode_proposals(_set())[:-20])
