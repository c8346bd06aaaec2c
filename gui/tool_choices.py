"""The choices of the active tool, above the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QWidget

NAME_WIDTH_PX = 160
"""What the name of a tool takes beside its choices."""


class ToolChoices(QScrollArea):
    """The bars of all tools, of which at most one is seen, in a place of one height.

    The picture thus neither moves nor shrinks when another tool is taken, and a bar
    that is wider than the window is scrolled instead of widening the window.
    """

    def __init__(self, bars: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inside = QWidget(self)
        self._hints = [bar.sizeHint() for bar in bars]
        layout = QHBoxLayout(self._inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for bar in bars:
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
        """Take the height that the widest bar needs in a row of this width.

        It is the same for all tools, so that the picture stays where it is.
        """
        needed = max(hint.width() for hint in self._hints) + NAME_WIDTH_PX
        bar = self.horizontalScrollBar().sizeHint().height() if needed > width else 0
        self.setFixedHeight(max(hint.height() for hint in self._hints) + bar)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Make room when another bar is shown."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
