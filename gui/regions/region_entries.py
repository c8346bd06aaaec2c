"""Rows of the action table about regions."""

from __future__ import annotations

from gui.actions import ActionEntry
from gui.workbench import Workbench


def region_entries(bench: Workbench) -> tuple[ActionEntry, ...]:
    """Snap, refine, classes, and what dragging with regions does."""
    menu = "&Tools"
    return (
        ActionEntry(
            "region_mode",
            "Regions: paint, box, scribble, split",
            bench.region_modes.choose_next,
            ("Shift+G",),
            menu,
            separator_before=True,
            tip="Go to the next way in which dragging takes regions.",
        ),
        ActionEntry(
            "snap",
            "Snap to regions, or back",
            bench.snapping.toggle,
            ("Shift+S",),
            menu,
            tip="Move the selected objects, or the current proposal, onto the regions' edges.",
        ),
        ActionEntry(
            "refine_regions",
            "Refine regions here",
            bench.refine_regions,
            ("Ctrl+Shift+R",),
            menu,
            tip="Find finer regions in and around the selected object or the regions taken.",
        ),
        ActionEntry(
            "paint_void",
            "Classes: paint void, or the label again",
            bench.classes.toggle_void,
            ("Ctrl+Alt+H",),
            menu,
            lambda: not bench.session.project.read_only,
            tip="Mark pixels by region that shall not be scored.",
        ),
        ActionEntry(
            "fill_rest",
            "Fill the rest with this class",
            bench.classes.fill_rest,
            ("Shift+H",),
            menu,
            lambda: not bench.session.project.read_only,
            tip="Give every pixel without a class the active label.",
        ),
    )
