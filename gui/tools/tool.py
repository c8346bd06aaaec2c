"""The interface of a tool: a small state machine that turns events into changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.document.annotation import Label
from core.document.change import Change
from core.document.document import ImageDocument
from core.document.geometry import Box, FloatArray
from core.document.mask import Mask, PixelBox
from core.editing.paint_rules import PaintRule
from core.imaging.arrays import RgbImage
from gui.tools.draft import Draft
from gui.tools.events import ToolEvent


class RegionSource(Protocol):
    """The regions of one image as the region tool asks for them.

    ``core.grouping.browser.RegionBrowser`` is one. A node is a number; points
    are image coordinates inside the image.
    """

    def leaf_at(self, x: float, y: float, /) -> int:
        """The smallest region under a point."""

    def levels(self, leaf: int, /) -> npt.NDArray[np.integer[Any]]:
        """The regions around a leaf that a step stops at, smallest first, the image last."""

    def areas(self, nodes: npt.NDArray[np.integer[Any]], /) -> npt.NDArray[np.float64]:
        """Pixels of several regions."""

    def region(self, node: int, /) -> Mask:
        """The pixels of a region."""

    def glance(self, node: int, /) -> Mask:
        """The pixels of a region, to be shown at once; borders may be a few pixels off."""

    def is_sharp(self, node: int, /) -> bool:
        """Whether ``glance`` gives what ``region`` does; it comes to be so by itself."""

    def opening_node(self, x: float, y: float, area_px: float | None, /) -> int:
        """The region under a point whose area is nearest to the one accepted last."""

    def in_box(self, box: Box, /) -> Mask | None:
        """The regions that fill a box best together; None while that cannot be told yet."""

    def under_scribble(self, points: FloatArray, /) -> Mask | None:
        """The regions that hold a line best together; None while that cannot be told yet."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionCut:
    """A region that is to be split along a line, (n, 2) points of the image."""

    node: int
    points: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ToolContext:
    """What a tool may know when an event arrives; a value, nothing live.

    ``layer_id`` is the layer that is edited, ``label`` the active one.
    ``hidden_ids`` are objects that cannot be seen and hence not be hit.
    ``regions`` is None until the hierarchy was computed for this image, ``image``
    (uint8 of shape (height, width, 3)) until the full picture was read.
    ``paints_void`` says that classes are painted as void: not to be scored.
    ``labels`` are all labels by id. ``snaps`` says that vertices shall lie on the
    outlines of neighbours that are near.
    """

    document: ImageDocument
    layer_id: int
    label: Label
    author: str
    selection: frozenset[int] = frozenset()
    hidden_ids: frozenset[int] = frozenset()
    regions: RegionSource | None = None
    image: RgbImage | None = None
    paint_rule: PaintRule = PaintRule.OVER
    labels: Mapping[int, Label] = field(default_factory=dict)
    snaps: bool = False
    paints_void: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ToolResponse:
    """What came of an event; None means "as before".

    ``message`` is a sentence for the status line. ``draft_changed`` says that
    the canvas has to draw the draft anew. ``cut`` asks for a split of the regions,
    which are no part of the document; ``part`` asks a model to look there.
    """

    change: Change | None = None
    selection: frozenset[int] | None = None
    message: str = ""
    draft_changed: bool = False
    cut: RegionCut | None = None
    part: PixelBox | None = None


NOTHING = ToolResponse()
REDRAW = ToolResponse(draft_changed=True)


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """An unfinished draft as it is checkpointed: JSON text that ``restore`` understands."""

    tool: str
    image_id: int
    payload: str
    options: dict[str, str] = field(default_factory=dict, hash=False)


class Tool(Protocol):
    """One tool. It edits only the context's layer and never an object that is locked."""

    @property
    def name(self) -> str:
        """Identifier, such as ``brush``."""

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event; may return a change to be applied at once."""

    def draft(self, context: ToolContext) -> Draft:
        """What to show now."""

    def finish(self, context: ToolContext) -> ToolResponse:
        """Leave the tool or the image: turn what is complete into a change, drop the rest."""

    def cancel(self) -> None:
        """Drop the draft."""

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """The unfinished draft, so that a crash does not lose it; None when there is none."""

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Take up a checkpointed draft again."""
