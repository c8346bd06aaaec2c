"""Colours for labels that stay apart for people with any colour vision.

The first colours are those of Okabe and Ito (Color Universal Design, 2008),
without black. Further ones are chosen from an even grid in OKLCH (Ottosson
2020): the one that is farthest from all colours in use, for normal vision and
for protanopia and deuteranopia as Machado, Oliveira and Fernandes (IEEE TVCG
2009) simulate them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from core.document.document import ProjectState
from core.document.geometry import FloatArray
from core.errors import MaskwrightError

OKABE_ITO = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")

# Linear RGB to what is seen without long-wave or middle-wave cones.
_PROTANOPIA = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
_DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
_NORMAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))

# OKLab (Ottosson 2020): linear sRGB to cone responses, their cube roots to Lab.
_RGB_TO_LMS = np.array(
    (
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    )
)
_LMS_TO_LAB = np.array(
    (
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    )
)

_LIGHTNESSES = (0.52, 0.60, 0.68, 0.76, 0.84)  # readable on dark and on bright pictures
_CHROMAS = (0.08, 0.12, 0.17)
_HUES_DEGREES = range(0, 360, 10)
_SAME_COLOR = 0.02  # OKLab distance below which two colours look alike


def next_color(state: ProjectState) -> str:
    """A colour ``#rrggbb`` that is well apart from those of the labels there are."""
    return next_colors((label.color for label in state.labels.values()), 1)[0]


def next_colors(used: Iterable[str], count: int) -> tuple[str, ...]:
    """Colours that are well apart from those in use and from each other."""
    candidates = np.concatenate([_rgb_array(OKABE_ITO), _grid()])
    seen = _seen(candidates)
    distance = np.full(len(candidates), np.inf)
    for color in used:
        distance = np.minimum(distance, _distances(seen, _seen(_rgb_array((color,)))))
    chosen: list[str] = []
    for _ in range(count):
        best = _best(distance)
        chosen.append(_hex(candidates[best]))
        distance = np.minimum(distance, _distances(seen, seen[:, best : best + 1]))
    return tuple(chosen)


def check_color(color: str) -> str:
    """The colour in small letters; raises MaskwrightError unless it is ``#rrggbb``."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise MaskwrightError(
            f"“{color}” is not a colour.", "Write it as # and six hexadecimal digits."
        )
    return color.lower()


def _best(distance: FloatArray) -> int:
    """The next unused colour of Okabe and Ito, else the farthest of the grid."""
    unused = np.flatnonzero(distance[: len(OKABE_ITO)] > _SAME_COLOR)
    return int(unused[0]) if len(unused) else int(np.argmax(distance))


def _grid() -> FloatArray:
    """Colours of the OKLCH grid that a screen can show, sRGB in [0, 1], shape (n, 3)."""
    lightness, chroma, hue = (
        axis.ravel()
        for axis in np.meshgrid(_LIGHTNESSES, _CHROMAS, np.radians(_HUES_DEGREES), indexing="ij")
    )
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1)
    lms = (lab @ np.linalg.inv(_LMS_TO_LAB).T) ** 3
    linear = lms @ np.linalg.inv(_RGB_TO_LMS).T
    shown = linear[((linear >= 0) & (linear <= 1)).all(axis=1)]
    return np.where(shown <= 0.0031308, shown * 12.92, 1.055 * shown ** (1 / 2.4) - 0.055)


def _seen(rgb: FloatArray) -> FloatArray:
    """OKLab of colours for each kind of vision, shape (visions, n, 3)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    visions = np.array([_NORMAL, _PROTANOPIA, _DEUTERANOPIA])
    simulated = np.clip(linear @ visions.transpose(0, 2, 1), 0, 1)
    return np.asarray(np.cbrt(simulated @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T)


def _distances(seen: FloatArray, color: FloatArray) -> FloatArray:
    """The smallest distance over all kinds of vision from each candidate to one colour."""
    return np.asarray(np.linalg.norm(seen - color, axis=2).min(axis=0))


def _rgb_array(colors: Iterable[str]) -> FloatArray:
    rows = [[int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)] for color in colors]
    return np.array(rows, np.float64).reshape(-1, 3)


def _hex(rgb: FloatArray) -> str:
    return "#" + "".join(f"{round(float(value) * 255):02x}" for value in rgb)
