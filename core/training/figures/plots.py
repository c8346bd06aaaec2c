"""The measured figures as SVG, without a plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.formats.atomic import write_atomically
from core.scoring.svg_plots import Series, line_chart

_TICKS = 5
"""An axis of images ends at a multiple of this, so that its ticks are whole numbers."""


def write_plots(
    folder: Path,
    images: Sequence[int],
    new_dice: Sequence[float],
    worst_dice: Sequence[float],
    old_dice: Sequence[float],
    frozen: Sequence[float],
    learning: Sequence[float],
) -> tuple[Path, Path]:
    """Two files: Dice over labelled images, and the share of pixels edited image by image.

    ``new_dice``, its worst seed and ``old_dice`` belong to ``images``; ``frozen`` and ``learning``
    are shares of the object pixels in the order in which images were labelled.
    """
    counts = np.array(images, np.float64)
    first = line_chart(
        "Dice while labelling",
        "labelled images",
        (
            Series("new kind", counts, np.array(new_dice, np.float64)),
            Series("its worst seed", counts, np.array(worst_dice, np.float64)),
            Series("old kind", counts, np.array(old_dice, np.float64)),
        ),
        x_range=(0.0, float(counts.max(initial=1))),
    )
    order = np.arange(1, len(frozen) + 1, dtype=np.float64)
    second = line_chart(
        "Edited by hand",
        "image",
        (
            Series("frozen model", order, np.clip(np.array(frozen, np.float64), 0, 1)),
            Series("learning model", order, np.clip(np.array(learning, np.float64), 0, 1)),
        ),
        x_range=(0.0, _TICKS * float(max(-(-len(frozen) // _TICKS), 1))),
    )
    paths = folder / "training-dice.svg", folder / "training-effort.svg"
    for path, text in zip(paths, (first, second), strict=True):
        write_atomically(path, text.encode())
    return paths
