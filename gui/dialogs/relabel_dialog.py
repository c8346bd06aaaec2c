"""Other labels for many objects, with the count of what would happen before anything does."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.document.history import HistoryEvent
from core.editing.relabelling import Relabelling, RelabellingPlan
from gui.counting import counted
from gui.icons import color_swatch
from gui.plain_text import plain_tool_tip
from gui.session import Session

_ID = Qt.ItemDataRole.UserRole


class RelabelDialog(QDialog):
    """Asks for a plan whenever something is chosen differently, and shows what it counts to."""

    plan_requested = Signal(object, bool)
    """Carries the Relabelling, and whether only the image on the screen is meant."""
    confirmed = Signal(object)
    """Carries the RelabellingPlan that was shown."""

    def __init__(self, session: Session, label_id: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Relabel objects or merge labels"))
        self.resize(480, 440)
        self._session = session
        self._plan: RelabellingPlan | None = None
        self.sources = QListWidget(self)
        self.sources.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.sources.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sources.setAccessibleName(self.tr("Labels whose objects are meant"))
        self.target = QComboBox(self)
        for _, label in sorted(session.state.labels.items()):
            swatch = color_swatch(label.color)
            item = QListWidgetItem(swatch, label.name)
            item.setData(_ID, label.id)
            item.setToolTip(plain_tool_tip(label.name))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            chosen = label.id == label_id
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
            self.sources.addItem(item)
            if chosen:
                self.sources.setCurrentItem(item)
            self.target.addItem(swatch, label.name, label.id)
        first = next((row for row in range(self.target.count()) if self._id(row) != label_id), 0)
        self.target.setCurrentIndex(first)
        self.where = QComboBox(self)
        self.where.addItems([self.tr("All images"), self.tr("This image")])
        self.all_layers = QCheckBox(self.tr("In references and predictions too"), self)
        self.merge = QCheckBox(self.tr("Delete the labels that are empty then (merge)"), self)
        self.count = QLabel(self)
        self.count.setWordWrap(True)
        self.apply = QPushButton(self.tr("Relabel"), self)
        self.apply.setDefault(True)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Objects of"), self.sources)
        form.addRow(self.tr("become"), self.target)
        form.addRow(self.tr("On"), self.where)
        form.addRow("", self.all_layers)
        form.addRow("", self.merge)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.apply)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.count)
        layout.addLayout(buttons)
        self.cancel.clicked.connect(self.reject)
        self.apply.clicked.connect(self._confirm)
        self.sources.itemChanged.connect(lambda _item: self.ask())
        self.target.currentIndexChanged.connect(self.ask)
        self.where.currentIndexChanged.connect(self.ask)
        self.all_layers.toggled.connect(self.ask)
        self.merge.toggled.connect(self.ask)
        session.document_changed.connect(self._on_document_changed)

    def ask(self, _value: object = None) -> None:
        """Ask for the count of what is chosen now."""
        merges = self.merge.isChecked()
        self.where.setEnabled(not merges)
        self.all_layers.setEnabled(not merges)
        self._plan = None
        self.apply.setEnabled(False)
        rule = self.rule()
        if not rule.label_ids - {rule.target_id}:
            self.count.setText(self.tr("Mark the labels whose objects shall get another one."))
            return
        self.count.setText(self.tr("Counting…"))
        here = self.where.currentIndex() == 1 and not merges
        self.plan_requested.emit(rule, here)

    def rule(self) -> Relabelling:
        """What is chosen."""
        rows = (self.sources.item(row) for row in range(self.sources.count()))
        merges = self.merge.isChecked()
        everywhere = merges or self.all_layers.isChecked()
        return Relabelling(
            frozenset(row.data(_ID) for row in rows if row.checkState() == Qt.CheckState.Checked),
            self.target.currentData(),
            None if everywhere else frozenset({self._session.layer.id}),
            merges,
        )

    def show_plan(self, rule: Relabelling, plan: RelabellingPlan) -> None:
        """Say what would happen, unless something else was chosen meanwhile."""
        if rule != self.rule():
            return
        self._plan = plan
        self.apply.setEnabled(plan.change is not None)
        self.count.setText(self._words(rule, plan))

    def _words(self, rule: Relabelling, plan: RelabellingPlan) -> str:
        what = f"{counted(plan.objects, 'object')} on {counted(plan.images, 'image')}"
        if rule.merges and plan.locked:
            locked = counted(plan.locked, "object")
            return self.tr("{} are locked: unlock them with L to merge their labels.").format(
                locked
            )
        words = self.tr("{} would be relabelled.").format(what)
        if plan.locked:
            locked = counted(plan.locked, "locked object")
            words += " " + self.tr("{} would stay as they are.").format(locked)
        return words

    def _id(self, row: int) -> int:
        return int(self.target.itemData(row))

    def _confirm(self) -> None:
        plan = self._plan
        if plan is not None:
            self.accept()
            self.confirmed.emit(plan)

    def _on_document_changed(self, event: HistoryEvent) -> None:
        """Count anew; the lists of another set of labels would be wrong."""
        if event.change.labels:
            self.close()
        elif self.isVisible():
            self.ask()
