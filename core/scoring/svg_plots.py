"""Line charts as SVG text: for reports, without a screen and without a plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from core.scoring.objects import FloatArray

WIDTH, HEIGHT = 420, 300
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 48, 12, 46, 40
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's colours, which people with any colour vision can tell apart."""

_MOST_POINTS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A named line; ``xs`` and ``ys`` are float64 of one length, ys in [0, 1]."""

    name: str
    xs: FloatArray
    ys: FloatArray


def line_chart(
    title: str,
    x_label: str,
    series: Sequence[Series],
    *,
    x_range: tuple[float, float] = (0.0, 1.0),
    logarithmic: bool = False,
    point: tuple[float, float] | None = None,
) -> str:
    """An SVG element; ``point`` marks a place. Values outside ``x_range`` are drawn at its ends."""
    scale = _Scale(x_range, logarithmic)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{WIDTH / 2}" y="16" text-anchor="middle" font-size="13">{escape(title)}</text>',
        *_axes(scale, x_label),
        *(_line(scale, item, COLORS[n % len(COLORS)]) for n, item in enumerate(series)),
        *_legend(series),
    ]
    if point is not None:
        x, y = scale.at(*point)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="none" stroke="#000000">'
            f"<title>{point[0]:.3g}, {point[1]:.3f}</title></circle>"
        )
    return "\n".join([*parts, "</svg>"])


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places on the chart."""

    x_range: tuple[float, float]
    logarithmic: bool

    def at(self, x: float, y: float) -> tuple[float, float]:
        low, high = self.x_range
        x = min(max(x, low), high)
        if self.logarithmic:
            x, low, high = (float(np.log10(value)) for value in (x, low, high))
        share = (x - low) / (high - low) if high > low else 0.0
        width = WIDTH - MARGIN_LEFT - MARGIN_RIGHT
        height = HEIGHT - MARGIN_TOP - MARGIN_BOTTOM
        return MARGIN_LEFT + share * width, MARGIN_TOP + (1.0 - y) * height

    def ticks(self) -> list[float]:
        low, high = self.x_range
        if self.logarithmic:
            powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
            return [10.0**power for power in powers if low <= 10.0**power <= high]
        return [float(value) for value in np.linspace(low, high, 6)]


def _axes(scale: _Scale, x_label: str) -> list[str]:
    bottom = HEIGHT - MARGIN_BOTTOM
    parts = []
    for value in np.linspace(0.0, 1.0, 6).tolist():
        _, y = scale.at(scale.x_range[0], value)
        parts.append(
            f'<line x1="{MARGIN_LEFT}" y1="{y:.1f}" x2="{WIDTH - MARGIN_RIGHT}" y2="{y:.1f}" '
            'stroke="#dddddd"/>'
            f'<text x="{MARGIN_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.1f}</text>'
        )
    for value in scale.ticks():
        x, _ = scale.at(value, 0.0)
        parts.append(
            f'<line x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 4}" stroke="#333333"/>'
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{value:g}</text>'
        )
    middle = (MARGIN_LEFT + WIDTH - MARGIN_RIGHT) / 2
    parts.append(
        f'<text x="{middle:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_label)}</text>'
    )
    return parts


def _line(scale: _Scale, series: Series, color: str) -> str:
    places = np.unique(
        np.linspace(0, len(series.xs) - 1, min(len(series.xs), _MOST_POINTS)).round().astype(int)
    )
    points = [
        "{:.1f},{:.1f}".format(*scale.at(float(series.xs[place]), float(series.ys[place])))
        for place in places.tolist()
    ]
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{color}" stroke-width="1.8">'
        f"<title>{escape(series.name)}</title></polyline>"
    )


def _legend(series: Sequence[Series]) -> list[str]:
    parts = []
    for number, item in enumerate(series):
        x, y = MARGIN_LEFT + 8 + 100 * number, 35
        color = COLORS[number % len(COLORS)]
        parts.append(
            f'<line x1="{x}" y1="{y - 4}" x2="{x + 16}" y2="{y - 4}" stroke="{color}" '
            'stroke-width="2"/>'
            f'<text x="{x + 20}" y="{y}">{escape(item.name)}</text>'
        )
    return parts
