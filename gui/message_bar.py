"""A quiet bar above the canvas for errors and notices; never a modal box."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from core.errors import MaskwrightError
from gui.icons import IconButton, icon


class MessageBar(QWidget):
    """Shows the last thing that went wrong, until it is closed or replaced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._sign = QLabel(self)
        self.text = QLabel(self)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._run: Callable[[], object] = self.hide
        self._button = QPushButton(self)
        self._button.clicked.connect(self._on_pressed)
        close = IconButton("close", self.tr("Close this message"), self)
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._sign)
        layout.addWidget(self.text, 1)
        layout.addWidget(self._button)
        layout.addWidget(close)
        self._show_sign()
        self.hide()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Give the sign the colour of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_sign()

    def show_error(self, error: MaskwrightError) -> None:
        """Show the sentence of an error and what to do."""
        self.show_text(str(error))

    def clear(self) -> None:
        """Take the message away; what it was about is not on the screen any more."""
        self.hide()

    def show_text(self, text: str) -> None:
        """Show a notice."""
        self.text.setText(text)
        self._button.hide()
        self.show()

    def offer(self, text: str, button: str, run: Callable[[], object]) -> None:
        """Show a notice with a button that does what is written on it, and closes the bar."""
        self.show_text(text)
        self._run = run
        self._button.setText(button)
        self._button.show()

    def _on_pressed(self) -> None:
        self.hide()
        self._run()

    def _show_sign(self) -> None:
        self._sign.setPixmap(icon("alert-outline", self.palette()).pixmap(18, 18))
