"""The two ways in which VOC files write boxes, and which one a data set uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from core.document.geometry import Box

Convention = Literal["one-based", "edges"]
"""``one-based``: the devkit's; first and last pixel, counted from 1.
``edges``: the edges of the box, counted from 0, as LabelImg, CVAT and labelme write."""

CONVENTION = "voc_convention"
"""Provenance parameter that keeps the convention of an annotation that was read."""

Edges = tuple[float, float, float, float]


def convention_of(edges: Iterable[Edges]) -> tuple[Convention, str]:
    """The convention of a data set and a sentence why: a 0 cannot be counted from 1."""
    if any(0.0 in numbers for numbers in edges):
        return "edges", "a box has a 0, so the numbers are taken as edges counted from 0"
    return "one-based", "no box has a 0, so the numbers are taken as pixels counted from 1"


def box_of_edges(edges: Edges, convention: Convention) -> Box:
    """The box in pixel-edge coordinates; swapped corners are put right."""
    x0, x1 = sorted((edges[0], edges[2]))
    y0, y1 = sorted((edges[1], edges[3]))
    shift = 1.0 if convention == "one-based" else 0.0
    return Box.from_corners(x0 - shift, y0 - shift, x1, y1)


def edges_of_box(box: Box, convention: Convention) -> Edges:
    """The numbers to write; never rounded.

    Pixels counted from 1 cannot say less than one pixel: what is narrower than
    that (``is_below_pixel``) becomes one pixel wide.
    """
    if convention == "edges":
        return box.x, box.y, box.right, box.bottom
    return box.x + 1, box.y + 1, max(box.right, box.x + 1), max(box.bottom, box.y + 1)


def is_below_pixel(box: Box) -> bool:
    """Whether a side is shorter than a pixel, but for the rounding of its numbers."""
    return min(box.width, box.height) < 1 - 1e-9


def is_swapped(edges: Edges) -> bool:
    """Whether a lower edge stands where the upper one belongs."""
    return edges[0] > edges[2] or edges[1] > edges[3]
