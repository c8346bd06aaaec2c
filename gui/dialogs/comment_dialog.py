"""Asks for a remark on a place or on objects; stays beside the picture and is not modal."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from core.editing.comments import Remark


class CommentDialog(QDialog):
    """A reason to choose or type, and more words. Enter keeps it, Shift+Enter starts a line."""

    said = Signal(object)
    """Carries the Remark."""

    def __init__(
        self,
        title: str,
        reasons: Sequence[str],
        remark: Remark,
        parent: QWidget | None = None,
        *,
        may_be_empty: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(360)
        self._may_be_empty = may_be_empty
        self.reason = QComboBox(self)
        self.reason.setEditable(True)
        self.reason.setAccessibleName(self.tr("Reason"))
        self.reason.addItems(["", *reasons])
        self.reason.setCurrentText(remark.reason)
        self.text = QPlainTextEdit(remark.text, self)
        self.text.setAccessibleName(self.tr("Comment"))
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(self.tr("Enter keeps it, Shift+Enter starts a new line"))
        self.text.setFixedHeight(self.fontMetrics().height() * 4 + 16)
        self.text.installEventFilter(self)
        buttons = QDialogButtonBox(self)
        buttons.addButton(self.tr("Keep"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        for name, widget in ((self.tr("Reason"), self.reason), (self.tr("Comment"), self.text)):
            layout.addWidget(QLabel(name, self))
            layout.addWidget(widget)
        layout.addWidget(buttons)
        self.text.setFocus()

    def accept(self) -> None:
        """Say it; nothing said is no comment."""
        remark = Remark(self.text.toPlainText().strip(), self.reason.currentText().strip())
        if remark.is_empty and not self._may_be_empty:
            self.text.setFocus()
            return
        self.said.emit(remark)
        super().accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter keeps what was written."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.accept()
                return True
        return super().eventFilter(watched, event)
