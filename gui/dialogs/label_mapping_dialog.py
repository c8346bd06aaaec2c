"""Asks which labels the unknown classes of a file become; stays beside the window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.document.document import ProjectState
from core.project.label_mapping import NEW_LABEL, LabelChoice, UnknownClass
from gui.icons import color_swatch
from gui.plain_text import plain_tool_tip

ROW_HEIGHT_PX = 30
LEFT_OUT = LabelChoice(left_out=True)


class LabelMappingDialog(QDialog):
    """A row for each class; what is most likely meant is chosen already."""

    chosen = Signal(object)
    """Carries the LabelChoice of each class by its id in the file."""

    def __init__(
        self,
        file_name: str,
        classes: Sequence[UnknownClass],
        state: ProjectState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Classes of {}").format(file_name))
        self.resize(560, min(220 + ROW_HEIGHT_PX * len(classes), 640))
        self.choices: dict[int, QComboBox] = {}
        text = QLabel(
            self.tr("The project has no label of these names ({}). What do they become?").format(
                len(classes)
            ),
            self,
        )
        text.setWordWrap(True)
        self.tree = QTreeWidget(self)
        self.tree.setHeaderLabels(
            [self.tr("Class in the file"), self.tr("Objects"), self.tr("Becomes")]
        )
        self.tree.setRootIsDecorated(False)
        self.tree.setAccessibleName(self.tr("Classes of the file"))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        for item in classes:
            self._add_row(item, state)
        self.all_new = QPushButton(self.tr("All as new labels"), self)
        self.all_new.setAutoDefault(False)
        self.all_new.clicked.connect(self._make_all_new)
        buttons = QDialogButtonBox(self)
        buttons.addButton(self.all_new, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.addButton(self.tr("Import"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(text)
        layout.addWidget(self.tree, 1)
        layout.addWidget(buttons)

    def accept(self) -> None:
        """Tell what was chosen."""
        self.chosen.emit({number: box.currentData() for number, box in self.choices.items()})
        super().accept()

    def _add_row(self, item: UnknownClass, state: ProjectState) -> None:
        row = QTreeWidgetItem([item.label.name, str(item.objects), ""])
        row.setToolTip(0, plain_tool_tip(item.label.name))
        row.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.tree.addTopLevelItem(row)
        box = QComboBox(self.tree)
        box.setAccessibleName(self.tr("What “{}” becomes").format(item.label.name))
        box.addItem(self.tr("New label “{}”").format(item.label.name), NEW_LABEL)
        box.addItem(self.tr("Leave out"), LEFT_OUT)
        for number, label in sorted(state.labels.items()):
            box.addItem(color_swatch(label.color), label.name, LabelChoice(number))
            if number == item.suggestion:
                box.setCurrentIndex(box.count() - 1)
        self.tree.setItemWidget(row, 2, box)
        self.choices[item.label.id] = box

    def _make_all_new(self) -> None:
        for box in self.choices.values():
            box.setCurrentIndex(0)
