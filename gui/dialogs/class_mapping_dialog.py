"""Which label each class of a model becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import Label
from core.models.class_mapping import LEFT_OUT, ClassMapping, suggested_label
from gui.icons import color_swatch

UNDECIDED = -1
ROW_HEIGHT_PX = 30


class ClassMappingDialog(QDialog):
    """A row for every class of one model, with a choice of labels.

    ``classes`` are the model's names; an empty one stands for objects of no class.
    """

    chosen = Signal(object)
    """Carries the new ClassMapping."""

    def __init__(
        self,
        model_id: str,
        model_name: str,
        classes: Sequence[str],
        labels: Mapping[int, Label],
        mapping: ClassMapping,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Classes of {}").format(model_name))
        self.resize(520, min(180 + ROW_HEIGHT_PX * len(classes), 640))
        self._model_id = model_id
        self._labels = labels
        self._mapping = mapping
        self.choices: dict[str, QComboBox] = {}
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Find a class"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.search.setVisible(len(classes) > 12)
        self.tree = self._make_tree(classes)
        self.suggest = QPushButton(self.tr("Use suggestions"), self)
        self.suggest.setToolTip(self.tr("Choose the labels whose names are most alike"))
        self.suggest.clicked.connect(self.use_suggestions)
        self.suggest.setEnabled(any(self._suggestion(name) for name in classes))
        hint = QLabel(
            self.tr(
                "Accepted proposals get the label chosen here. The choice is kept in the project."
            ),
            self,
        )
        hint.setProperty("quiet", True)
        hint.setWordWrap(True)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel, self)
        self.buttons.addButton(self.suggest, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        for widget in (hint, self.search, self.tree, self.buttons):
            layout.addWidget(widget)

    def use_suggestions(self) -> None:
        """Choose the most similar label wherever nothing was chosen."""
        for name, box in self.choices.items():
            suggestion = self._suggestion(name)
            if suggestion is not None and box.currentData() == UNDECIDED:
                box.setCurrentIndex(box.findData(suggestion))

    def _make_tree(self, classes: Sequence[str]) -> QTreeWidget:
        tree = QTreeWidget(self)
        tree.setHeaderLabels([self.tr("Class of the model"), self.tr("Label of the project")])
        tree.setRootIsDecorated(False)
        tree.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        tree.setAccessibleName(self.tr("Classes"))
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for name in classes:
            item = QTreeWidgetItem([name or self.tr("(without a class)")])
            tree.addTopLevelItem(item)
            box = self._make_box(name)
            self.choices[name] = box
            tree.setItemWidget(item, 1, box)
        return tree

    def _make_box(self, name: str) -> QComboBox:
        box = QComboBox(self.tree if hasattr(self, "tree") else self)
        usual = self._mapping.label_of("", name, self._labels)
        if not name:
            undecided = self.tr("the label that is active")
        elif usual is None:
            undecided = self.tr("new label “{}”").format(name)
        else:
            undecided = self.tr("{} (same name)").format(self._labels[usual].name)
        box.addItem(undecided, UNDECIDED)
        box.addItem(self.tr("left out"), LEFT_OUT)
        suggestion = self._suggestion(name)
        for label in self._labels.values():
            text = label.name
            if label.id == suggestion:
                text = self.tr("{} (suggested)").format(text)
            box.addItem(color_swatch(label.color), text, label.id)
        chosen = self._mapping.chosen(self._model_id, name)
        box.setCurrentIndex(max(box.findData(UNDECIDED if chosen is None else chosen), 0))
        box.setAccessibleName(self.tr("Label for {}").format(name or self.tr("no class")))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return box

    def _suggestion(self, name: str) -> int | None:
        """A label that is not taken anyway."""
        if self._mapping.label_of("", name, self._labels) is not None:
            return None
        return suggested_label(name, self._labels.values())

    def _filter(self, text: str) -> None:
        for row in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(row)
            if item is not None:
                item.setHidden(text.casefold() not in item.text(0).casefold())

    def _accept(self) -> None:
        chosen = {
            name: None if box.currentData() == UNDECIDED else int(box.currentData())
            for name, box in self.choices.items()
        }
        self.chosen.emit(self._mapping.with_choices(self._model_id, chosen))
        self.close()
