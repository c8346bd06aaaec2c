"""What one scoring of an image leaves for the next, so that a stroke costs little."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from core.document.annotation import Annotation
from core.document.geometry import Size
from core.document.mask import Mask
from core.imaging.rasterise import rasterise
from core.scoring.scores import LabelScore, MatchedPair

T = TypeVar("T")

LabelResult = tuple[LabelScore, tuple[MatchedPair, ...]]


class Kept(Generic[T]):
    """Values by key, each with the objects it came from."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, tuple[tuple[object, ...], T]] = {}

    def get(self, key: Hashable, inputs: tuple[object, ...], compute: Callable[[], T]) -> T:
        """The value of a key, computed only when one of its inputs is another object."""
        entry = self._entries.get(key)
        if entry is not None and _are_same(entry[0], inputs):
            return entry[1]
        value = compute()
        self._entries[key] = (inputs, value)
        return value


class ScoreCache:
    """Pixels and results of one image, kept as long as what they came from stays the same.

    Pass the same one to every scoring of an image and of the same two layers:
    then only labels that were edited are compared again. It belongs to one
    thread at a time. ``results`` is by label id; ``voids`` and
    ``semantic_labels`` are by layer id, ``boundaries`` by the id of the true
    object, ``overlaps`` by those of both objects, ``counts`` by label id and the
    number of a group of masks that lie apart from all others.
    """

    def __init__(self, size: Size) -> None:
        self._size = size
        self._masks: Kept[Mask] = Kept()
        self.results: Kept[LabelResult] = Kept()
        self.voids: Kept[Mask] = Kept()
        self.semantic_labels: Kept[frozenset[int]] = Kept()
        self.boundaries: Kept[float | None] = Kept()
        self.overlaps: Kept[float] = Kept()
        self.counts: Kept[tuple[int, int, int]] = Kept()

    def mask(self, annotation: Annotation) -> Mask:
        """Pixels of an annotation by the COCO rasteriser; raises ValueError as that does."""
        geometry = annotation.geometry
        return self._masks.get(annotation.id, (geometry,), lambda: rasterise(geometry, self._size))


def _are_same(first: tuple[object, ...], second: tuple[object, ...]) -> bool:
    return len(first) == len(second) and all(a is b for a, b in zip(first, second, strict=True))
