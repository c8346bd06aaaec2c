"""All tools, and what the tool bar says about each."""

from __future__ import annotations

from dataclasses import dataclass

from gui.tools.brush import BrushTool
from gui.tools.class_map import ClassMapSink
from gui.tools.keypoints import KeypointsTool
from gui.tools.knife import KnifeTool
from gui.tools.lasso import LassoTool
from gui.tools.part import PartTool
from gui.tools.polygon import PolygonTool
from gui.tools.rectangle import RectangleTool
from gui.tools.region import RegionTool
from gui.tools.rotated_rectangle import RotatedRectangleTool
from gui.tools.scissors import ScissorsTool
from gui.tools.scribble import ScribbleTool
from gui.tools.select import SelectTool
from gui.tools.tool import Tool
from gui.tools.wand import WandTool


@dataclass(frozen=True, slots=True)
class ToolInfo:
    """One button of the tool bar.

    ``keys`` are key sequences as Qt writes them, the usual one first. ``icon``
    is the name of a file of ``resources/icons``.
    """

    name: str
    title: str
    keys: tuple[str, ...]
    icon: str
    hint: str
    paints: bool = False
    """Whether what it makes follows the rule for painting."""
    snaps: bool = False
    """Whether its points can land on the outlines of neighbours."""

    @property
    def shortcut(self) -> str:
        """The key that is shown."""
        return self.keys[0]


def all_tools() -> dict[str, Tool]:
    """A fresh set of tools by name, in the order of the tool bar."""
    tools: tuple[Tool, ...] = (
        SelectTool(),
        RectangleTool(),
        RotatedRectangleTool(),
        PolygonTool(),
        LassoTool(),
        ScissorsTool(),
        KeypointsTool(),
        BrushTool(),
        BrushTool(erases=True),
        RegionTool(),
        RegionTool(ClassMapSink(), "classes"),
        WandTool(),
        ScribbleTool(),
        KnifeTool(),
        PartTool(),
    )
    return {tool.name: tool for tool in tools}


def tool_infos() -> tuple[ToolInfo, ...]:
    """The buttons of the tool bar, in their order."""
    return (
        ToolInfo(
            "select",
            "Select",
            ("V", "Ctrl+J"),
            "cursor-default-outline",
            "Click an object, again for the one below it; drag it, a vertex or an edge; "
            "Ctrl adds; Shift+click takes a vertex away.",
            snaps=True,
        ),
        ToolInfo(
            "rectangle",
            "Rectangle",
            ("R", "Ctrl+R"),
            "rectangle-outline",
            "Drag a box, or click two opposite corners.",
            snaps=True,
        ),
        ToolInfo(
            "rotated_rectangle",
            "Rotated rectangle",
            ("Shift+R",),
            "crop-rotate",
            "Drag the first side, or click both of its ends, then click the other side.",
            snaps=True,
        ),
        ToolInfo(
            "polygon",
            "Polygon",
            ("P", "Ctrl+N"),
            "vector-polygon",
            "Click the vertices; Enter, a double-click or the first vertex closes; "
            "Backspace drops the last.",
            paints=True,
            snaps=True,
        ),
        ToolInfo(
            "lasso",
            "Lasso",
            ("J",),
            "lasso",
            "Drag around an object; Ctrl adds to the selected one, right or Shift takes away.",
            paints=True,
            snaps=True,
        ),
        ToolInfo(
            "scissors",
            "Scissors",
            ("I",),
            "content-cut",
            "Click along an edge, the line follows it; Ctrl draws straight; Enter or the "
            "first point closes; Backspace drops the last.",
            paints=True,
            snaps=True,
        ),
        ToolInfo(
            "keypoints",
            "Keypoints",
            ("Shift+K",),
            "human",
            "Click the points in their order; right or Shift sets a hidden one, ] leaves one out, "
            "Backspace goes back, Enter finishes early.",
        ),
        ToolInfo(
            "brush",
            "Brush",
            ("B",),
            "brush",
            "Left adds, right or Shift takes away; [ and ] change the size; "
            "Enter begins another object.",
            paints=True,
        ),
        ToolInfo(
            "eraser",
            "Eraser",
            ("E",),
            "eraser",
            "Takes pixels from the selected object or the one you begin on; "
            "[ and ] change the size.",
        ),
        ToolInfo(
            "region",
            "Regions",
            ("G",),
            "puzzle-outline",
            "[ and ] grow and shrink; click or drag takes, right or Shift takes away; "
            "Ctrl+drag a box; Enter finishes.",
            paints=True,
        ),
        ToolInfo(
            "classes",
            "Classes by region",
            ("H",),
            "format-color-fill",
            "Click or drag gives regions the active label, pixel by pixel; right or Shift "
            "erases; [ and ] grow and shrink.",
        ),
        ToolInfo(
            "wand",
            "Magic wand",
            ("W",),
            "magic-staff",
            "[ and ] or Shift+wheel change the tolerance; left takes the colour, "
            "right or Shift takes it away; Enter finishes.",
            paints=True,
        ),
        ToolInfo(
            "scribble",
            "Scribble",
            ("S",),
            "draw",
            "Scribble on some objects, with right or Shift on the background; what is like them "
            "lights up. Enter makes objects of it, Backspace drops the last scribble.",
        ),
        ToolInfo(
            "knife",
            "Knife",
            ("K",),
            "box-cutter",
            "Drag a line across the selected objects, from edge to edge, to cut them in two.",
        ),
        ToolInfo(
            "part",
            "Propose in a box",
            ("Shift+P",),
            "image-search-outline",
            "Drag a box: the source chosen in Proposals looks at this part of the picture only.",
        ),
    )
