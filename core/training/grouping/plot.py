"""Curves as an SVG picture that reads on light and dark pages; written without a library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 420
LEFT, TOP, RIGHT, BOTTOM = 64, 44, 250, 48
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DASHES = ("", "7 4", "2 3", "9 3 2 3", "5 2", "1 4")
GREY = "#808080"


def curves_svg(
    title: str,
    x_title: str,
    y_title: str,
    curves: Mapping[str, Sequence[float]],
    *,
    low: float = 0.4,
    high: float = 1.0,
) -> str:
    """Curves over 1, 2, 3 …; the legend stands to the right, in the order given."""
    count = max(len(values) for values in curves.values())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' font-family="sans-serif" font-size="13" fill="{GREY}">',
        f'<text x="{LEFT}" y="24" font-size="15">{escape(title)}</text>',
        *_axes(x_title, y_title, count, low, high),
    ]
    for place, (name, values) in enumerate(curves.items()):
        color, dash = COLORS[place % len(COLORS)], DASHES[place % len(DASHES)]
        points = " ".join(
            f"{_x(number, count):.1f},{_y(max(value, low), low, high):.1f}"
            for number, value in enumerate(values, start=1)
        )
        style = f'stroke="{color}" stroke-width="2.2" stroke-dasharray="{dash}" fill="none"'
        parts.append(f'<polyline points="{points}" {style}/>')
        x, y = WIDTH - RIGHT + 20, TOP + 14 + 24 * place
        parts.append(f'<line x1="{x}" y1="{y}" x2="{x + 30}" y2="{y}" {style}/>')
        parts.append(f'<text x="{x + 38}" y="{y + 4}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _axes(x_title: str, y_title: str, count: int, low: float, high: float) -> list[str]:
    parts = []
    steps = round((high - low) * 10)
    for step in range(steps + 1):
        value = low + step / 10
        y = _y(value, low, high)
        parts.append(
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"'
            f' stroke="{GREY}" stroke-opacity="0.3"/>'
        )
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:.1f}</text>')
    for number in (1, *range(5, count + 1, 5)):
        x = _x(number, count)
        y = HEIGHT - BOTTOM + 18
        parts.append(f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{number}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{x_title}</text>')
    y = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(
        f'<text x="18" y="{y}" text-anchor="middle" transform="rotate(-90 18 {y})">{y_title}</text>'
    )
    return parts


def _x(number: int, count: int) -> float:
    return LEFT + (number - 1) / max(count - 1, 1) * (WIDTH - RIGHT - LEFT)


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - TOP)
