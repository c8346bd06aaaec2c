"""What the canvas is given to draw for one annotation or proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from core.document.annotation import Geometry


class LineStyle(Enum):
    """The outline tells the source without colour: own work, proposals, references."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"


@dataclass(frozen=True, slots=True, eq=False)
class CanvasShape:
    """One outline with its fill; ``color`` is ``#rrggbb``, ``fill_alpha`` within 0 … 1.

    ``edges`` join keypoints, as pairs of places in their list.
    ``caption`` is plain text, shown beside a hovered or selected shape. A shape
    counts as changed when its geometry is another object or its style differs,
    so pass the annotation's own geometry and not a copy.
    """

    id: int
    geometry: Geometry
    color: str
    line: LineStyle = LineStyle.SOLID
    fill_alpha: float = 0.3
    selected: bool = False
    hovered: bool = False
    caption: str = ""
    edges: tuple[tuple[int, int], ...] = ()

    def looks_like(self, other: CanvasShape) -> bool:
        """Whether both leave the same pixels in the static overlay."""
        return self is other or (
            self.id == other.id
            and self.geometry is other.geometry
            and self.color == other.color
            and self.line is other.line
            and self.fill_alpha == other.fill_alpha
            and self.edges == other.edges
        )


def look_alike(before: Sequence[CanvasShape], after: Sequence[CanvasShape]) -> bool:
    """Whether two lists differ in nothing but what is selected, hovered or written beside."""
    if len(before) != len(after):
        return False
    # Most are the same objects; looking at ten thousand one by one would be felt.
    pairs = zip(before, after, strict=True)
    return all(
        old.looks_like(new) for old, new in [pair for pair in pairs if pair[0] is not pair[1]]
    )
