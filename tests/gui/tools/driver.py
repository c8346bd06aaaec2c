"""Drives a tool as the window does: events in, changes applied, selection kept."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from core.document.annotation import Annotation, Geometry, Label
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box, FloatArray, Size
from core.document.history import History
from core.document.mask import Mask, PixelBox
from core.editing.paint_rules import PaintRule
from core.imaging.arrays import RgbImage
from gui.tools.draft import Draft
from gui.tools.events import (
    Button,
    Command,
    CommandEvent,
    Modifiers,
    PointerEvent,
    PointerKind,
    StepEvent,
    ToolEvent,
)
from gui.tools.tool import RegionSource, Tool, ToolContext, ToolResponse

LABEL = Label(1, "cell", "#e69f00")


class Driver:
    """One tool on one image with a real history."""

    label = LABEL

    def __init__(
        self,
        tool: Tool,
        *annotations: Annotation,
        size: Size | None = None,
        regions: RegionSource | None = None,
        image: RgbImage | None = None,
    ) -> None:
        self.tool = tool
        self.image = image
        self.paint_rule = PaintRule.OVER
        self.snaps = False
        self.first = ImageDocument(
            1,
            size or Size(100, 80),
            MappingProxyType({item.id: item for item in annotations}),
        )
        state = ProjectState(labels=MappingProxyType({1: LABEL}))
        self.history = History(state, lambda _: self.first)
        self.selection: frozenset[int] = frozenset()
        self.hidden: frozenset[int] = frozenset()
        self.regions = regions
        self.scale = 1.0
        self.message = ""
        self.part: PixelBox | None = None

    @property
    def document(self) -> ImageDocument:
        return self.history.document(1)

    @property
    def context(self) -> ToolContext:
        return ToolContext(
            self.document,
            1,
            self.label,
            "ann",
            self.selection,
            self.hidden,
            self.regions,
            self.image,
            self.paint_rule,
            {1: self.label},
            self.snaps,
        )

    @property
    def draft(self) -> Draft:
        return self.tool.draft(self.context)

    @property
    def only(self) -> Annotation:
        """The only object of the image."""
        (annotation,) = self.document.annotations.values()
        return annotation

    def send(self, event: ToolEvent) -> ToolResponse:
        return self.take(self.tool.handle(event, self.context))

    def take(self, response: ToolResponse) -> ToolResponse:
        if response.change is not None:
            self.history.apply(response.change)
        if response.selection is not None:
            self.selection = response.selection
        self.message = response.message or self.message
        self.part = response.part or self.part
        return response

    def pointer(
        self,
        kind: PointerKind,
        x: float,
        y: float,
        button: Button = Button.NONE,
        modifiers: Modifiers = Modifiers.NONE,
    ) -> ToolResponse:
        return self.send(PointerEvent(kind, x, y, button, modifiers, self.scale))

    def hover(self, x: float, y: float, modifiers: Modifiers = Modifiers.NONE) -> ToolResponse:
        return self.pointer(PointerKind.MOVE, x, y, modifiers=modifiers)

    def press(
        self,
        x: float,
        y: float,
        button: Button = Button.LEFT,
        modifiers: Modifiers = Modifiers.NONE,
    ) -> ToolResponse:
        return self.pointer(PointerKind.PRESS, x, y, button, modifiers)

    def pointer_held(self, x: float, y: float) -> ToolResponse:
        """A move with the left button held."""
        return self.pointer(PointerKind.MOVE, x, y, Button.LEFT)

    def release(self, x: float, y: float, button: Button = Button.LEFT) -> ToolResponse:
        return self.pointer(PointerKind.RELEASE, x, y, button)

    def click(
        self,
        x: float,
        y: float,
        button: Button = Button.LEFT,
        modifiers: Modifiers = Modifiers.NONE,
    ) -> None:
        self.hover(x, y, modifiers)
        self.press(x, y, button, modifiers)
        self.pointer(PointerKind.RELEASE, x, y, button, modifiers)

    def double_click(self, x: float, y: float) -> None:
        """As Qt tells it: a click, then a double-click instead of the second press."""
        self.click(x, y)
        self.pointer(PointerKind.DOUBLE_CLICK, x, y, Button.LEFT)
        self.release(x, y)

    def drag(
        self,
        *points: tuple[float, float],
        button: Button = Button.LEFT,
        modifiers: Modifiers = Modifiers.NONE,
    ) -> None:
        self.press(*points[0], button, modifiers)
        for x, y in points[1:]:
            self.pointer(PointerKind.MOVE, x, y, button, modifiers)
        self.pointer(PointerKind.RELEASE, *points[-1], button, modifiers)

    def command(self, command: Command) -> ToolResponse:
        return self.send(CommandEvent(command))

    def step(self, steps: int) -> ToolResponse:
        return self.send(StepEvent(steps))

    def finish(self) -> ToolResponse:
        return self.take(self.tool.finish(self.context))

    def after_a_crash(self, fresh: Tool) -> Driver:
        """The checkpointed draft taken up by a new tool on the same image."""
        record = self.tool.checkpoint(self.context)
        assert record is not None
        other = type(self)(
            fresh, *self.document.annotations.values(), regions=self.regions, image=self.image
        )
        other.selection = self.selection
        fresh.restore(record, other.context)
        return other

    def undo_all(self) -> None:
        while self.history.undo() is not None:
            pass
        assert self.document.annotations == self.first.annotations


def annotation(number: int, geometry: Geometry, locked: bool = False) -> Annotation:
    return Annotation(number, 1, 1, geometry, order=number, locked=locked)


def drawn(draft: Draft, place: int = 0) -> Mask:
    """The pixels that a draft shows; those of a stroke as they are now."""
    mask = draft.masks[place].mask
    return mask if isinstance(mask, Mask) else mask.stroke.to_mask()


def square_mask(left: int, top: int, side: int) -> Mask:
    return Mask.from_array(np.ones((side, side), np.bool_), left, top)


class QuarterRegions:
    """A quadtree over the image with leaves of ``leaf_px``, as the region tool sees it."""

    def __init__(self, size: Size, leaf_px: int = 10, depth: int = 3) -> None:
        self._size = size
        self._sides = [leaf_px * 2**level for level in range(depth)]

    def leaf_at(self, x: float, y: float, /) -> int:
        return self._number(0, int(x), int(y))

    def levels(self, leaf: int, /) -> npt.NDArray[np.int64]:
        left, top = self._corner(leaf)
        return np.array([self._number(level, left, top) for level in range(len(self._sides))])

    def areas(self, nodes: npt.NDArray[np.integer], /) -> npt.NDArray[np.float64]:
        return np.array([self.region(int(node)).area for node in nodes], np.float64)

    def region(self, node: int, /) -> Mask:
        side = self._sides[node // 10**8]
        return square_mask(*self._corner(node), side).clipped(self._size)

    def glance(self, node: int, /) -> Mask:
        return self.region(node)

    def is_sharp(self, _node: int, /) -> bool:
        return True

    def opening_node(self, x: float, y: float, area_px: float | None, /) -> int:
        nodes = self.levels(self.leaf_at(x, y))
        wanted = self._sides[0] ** 2 if area_px is None else area_px
        distance = np.abs(np.log(self.areas(nodes) / wanted))
        return int(nodes[int(np.argmin(distance))])

    def in_box(self, box: Box, /) -> Mask | None:
        """The leaves inside of a box."""
        side = self._sides[0]
        columns = range(math.ceil(box.x / side), int(box.right // side))
        rows = range(math.ceil(box.y / side), int(box.bottom // side))
        united = Mask.empty()
        for column, row in itertools.product(columns, rows):
            united = united.united(square_mask(column * side, row * side, side))
        return united.clipped(self._size)

    def under_scribble(self, points: FloatArray, /) -> Mask | None:
        """The leaves under the points themselves."""
        united = Mask.empty()
        for x, y in points.tolist():
            united = united.united(self.region(self.leaf_at(x, y)))
        return united

    def _number(self, level: int, x: int, y: int) -> int:
        side = self._sides[level]
        return int(level * 10**8 + (x // side) * 10**4 + y // side)

    def _corner(self, node: int) -> tuple[int, int]:
        level, place = divmod(node, 10**8)
        column, row = divmod(place, 10**4)
        return column * self._sides[level], row * self._sides[level]


def locked_copy(item: Annotation) -> Annotation:
    return replace(item, locked=True)


def colored_squares(size: Size, side: int = 20) -> RgbImage:
    """A chessboard of plain dark and light squares."""
    rows, columns = np.indices(size.shape) // side
    return np.where(((rows + columns) % 2)[..., None] > 0, 200, 60).astype(np.uint8) + np.zeros(
        3, np.uint8
    )
