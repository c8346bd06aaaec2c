from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

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
from core.document.mask import Mask
from core.engine.arrays import ArrayPack, ArrayPlace, PackReader
from core.engine.packing import pack_proposals, unpack_proposals
from core.engine.wire import (
    CalledOff,
    CancelJob,
    Failed,
    Finished,
    FromEngine,
    MaskShape,
    NotStarted,
    Progressed,
    ProposalRecord,
    Ready,
    RunJob,
    ToEngine,
    decode_for_engine,
    decode_from_engine,
    encode,
)
from core.models.proposal import Proposal, SoftMask

NUMBERS = st.floats(-1e6, 1e6)
LENGTHS = st.floats(0, 1e6)
RINGS = arrays_of.arrays(np.float64, st.tuples(st.integers(3, 9), st.just(2)), elements=NUMBERS)
PARTS = st.builds(PolygonPart, RINGS, st.lists(RINGS, max_size=2).map(tuple))
MASKS = st.builds(
    Mask.from_array,
    arrays_of.arrays(np.bool_, arrays_of.array_shapes(min_dims=2, max_dims=2, max_side=20)),
    st.integers(-50, 50),
    st.integers(-50, 50),
)
BOXES = st.builds(Box, NUMBERS, NUMBERS, LENGTHS, LENGTHS)
GEOMETRIES: st.SearchStrategy[Geometry] = st.one_of(
    BOXES,
    st.builds(RotatedBox, NUMBERS, NUMBERS, LENGTHS, LENGTHS, NUMBERS),
    st.builds(Polygon, st.lists(PARTS, min_size=1, max_size=3).map(tuple)),
    MASKS,
    st.builds(
        Keypoints,
        st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from(Visibility)), max_size=4).map(tuple),
    ),
    st.builds(Scribble, RINGS, LENGTHS),
)
SOFT_MASKS = st.builds(SoftMask, BOXES, arrays_of.arrays(np.uint8, (28, 28)))
PROPOSALS = st.builds(
    Proposal,
    st.integers(0, 10**9),
    GEOMETRIES,
    st.floats(0, 1),
    st.text(max_size=8),
    st.text(max_size=8),
    st.none() | SOFT_MASKS,
)


@settings(max_examples=80, deadline=None)
@given(items=st.lists(PROPOSALS, max_size=5))
def test_proposals_cross_the_pipe_bit_by_bit(
    tmp_path_factory: pytest.TempPathFactory, items: list[Proposal]
) -> None:
    path = tmp_path_factory.getbasetemp() / "proposals.arrays"
    pack = ArrayPack()
    records = pack_proposals(items, pack)
    pack.write(path)
    line = encode(Finished(3, path.name, records, (40, 30), "hash", "", 0.25, "cpu"))
    assert line.count(b"\n") == 1
    message = decode_from_engine(line)
    assert isinstance(message, Finished)
    back = unpack_proposals(message.items, PackReader.loaded(path))
    assert [_key(item) for item in back] == [_key(item) for item in items]


def _key(item: Proposal) -> tuple[object, ...]:
    soft = item.soft_mask
    return (
        *(item.id, item.geometry, item.score, item.label, item.source),
        None if soft is None else (soft.box, soft.values.shape, soft.values.tobytes()),
    )


def test_a_record_that_does_not_fit_its_arrays_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.arrays"
    pack = ArrayPack()
    pack.add(np.zeros(1, np.uint8))
    pack.write(path)
    shape = MaskShape((0, 0, 100, 100), ArrayPlace(0, "|u1", (1,)))
    with pytest.raises(ValueError, match="fill its box"):
        unpack_proposals([ProposalRecord(1, shape, 0.5, "", "x")], PackReader.loaded(path))


@pytest.mark.parametrize(
    "message",
    [
        RunJob(1, "unet", None, {"score": 0.5, "name": "ä\n", "on": True}, image_path="/a b.png"),
        RunJob(2, "unet", "/w.pth", {}, "image-1.arrays", ArrayPlace(0, "|u1", (4, 5, 3))),
        CancelJob(7),
    ],
)
def test_messages_to_the_engine_are_one_line_each(message: ToEngine) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode_for_engine(line) == message


@pytest.mark.parametrize(
    "message",
    [
        Ready("CPU"),
        NotStarted("no", "yes"),
        Progressed(1, 0.5, "tile 1 of 2"),
        Failed(1, "a\nb", ""),
        CalledOff(2),
    ],
)
def test_messages_from_the_engine_are_one_line_each(message: FromEngine) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode_from_engine(line) == message


@pytest.mark.parametrize("line", [b"", b"hello\n", b"{}", b'{"type": "ready"}', b'{"type": "x"}'])
def test_anything_else_is_no_message(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        decode_from_engine(line)
