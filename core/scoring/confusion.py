"""Which labels are taken for which: matched objects counted by both their labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.scoring.difference import Disagreement, ObjectDifference

Cell = tuple[int | None, int | None]
"""Label in the truth and label in the prediction; None: no object there."""


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """Objects by true and predicted label.

    ``cells`` holds the objects behind each cell that is not empty, in the order
    of the images. Column None is what was missed, row None what is extra; a
    pair that overlaps too little counts in both of these.
    """

    labels: tuple[int, ...]
    cells: Mapping[Cell, tuple[ObjectDifference, ...]]

    def count(self, truth_label: int | None, predicted_label: int | None) -> int:
        """Objects in a cell."""
        return len(self.cells.get((truth_label, predicted_label), ()))

    def images(self, truth_label: int | None, predicted_label: int | None) -> tuple[int, ...]:
        """Ids of the images behind a cell, each once."""
        found = self.cells.get((truth_label, predicted_label), ())
        return tuple(dict.fromkeys(item.image_id for item in found))

    @property
    def false_positive_images(self) -> tuple[int, ...]:
        """Images with extra objects, each once."""
        return tuple(
            dict.fromkeys(
                item.image_id
                for (truth, _), items in self.cells.items()
                if truth is None
                for item in items
            )
        )


def confusion_matrix(items: Iterable[ObjectDifference]) -> ConfusionMatrix:
    """Count the objects of all images; what is not judged counts nowhere."""
    cells: dict[Cell, list[ObjectDifference]] = {}
    labels: set[int] = set()
    in_order = sorted(items, key=lambda item: (item.image_id, -item.severity))
    for item in in_order:
        for cell in _cells_of(item):
            cells.setdefault(cell, []).append(item)
            labels |= {label for label in cell if label is not None}
    frozen = {cell: tuple(found) for cell, found in cells.items()}
    return ConfusionMatrix(tuple(sorted(labels)), MappingProxyType(frozen))


def _cells_of(item: ObjectDifference) -> tuple[Cell, ...]:
    if item.kind is Disagreement.NOT_JUDGED:
        return ()
    if item.kind is Disagreement.LOW_OVERLAP:
        return (item.truth_label, None), (None, item.prediction_label)
    return ((item.truth_label, item.prediction_label),)
