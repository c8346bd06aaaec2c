"""What the colour of an object can say: its label, itself, its source, the score of a model.

Pure functions and tables, no Qt.
"""

from __future__ import annotations

from enum import Enum

from core.document.annotation import Annotation, LayerRole, Provenance
from core.document.document import ProjectState
from core.editing.palette import OKABE_ITO


class ColorBy(Enum):
    """What colours stand for, as the combo box names it."""

    LABEL = "Label"
    INSTANCE = "Object (each its own)"
    SOURCE = "Source"
    SCORE = "Score"


class SourceKind(Enum):
    """Where an object came from, as the legend names it."""

    HAND = "Drawn by hand"
    REGION = "From regions"
    MODEL = "From a model"
    FILE = "From a file"


SOURCE_COLORS = {
    SourceKind.HAND: "#56b4e9",
    SourceKind.REGION: "#009e73",
    SourceKind.MODEL: "#e69f00",
    SourceKind.FILE: "#cc79a7",
}
NO_SCORE_COLOR = "#9a9a9a"
SCORE_COLORS = ("#3b4cc0", "#4f8fd0", "#f0e442", "#e69f00", "#d55e00")
"""From 0 to 1, blue over yellow to vermilion: told apart with any colour vision."""


def color_of(item: Annotation, state: ProjectState, color_by: ColorBy) -> str:
    """The colour ``#rrggbb`` of an object."""
    if color_by is ColorBy.INSTANCE:
        return OKABE_ITO[_mixed(item.id) % len(OKABE_ITO)]
    if color_by is ColorBy.SOURCE:
        return SOURCE_COLORS[source_kind(item, state)]
    if color_by is ColorBy.SCORE:
        return color_of_score(item.provenance.score)
    return state.labels[item.label_id].color


def source_kind(item: Annotation, state: ProjectState) -> SourceKind:
    """Where an object came from."""
    provenance = item.provenance
    layer = state.layers.get(item.layer_id)
    if "region" in (provenance.source, provenance.model[:6]):
        return SourceKind.REGION
    if provenance.model or (layer is not None and layer.role is LayerRole.PREDICTIONS):
        return SourceKind.MODEL
    is_foreign = layer is not None and layer.role is not LayerRole.MINE
    return SourceKind.FILE if is_foreign or _is_file(provenance) else SourceKind.HAND


def color_of_score(score: float | None) -> str:
    """The colour of a score from 0 to 1; a neutral grey without one."""
    if score is None:
        return NO_SCORE_COLOR
    place = min(max(score, 0.0), 1.0) * (len(SCORE_COLORS) - 1)
    first = min(int(place), len(SCORE_COLORS) - 2)
    low, high = _rgb(SCORE_COLORS[first]), _rgb(SCORE_COLORS[first + 1])
    share = place - first
    mixed = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _is_file(provenance: Provenance) -> bool:
    return "." in provenance.source or "/" in provenance.source


def _mixed(number: int) -> int:
    """Neighbouring ids give colours that have nothing to do with each other."""
    return (number * 0x9E3779B97F4A7C15 & (1 << 64) - 1) >> 40


def _rgb(color: str) -> tuple[int, int, int]:
    value = int(color[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255
