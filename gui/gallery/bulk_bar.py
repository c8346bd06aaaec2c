"""The actions for all objects that are found, and what the chosen one would do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from core.document.annotation import ReviewState
from core.document.document import ProjectState
from core.editing.bulk import BulkPlan
from gui.icons import color_swatch


class BulkBar(QWidget):
    """A row of buttons; a click asks for a count, and the count for a second click."""

    review_requested = Signal(object)
    """Carries the ReviewState."""
    relabel_requested = Signal(int)
    delete_requested = Signal()
    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = QLabel(self)
        self.approve = QPushButton(self.tr("Approve…"), self)
        self.reject = QPushButton(self.tr("Reject…"), self)
        self.reset = QPushButton(self.tr("Not reviewed…"), self)
        self.label = QComboBox(self)
        self.label.setAccessibleName(self.tr("New label"))
        self.label.setMinimumContentsLength(12)
        self.label.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.relabel = QPushButton(self.tr("Relabel…"), self)
        self.delete = QPushButton(self.tr("Delete…"), self)
        self.question = QLabel(self)
        self.question.setWordWrap(True)
        self.question.setTextFormat(Qt.TextFormat.PlainText)
        self.do_it = QPushButton(self.tr("Do it"), self)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self._stack = QStackedWidget(self)
        self._actions = _row(
            self.count,
            self.approve,
            self.reject,
            self.reset,
            self.label,
            self.relabel,
            self.delete,
        )
        self._confirmation = _row(self.question, self.do_it, self.cancel)
        self._stack.addWidget(self._actions)
        self._stack.addWidget(self._confirmation)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        for button, state in (
            (self.approve, ReviewState.APPROVED),
            (self.reject, ReviewState.REJECTED),
            (self.reset, ReviewState.UNREVIEWED),
        ):
            button.clicked.connect(lambda _on=False, chosen=state: self._review(chosen))
        self.relabel.clicked.connect(lambda _on=False: self._relabel())
        self.delete.clicked.connect(lambda _on=False: self.delete_requested.emit())
        self.do_it.clicked.connect(lambda _on=False: self._confirm())
        self.cancel.clicked.connect(lambda _on=False: self.show_actions())

    @property
    def is_asking(self) -> bool:
        """Whether a plan waits to be confirmed."""
        return self._stack.currentWidget() is self._confirmation

    def show_count(self, text: str, some: bool) -> None:
        """Say how many objects the actions are for."""
        self.count.setText(text)
        for button in (self.approve, self.reject, self.reset, self.relabel, self.delete):
            button.setEnabled(some)

    def offer_labels(self, state: ProjectState) -> None:
        """Offer the labels of the project."""
        wanted = [(label.id, label.name) for _, label in sorted(state.labels.items())]
        listed = [
            (self.label.itemData(row), self.label.itemText(row))
            for row in range(self.label.count())
        ]
        if wanted != listed:
            chosen = self.label.currentData()
            self.label.clear()
            for number, name in wanted:
                self.label.addItem(color_swatch(state.labels[number].color), name, number)
            self.label.setCurrentIndex(max(self.label.findData(chosen), 0))

    def ask(self, plan: BulkPlan, words: str) -> None:
        """Show what would be done."""
        self.question.setText(words)
        self.do_it.setVisible(plan.change is not None)
        self.cancel.setText(self.tr("Cancel") if plan.change is not None else self.tr("Close"))
        self._stack.setCurrentWidget(self._confirmation)
        (self.do_it if plan.change is not None else self.cancel).setFocus()

    def show_actions(self) -> None:
        """Offer the actions again."""
        self._stack.setCurrentWidget(self._actions)

    def _review(self, state: ReviewState) -> None:
        self.review_requested.emit(state)

    def _relabel(self) -> None:
        label_id = self.label.currentData()
        if label_id is not None:
            self.relabel_requested.emit(label_id)

    def _confirm(self) -> None:
        self.show_actions()
        self.confirmed.emit()


def _row(first: QWidget, *widgets: QWidget) -> QWidget:
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    layout.addWidget(first, 1)
    for widget in widgets:
        layout.addWidget(widget)
    return holder
