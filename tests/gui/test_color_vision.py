"""Labels stay apart for people who see no red or no green, on both themes.

CIELAB by OpenCV after Machado, Oliveira and Fernandes (IEEE TVCG 2009, severity 1):
another space than the one that the palette is chosen in. About 2.3 is just noticeable.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QColor

from core.editing.palette import next_colors
from gui.theme import DARK, LIGHT, Theme

_VISIONS = {
    "all cones": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
CLEARLY_APART = 15.0
APART = 12.0


def _seen(colors: Sequence[str], vision: str) -> npt.NDArray[np.float32]:
    """CIELAB of colours as they look, shape (n, 3)."""
    shades = [QColor(color) for color in colors]
    rgb = np.array([(one.redF(), one.greenF(), one.blueF()) for one in shades])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    looks = np.clip(linear @ np.array(_VISIONS[vision]).T, 0, 1)
    shown = np.where(looks <= 0.0031308, looks * 12.92, 1.055 * looks ** (1 / 2.4) - 0.055)
    lab = cv2.cvtColor(shown.astype(np.float32)[None], cv2.COLOR_RGB2LAB)[0]
    return np.asarray(lab, np.float32)


def _nearest(colors: npt.NDArray[np.float32]) -> float:
    return min(float(np.linalg.norm(one - other)) for one, other in combinations(colors, 2))


@pytest.mark.parametrize("vision", _VISIONS)
@pytest.mark.parametrize(("count", "distance"), [(7, CLEARLY_APART), (12, APART)])
def test_the_first_labels_stay_apart(vision: str, count: int, distance: float) -> None:
    assert _nearest(_seen(next_colors((), count), vision)) >= distance


@pytest.mark.parametrize("vision", _VISIONS)
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_they_stand_out_from_what_surrounds_the_picture(vision: str, theme: Theme) -> None:
    labels = _seen(next_colors((), 7), vision)
    ground = _seen([theme.surround], vision)
    assert np.linalg.norm(labels - ground, axis=1).min() >= APART


def test_red_and_green_alone_would_be_mistaken() -> None:
    assert _nearest(_seen(["#8f7a1f", "#5f8f1f"], "all cones")) > CLEARLY_APART
    assert _nearest(_seen(["#8f7a1f", "#5f8f1f"], "deuteranopia")) < CLEARLY_APART
