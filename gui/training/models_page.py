"""The models of the project: where each came from, how good it is, and what to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.models.trained import TrainedModel
from gui.counting import counted
from gui.plain_text import plain_tool_tip

_ID = Qt.ItemDataRole.UserRole
_PARENT_WIDTH_PX = 76


class ModelsPage(QWidget):
    """A row for every trained model, the newest first."""

    use_requested = Signal(str)
    compare_requested = Signal(object)
    """Carries the ids of the chosen models."""
    carry_on_requested = Signal(str)
    export_requested = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QTreeWidget(self)
        self.list.setHeaderLabels([self.tr("Model"), "Dice", "F1", self.tr("From")])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(self.tr("Models of this project"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(3, _PARENT_WIDTH_PX)
        self.empty = QLabel(
            self.tr("No model was trained in this project yet. Press Train to make the first."),
            self,
        )
        self.empty.setWordWrap(True)
        self.empty.setProperty("quiet", True)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.note.setProperty("quiet", True)
        self._single: list[QPushButton] = []
        self.use = self._button(
            self.tr("Use"), self.tr("Propose with it (double-click)"), self.use_requested
        )
        self.carry_on = self._button(
            self.tr("Carry on"), self.tr("Train from it next time"), self.carry_on_requested
        )
        self.export = self._button(
            self.tr("Export…"), self.tr("Save it as a safetensors file"), self.export_requested
        )
        self.delete = self._button(
            self.tr("Delete…"), self.tr("Remove its file"), self.delete_requested
        )
        self.compare = QPushButton(self.tr("Compare"), self)
        self.compare.setToolTip(self.tr("Scores of the chosen models side by side"))
        self.compare.clicked.connect(lambda _checked=False: self._compare())
        self._lay_out()
        self.list.itemSelectionChanged.connect(self._show_chosen)
        self.list.itemDoubleClicked.connect(lambda item: self.use_requested.emit(item.data(0, _ID)))
        self.show_models(())

    def show_models(self, models: Sequence[TrainedModel], used: str = "") -> None:
        """List these models; ``used`` is the id of the one that proposes now."""
        chosen = {item.data(0, _ID) for item in self.list.selectedItems()}
        names = {model.spec.id: model.spec.name for model in models}
        self.list.clear()
        self._models = {model.spec.id: model for model in models}
        for model in reversed(models):
            item = QTreeWidgetItem(self._cells(model, names))
            item.setData(0, _ID, model.spec.id)
            item.setToolTip(0, plain_tool_tip(f"{model.spec.name}: {_words(model)}"))
            item.setToolTip(3, plain_tool_tip(names.get(model.parent_id, model.parent_id)))
            for column in (1, 2):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
            font = item.font(0)
            font.setBold(model.spec.id == used)
            item.setFont(0, font)
            self.list.addTopLevelItem(item)
            item.setSelected(model.spec.id in chosen)
        self.empty.setVisible(not models)
        self.list.setVisible(bool(models))
        self._show_chosen()

    def chosen_ids(self) -> tuple[str, ...]:
        """Ids of the models that are marked."""
        return tuple(str(item.data(0, _ID)) for item in self.list.selectedItems())

    def _button(self, text: str, tip: str, signal: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.clicked.connect(lambda _checked=False: self._emit(signal))
        self._single.append(button)
        return button

    def _emit(self, signal: object) -> None:
        chosen = self.chosen_ids()
        if chosen and isinstance(signal, type(self.use_requested)):
            signal.emit(chosen[0])

    def _compare(self) -> None:
        self.compare_requested.emit(self.chosen_ids())

    def _cells(self, model: TrainedModel, names: dict[str, str]) -> list[str]:
        scores = model.record.get("new") or {}
        parent = names.get(model.parent_id, model.parent_id)
        mark = "" if model.is_promoted else self.tr(" (not better)")
        return [
            f"{model.spec.name}{mark}",
            _number(scores.get("dice")),
            _number(scores.get("f1")),
            parent,
        ]

    def _show_chosen(self) -> None:
        chosen = self.chosen_ids()
        for button in self._single:
            button.setEnabled(len(chosen) == 1)
        self.compare.setEnabled(bool(chosen))
        model = self._models.get(chosen[0]) if len(chosen) == 1 else None
        self.note.setText("" if model is None else _words(model))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.empty)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.note)
        grid = QGridLayout()
        grid.setSpacing(4)
        buttons = (self.use, self.compare, self.carry_on, self.export, self.delete)
        for place, button in enumerate(buttons):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            grid.addWidget(button, place // 3, place % 3)
        layout.addLayout(grid)


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else "–"


def _count(record: Mapping[str, object], key: str, noun: str) -> str:
    value = record.get(key)
    return counted(value, noun) if isinstance(value, int) else f"? {noun}s"


def _words(model: TrainedModel) -> str:
    """Data, recipe and verdict of a model in a few sentences."""
    record = model.record
    parts = [
        f"{_count(record, 'images', 'image')} with {_count(record, 'objects', 'object')}, "
        f"{record.get('steps', '?')} steps in {record.get('cpu_seconds', '?')} CPU s.",
        str(record.get("verdict", "")),
    ]
    if record.get("by_parts"):
        parts.append("Judged on a held-out quarter of each picture.")
    return " ".join(part for part in parts if part)
