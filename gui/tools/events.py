"""What reaches a tool: pointer, step and command events in image coordinates.

The canvas translates Qt's events into these, so that every tool can be tested
without a window.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, Flag, auto


class PointerKind(Enum):
    """What the pointer did."""

    PRESS = auto()
    MOVE = auto()
    RELEASE = auto()
    DOUBLE_CLICK = auto()
    LEAVE = auto()


class Button(Enum):
    """Which button a press or release belongs to, or is held during a move."""

    NONE = auto()
    LEFT = auto()
    RIGHT = auto()


class Modifiers(Flag):
    """Modifier keys that are held."""

    NONE = 0
    SHIFT = auto()
    CONTROL = auto()
    ALT = auto()


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """The pointer at (x, y) in image coordinates.

    ``image_px_per_screen_px`` turns screen distances (hit tolerances, brush
    sizes) into image distances: 0.5 means that the view is enlarged twice.
    """

    kind: PointerKind
    x: float
    y: float
    button: Button = Button.NONE
    modifiers: Modifiers = Modifiers.NONE
    image_px_per_screen_px: float = 1.0


@dataclass(frozen=True, slots=True)
class StepEvent:
    """One notch of Shift+wheel, or ``[`` (−1) and ``]`` (+1): size, granularity, tolerance."""

    steps: int


class Command(Enum):
    """Keys that every tool understands."""

    FINISH = auto()
    CANCEL = auto()
    DROP_LAST = auto()
    DELETE = auto()


@dataclass(frozen=True, slots=True)
class CommandEvent:
    """A key that means the same in every tool: Enter or N, Escape, Backspace, Delete."""

    command: Command


ToolEvent = PointerEvent | StepEvent | CommandEvent
