"""Shows what a check has found, by kind, with what to do about it, and fixes what is ticked."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.checking.problem import KINDS, CheckReport, Kind, Problem
from gui.plain_text import plain_tool_tip

ROWS_SHOWN = 500
"""Rows of one kind; the report that can be saved has all of them."""

_PLACE_PX = 420
_ROLE = Qt.ItemDataRole.UserRole


class CheckDialog(QDialog):
    """A tree of kinds with their problems; kinds that can be fixed have a tick.

    Double click or Enter on a problem goes to its image and selects its objects.
    """

    place_activated = Signal(int, object)
    """Carries an image id and a tuple of annotation ids."""
    fix_requested = Signal(object)
    """Carries a frozenset of Kind."""
    check_requested = Signal()
    save_requested = Signal(object)
    """Carries the CheckReport that is shown."""

    def __init__(self, parent: QWidget | None, *, can_fix: bool) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Check the project"))
        self.resize(860, 520)
        self._can_fix = can_fix
        self._report: CheckReport | None = None
        self.summary = self._label()
        self.tree = self._make_tree()
        self.advice = self._label()
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.fix = QPushButton(self.tr("Fix what is ticked"), self)
        self.fix.clicked.connect(lambda: self.fix_requested.emit(self.ticked()))
        self.again = QPushButton(self.tr("Check again"), self)
        self.again.clicked.connect(self.check_requested)
        self.save = QPushButton(self.tr("Save the report…"), self)
        self.save.clicked.connect(lambda: self.save_requested.emit(self._report))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        for button in (self.fix, self.again, self.save):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        for widget in (self.summary, self.progress, self.tree, self.advice, buttons):
            layout.addWidget(widget)
        layout.setStretchFactor(self.tree, 1)

    def show_running(self) -> None:
        """A check or a fix is on its way."""
        self.summary.setText(self.tr("Looking at the file, the images and every object …"))
        self.progress.show()
        self._enable_buttons(enabled=False)

    def show_report(self, report: CheckReport) -> None:
        """Show what was found; kinds that are safe to fix are ticked."""
        self._report = report
        self.summary.setText(report.summary)
        self.progress.hide()
        self.tree.blockSignals(True)
        self.tree.clear()
        by_kind: dict[Kind, list[Problem]] = {}
        for problem in report.problems:
            by_kind.setdefault(problem.kind, []).append(problem)
        for kind, problems in by_kind.items():
            item = self._kind_item(kind, problems)
            self.tree.addTopLevelItem(item)
            item.setFirstColumnSpanned(True)
        self.tree.blockSignals(False)
        first = next(iter(self._kinds()), None)
        if first is not None:
            self.tree.setCurrentItem(first)
        self.advice.setVisible(bool(report.problems))
        self._enable_buttons(enabled=True)

    def ticked(self) -> frozenset[Kind]:
        """The kinds that are to be fixed."""
        return frozenset(
            item.data(0, _ROLE)
            for item in self._kinds()
            if item.checkState(0) is Qt.CheckState.Checked
        )

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget(self)
        tree.setHeaderLabels([self.tr("Where"), self.tr("What is wrong")])
        tree.setColumnWidth(0, _PLACE_PX)
        tree.setUniformRowHeights(True)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.setAccessibleName(self.tr("Problems"))
        tree.itemActivated.connect(self._activate)
        tree.currentItemChanged.connect(lambda item, _: self._show_advice(item))
        tree.itemChanged.connect(lambda *_: self._enable_buttons(enabled=True))
        return tree

    def _kind_item(self, kind: Kind, problems: list[Problem]) -> QTreeWidgetItem:
        info = KINDS[kind]
        severity = self.tr(info.severity.value).capitalize()
        item = QTreeWidgetItem([f"{severity}: {self.tr(info.title)} ({len(problems)})"])
        item.setData(0, _ROLE, kind)
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        if self._can_fix and any(problem.fixable for problem in problems):
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            ticked = Qt.CheckState.Checked if info.is_safe else Qt.CheckState.Unchecked
            item.setCheckState(0, ticked)
        for problem in problems[:ROWS_SHOWN]:
            item.addChild(_problem_item(problem))
        if len(problems) > ROWS_SHOWN:
            more = self.tr("… and {} more").format(len(problems) - ROWS_SHOWN)
            item.addChild(QTreeWidgetItem([more, ""]))
        return item

    def _kinds(self) -> Iterable[QTreeWidgetItem]:
        for row in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(row)
            if item is not None:
                yield item

    def _activate(self, item: QTreeWidgetItem) -> None:
        problem = item.data(0, _ROLE)
        if isinstance(problem, Problem) and problem.image_id:
            self.place_activated.emit(problem.image_id, problem.annotation_ids)

    def _show_advice(self, item: QTreeWidgetItem | None) -> None:
        if item is None:
            return
        parent = item.parent()
        kind = (item if parent is None else parent).data(0, _ROLE)
        info = KINDS[kind]
        text = self.tr(info.advice)
        if info.fix:
            text += " " + self.tr("Ticked: {}.").format(self.tr(info.fix))
        self.advice.setText(text)

    def _enable_buttons(self, *, enabled: bool) -> None:
        self.fix.setEnabled(enabled and bool(self.ticked()))
        self.again.setEnabled(enabled)
        self.save.setEnabled(enabled and self._report is not None)


def _problem_item(problem: Problem) -> QTreeWidgetItem:
    item = QTreeWidgetItem([problem.place, problem.detail])
    item.setData(0, _ROLE, problem)
    for column, text in enumerate((problem.place, problem.detail)):
        item.setToolTip(column, plain_tool_tip(text))
    return item
