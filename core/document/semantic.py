"""A class per pixel, with void and unlabelled, and the patch of an edit of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.document.mask import PixelBox

ClassArray = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class SemanticMap:
    """The class of each pixel of one layer.

    ``classes`` is a read-only uint16 array of shape (height, width) of label
    ids; ``void`` marks pixels that are not scored, ``unlabelled`` those that
    nobody has looked at. Both lie outside the range of label ids.
    """

    layer_id: int
    classes: ClassArray
    void: int = 65535
    unlabelled: int = 65534

    def __post_init__(self) -> None:
        if self.classes.ndim != 2 or self.classes.dtype != np.uint16:
            raise ValueError("a semantic map is a uint16 array of two dimensions")
        self.classes.flags.writeable = False

    @property
    def digest(self) -> bytes:
        """Hash of all pixels (16 bytes)."""
        return hashlib.blake2b(self.classes.tobytes(), digest_size=16).digest()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SemanticMap):
            return NotImplemented
        return (self.layer_id, self.void, self.unlabelled) == (
            other.layer_id,
            other.void,
            other.unlabelled,
        ) and np.array_equal(self.classes, other.classes)

    def __hash__(self) -> int:
        return hash((self.layer_id, self.digest))


@dataclass(frozen=True, slots=True, eq=False)
class SemanticPatch:
    """An edit of a semantic map: the values inside a box before and after it."""

    layer_id: int
    box: PixelBox
    before: ClassArray
    after: ClassArray

    def __post_init__(self) -> None:
        if not self.before.shape == self.after.shape == (self.box.height, self.box.width):
            raise ValueError("both sides of a semantic patch must fill its box")

    def applied_to(self, semantic: SemanticMap) -> SemanticMap:
        """The map after the edit; raises ValueError when it is not the one before."""
        if not np.array_equal(semantic.classes[self.box.slices], self.before):
            raise ValueError("this edit belongs to another semantic map")
        classes = semantic.classes.copy()
        classes[self.box.slices] = self.after
        return SemanticMap(semantic.layer_id, classes, semantic.void, semantic.unlabelled)

    def inverted(self) -> SemanticPatch:
        """Patch that takes this one back."""
        return SemanticPatch(self.layer_id, self.box, before=self.after, after=self.before)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SemanticPatch):
            return NotImplemented
        return (self.layer_id, self.box) == (other.layer_id, other.box) and (
            np.array_equal(self.before, other.before) and np.array_equal(self.after, other.after)
        )

    def __hash__(self) -> int:
        return hash((self.layer_id, self.box, self.before.tobytes(), self.after.tobytes()))
