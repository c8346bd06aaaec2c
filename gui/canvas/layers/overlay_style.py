"""How thick, dark and dashed the outlines are, in device pixels."""

from __future__ import annotations

from dataclasses import dataclass

LINE_WIDTH = 1.9
HALO_WIDTH = 1.0
"""Logical pixels: of an outline, and of the dark rim on each side of it."""

Offsets = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class OverlayStyle:
    """Sizes in device pixels, so that lines look the same at any zoom and screen scale.

    ``line_px`` and ``halo_px`` are whole widths. OpenCV's antialiased lines are
    1.4, 3.4, 5.4 … pixels wide; ``smooth_line_px`` is the thickness to ask for,
    drawn once at each of ``smooth_offsets`` to reach the width between. Dots are as
    thick as the rim, or they would drown in it.
    """

    line_px: int = 2
    halo_px: int = 4
    smooth_line_px: int = 1
    smooth_offsets: Offsets = ((0.0, 0.0),) * 3
    smooth_halo_px: int = 2
    smooth_dot_px: int = 2
    dash_px: tuple[float, float] = (9.0, 5.0)
    dot_px: tuple[float, float] = (0.4, 6.0)
    point_radius_px: int = 4
    outlines_only: bool = False
    fill_strength: float = 1.0
    """What the opacity of every fill is multiplied by."""

    @classmethod
    def for_screen(
        cls, device_pixel_ratio: float, *, outlines_only: bool = False, fill_strength: float = 1.0
    ) -> OverlayStyle:
        """Outlines with their rims for a screen of this density."""
        ratio = device_pixel_ratio
        line_px = max(round(LINE_WIDTH * ratio), 1)
        smooth_line_px, smooth_offsets = _smooth_line(LINE_WIDTH * ratio)
        return cls(
            line_px=line_px,
            halo_px=line_px + 2 * max(int(HALO_WIDTH * ratio + 0.25), 1),
            smooth_line_px=smooth_line_px,
            smooth_offsets=smooth_offsets,
            smooth_halo_px=_thickness((LINE_WIDTH + 2 * HALO_WIDTH) * ratio),
            smooth_dot_px=_thickness(3.4 * ratio),
            dash_px=(9.0 * ratio, 5.0 * ratio),
            dot_px=(0.4 * ratio, 6.0 * ratio),
            point_radius_px=max(round(4 * ratio), 2),
            outlines_only=outlines_only,
            fill_strength=fill_strength,
        )


def _smooth_line(width_px: float) -> tuple[int, Offsets]:
    """Thickness and offsets that give a line of a width; measured on OpenCV's lines."""
    if width_px < 2.2:
        return 1, ((0.0, 0.0),) * 3
    if width_px < 3.1:
        return 1, ((-0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (0.5, -0.5))
    return _thickness(width_px), ((0.0, 0.0),)


def _thickness(width_px: float) -> int:
    """The thickness whose antialiased line comes nearest to a width."""
    if width_px < 4.4:
        return 1 if width_px < 2.4 else 2
    return 2 * round((width_px - 3.4) / 2) + 1


def rgb_of(color: str) -> tuple[int, int, int]:
    """Red, green, blue of ``#rrggbb``; a neutral grey for anything else."""
    try:
        value = int(color[1:], 16) if len(color) == 7 and color[0] == "#" else 0x9A9A9A
    except ValueError:
        value = 0x9A9A9A
    return value >> 16, value >> 8 & 255, value & 255


def premultiplied_bgra(color: str, alpha: float) -> tuple[int, int, int, int]:
    """The colour as OpenCV writes it into a premultiplied ARGB32 image."""
    red, green, blue = rgb_of(color)
    return round(blue * alpha), round(green * alpha), round(red * alpha), round(255 * alpha)
