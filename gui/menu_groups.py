"""Which rows of the long menus lie in a menu of their own.

The rows themselves are said where their commands are; this is only the order of
the house, so that no menu is taller than a small screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gui.actions import ActionEntry

SUBMENUS: dict[str, tuple[str, ...]] = {
    # Edit
    "Hide and show": ("hide", "hide_others", "show_all"),
    "Order and groups": (
        "group",
        "ungroup",
        "forward",
        "backward",
        "to_front",
        "to_back",
    ),
    "Labels and attributes": (
        "new_label",
        "pick_label",
        "relabel",
        "keypoints",
        "edit_attributes",
        "define_attributes",
    ),
    # View
    "Zoom": ("fit", "actual", "zoom_in", "zoom_out", "zoom_selection"),
    "Picture and fills": ("fainter", "stronger", "contrast", "pixel_grid", "reset_display"),
    "Theme": ("theme_dark", "theme_light", "theme_system"),
    # Tools
    "Combine": ("merge", "subtract", "intersect", "split", "fill_gaps"),
    "Refine": (
        "refine",
        "fill_holes",
        "remove_islands",
        "grow",
        "shrink",
        "smooth",
        "to_mask",
        "to_polygon",
    ),
    "Regions and classes": ("region_mode", "snap", "refine_regions", "fill_rest"),
    # Models
    "Training": ("train", "pause_training", "stop_training", "training_options"),
    "Many images": ("propose_listed", "stop_batch", "run_ahead"),
    "What is listed": ("sharpen", "keep_classes", "match_classes", "zoom_to_each"),
    "Tiles": ("tiles_-1", "tiles_0", "tiles_512", "tiles_1024", "tiles_2048"),
    # Review
    "Proposals": (
        "accept",
        "reject",
        "fix",
        "accept_all",
        "next_proposal",
        "previous_proposal",
        "bring_back",
    ),
    "Differences": (
        "next_difference",
        "previous_difference",
        "take_theirs",
        "keep_mine",
        "merge_region",
        "take_listed",
        "keep_listed",
    ),
    "Go to": ("next_unreviewed", "previous_unreviewed", "next_suggested", "previous_suggested"),
    "State of the image": (
        "image_unlabelled",
        "image_in_progress",
        "image_needs_review",
        "image_approved",
        "image_rejected",
    ),
}


def grouped(entries: Iterable[ActionEntry]) -> tuple[ActionEntry, ...]:
    """The rows, each knowing the menu within its menu that it lies in."""
    places = {action_id: title for title, ids in SUBMENUS.items() for action_id in ids}
    return tuple(replace(entry, submenu=places.get(entry.id, "")) for entry in entries)
