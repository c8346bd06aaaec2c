"""What a model sees in a picture, kept by model and picture so that it is asked once.

A run asks the new model and its parent about the same pictures that the parent's
own run has asked it about; those answers are read from the folder of that run.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from core.document.annotation import bounds_of_geometry
from core.document.geometry import Size
from core.document.mask import Mask, PixelBox
from core.errors import WriteError
from core.formats.atomic import make_folder, write_atomically
from core.models.adapter import Adapter, RgbImage, RunContext
from core.models.proposal import Proposal
from core.models.zoo.encoder_features import FeatureRow, reading_encoder
from core.training.validation import SURE

SIDE_PX = 384
"""Longer side of what a model is shown; larger pictures are made smaller."""
LOOKS_FILE = "looks.msgpack"

Area = npt.NDArray[np.bool_]


class Look(msgspec.Struct, frozen=True, eq=False):
    """One model's answer about one picture, packed.

    ``features`` are those of its encoder, float32. ``area`` is the union of what it
    takes for objects, a bit for each pixel of ``shape`` (height, width).
    ``classes`` counts those objects by name.
    """

    features: bytes
    area: bytes
    shape: tuple[int, int]
    classes: dict[str, int]

    def feature_row(self) -> FeatureRow:
        """float32 (F,)."""
        return np.frombuffer(self.features, np.float32)

    def covered(self) -> Area:
        """Bool (H, W): where the model sees objects."""
        height, width = self.shape
        bits = np.frombuffer(zlib.decompress(self.area), np.uint8)
        return np.unpackbits(bits, count=height * width).reshape(height, width).astype(np.bool_)


class Onlooker:
    """A model that looks at pictures; ``file`` keeps what it saw, None keeps nothing."""

    def __init__(self, adapter: Adapter, file: Path | None = None) -> None:
        self._adapter = adapter
        self._file = file
        self._looks = {} if file is None else _read(file)
        self._is_new = False

    def look(self, pixels: RgbImage) -> Look:
        """The answer about a picture as ``reduced`` gives it."""
        key = hashlib.blake2b(pixels.tobytes(), digest_size=16).hexdigest()
        found = self._looks.get(key)
        if found is None:
            found = self._looks[key] = self._asked(pixels)
            self._is_new = True
        return found

    def keep(self) -> None:
        """Write what was seen; without room it is seen again next time."""
        if self._file is None or not self._is_new:
            return
        try:
            make_folder(self._file.parent)
            write_atomically(self._file, msgspec.msgpack.encode(self._looks))
        except WriteError:
            return

    def _asked(self, pixels: RgbImage) -> Look:
        with reading_encoder(self._adapter) as reading:
            proposals = self._adapter.propose(pixels, RunContext())
        sure = [item for item in proposals if item.score >= SURE]
        height, width = pixels.shape[:2]
        return Look(
            reading.features().tobytes(),
            zlib.compress(np.packbits(_union(sure, (height, width))).tobytes(), 1),
            (height, width),
            Counter(item.label for item in sure),
        )


def reduced(pixels: RgbImage) -> RgbImage:
    """A picture as models are shown it here."""
    height, width = pixels.shape[:2]
    factor = SIDE_PX / max(height, width)
    if factor >= 1:
        return np.ascontiguousarray(pixels)
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def disagreement(first: Look, second: Look) -> float:
    """One minus Dice of what both take for objects; boxes count as areas."""
    ours, theirs = first.covered(), second.covered()
    total = int(ours.sum()) + int(theirs.sum())
    return 1 - 2 * int((ours & theirs).sum()) / total if total else 0.0


def _read(file: Path) -> dict[str, Look]:
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=dict[str, Look])
    except (OSError, msgspec.MsgspecError):
        return {}


def _union(items: Sequence[Proposal], shape: tuple[int, int]) -> Area:
    union = np.zeros(shape, np.bool_)
    for item in items:
        if isinstance(item.geometry, Mask):
            union[item.geometry.box.slices] |= item.geometry.crop()
        else:
            whole = Size(shape[1], shape[0])
            union[PixelBox.around(bounds_of_geometry(item.geometry)).clipped(whole).slices] = True
    return union
