"""The handles of a turned rectangle, and what becomes of it when one is dragged."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from core.document.geometry import Box, RotatedBox

PLACES = ((0, 0), (0.5, 0), (1, 0), (1, 0.5), (1, 1), (0.5, 1), (0, 1), (0, 0.5))
"""Corners and middles of the sides as shares of the width and height, clockwise."""

ARM_TOLERANCES = 4.0
"""The handle that turns the rectangle stands off its first side by so many tolerances."""

Point = tuple[float, float]


def grip_points(box: RotatedBox) -> list[Point]:
    """Corners and middles of the sides, in the order of ``PLACES``."""
    return [_to_image(box, (fx - 0.5) * box.width, (fy - 0.5) * box.height) for fx, fy in PLACES]


def turning_point(box: RotatedBox, tolerance_px: float) -> Point:
    """Where the handle is that turns the rectangle."""
    return _to_image(box, 0.0, -box.height / 2 - ARM_TOLERANCES * tolerance_px)


def resized(box: RotatedBox, place: int, x: float, y: float) -> RotatedBox:
    """The rectangle with a corner or side at another point; the opposite one stays."""
    fx, fy = PLACES[place]
    local_x, local_y = _to_local(box, x, y)
    half_width, half_height = box.width / 2, box.height / 2
    upright = Box.from_corners(
        local_x if fx == 0 else -half_width,
        local_y if fy == 0 else -half_height,
        local_x if fx == 1 else half_width,
        local_y if fy == 1 else half_height,
    )
    center_x, center_y = _to_image(box, *upright.center)
    return RotatedBox(center_x, center_y, upright.width, upright.height, box.angle_degrees)


def turned(box: RotatedBox, x: float, y: float) -> RotatedBox:
    """The rectangle turned about its middle so that its first side faces a point."""
    if (x, y) == (box.center_x, box.center_y):
        return box
    angle = math.degrees(math.atan2(y - box.center_y, x - box.center_x)) + 90.0
    return replace(box, angle_degrees=(angle + 180.0) % 360.0 - 180.0)


def _to_image(box: RotatedBox, x: float, y: float) -> Point:
    angle = math.radians(box.angle_degrees)
    return (
        box.center_x + x * math.cos(angle) - y * math.sin(angle),
        box.center_y + x * math.sin(angle) + y * math.cos(angle),
    )


def _to_local(box: RotatedBox, x: float, y: float) -> Point:
    angle = math.radians(box.angle_degrees)
    away = np.array([x - box.center_x, y - box.center_y])
    return (
        float(away @ (math.cos(angle), math.sin(angle))),
        float(away @ (-math.sin(angle), math.cos(angle))),
    )
