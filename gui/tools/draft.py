"""What a tool shows before it becomes a change; drawn by the canvas's live layer.

All coordinates are image coordinates. A draft is never part of the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from core.document.annotation import Geometry
from core.document.geometry import Box, FloatArray
from core.document.mask import Mask
from gui.tools.live_mask import StrokePixels


class Cursor(Enum):
    """The pointer's shape over the canvas."""

    ARROW = auto()
    CROSS = auto()
    MOVE = auto()
    POINTING = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True, eq=False)
class DraftPath:
    """A line or outline being drawn; ``points`` is float64 of shape (n, 2), n ≥ 1.

    ``vertices`` says whether the points are shown as handles; ``active`` is the
    index of the handle under the pointer.
    """

    points: FloatArray
    closed: bool = False
    vertices: bool = True
    active: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DraftMask:
    """Pixels that would be added to (``subtract`` False) or taken from an object."""

    mask: Mask | StrokePixels
    subtract: bool = False
    committed: bool = True
    """True for what the draft holds already, False for what a click would take (hover)."""


@dataclass(frozen=True, slots=True)
class BrushCursor:
    """The true footprint of the brush."""

    x: float
    y: float
    radius_px: float
    subtract: bool = False


@dataclass(frozen=True, slots=True)
class DraftNote:
    """A few words beside a place of the image, such as the size of what is shown."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """Everything that a tool wants to be seen; ``color`` is that of the label, ``#rrggbb``.

    ``replaced`` is an object's own shape that the draft shows as it would become: the
    canvas leaves it out meanwhile.
    """

    paths: tuple[DraftPath, ...] = ()
    masks: tuple[DraftMask, ...] = ()
    boxes: tuple[Box, ...] = ()
    handles: tuple[tuple[float, float], ...] = ()
    brush: BrushCursor | None = None
    hovered_id: int | None = None
    cursor: Cursor = Cursor.CROSS
    color: str = "#4da3ff"
    note: DraftNote | None = None
    replaced: Geometry | None = None


NO_DRAFT = Draft(cursor=Cursor.ARROW)
