"""The choices of the active tool, above the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QToolButton, QWidget

NAME_WIDTH_PX = 160
"""What the name of a tool takes beside its choices."""
SPACING_PX = 4


class ToolChoices(QScrollArea):
    """The bars of all tools in a place of one height; ``groups`` are those seen together.

    The picture thus neither moves nor shrinks when another tool is taken, and a bar
    that is wider than the window is scrolled instead of widening the window.
    """

    def __init__(self, groups: Sequence[Sequence[QWidget]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inside = QWidget(self)
        self._groups = groups
        layout = QHBoxLayout(self._inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for bar in dict.fromkeys(chain.from_iterable(groups)):
            layout.addWidget(bar)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._inside.installEventFilter(self)
        self.fit_into(0)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the bar that is seen."""
        return QSize(self._inside.sizeHint().width(), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """No bar widens the window."""
        return QSize(0, self.minimumHeight())

    def fit_into(self, width: int) -> None:
        """Take the height that the widest bars need in a row of this width.

        It is the same for all tools, so that the picture stays where it is.
        """
        hints = [[_room(bar) for bar in group] for group in self._groups]
        widest = max(sum(hint.width() for hint in group) for group in hints)
        is_narrow = widest + NAME_WIDTH_PX > width
        below = self.horizontalScrollBar().sizeHint().height() if is_narrow else 0
        self.setFixedHeight(max(hint.height() for group in hints for hint in group) + below)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Make room when another bar is shown."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def _room(bar: QWidget) -> QSize:
    """What a bar takes with all of its choices, also those that this tool does not have."""
    choices = bar.findChildren(QToolButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
    hints = [choice.sizeHint() for choice in choices]
    layout = bar.layout()
    around = bar.contentsMargins() if layout is None else layout.contentsMargins()
    return QSize(
        sum(hint.width() + SPACING_PX for hint in hints) + around.left() + around.right(),
        max(hint.height() for hint in hints) + around.top() + around.bottom(),
    )
