"""How thick, dark and dashed the outlines are, in device pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OverlayStyle:
    """Sizes in device pixels, so that lines look the same at any zoom and screen scale."""

    line_px: int = 2
    halo_px: int = 4
    dash_px: tuple[float, float] = (7.0, 5.0)
    dot_px: tuple[float, float] = (2.0, 5.0)
    point_radius_px: int = 4
    outlines_only: bool = False

    @classmethod
    def for_screen(cls, device_pixel_ratio: float, *, outlines_only: bool = False) -> OverlayStyle:
        """Outlines of about 1.75 logical pixels with a dark rim of 1 on each side."""
        ratio = device_pixel_ratio
        line_px = max(round(1.75 * ratio), 1)
        return cls(
            line_px=line_px,
            halo_px=line_px + 2 * max(round(0.8 * ratio), 1),
            dash_px=(7.0 * ratio, 5.0 * ratio),
            dot_px=(2.0 * ratio, 5.0 * ratio),
            point_radius_px=max(round(4 * ratio), 2),
            outlines_only=outlines_only,
        )


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
