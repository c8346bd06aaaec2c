"""All models by family: where their weights are, their size and licence, how long they take."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.models.specification import ModelFamily, ModelSpec

FAMILY_NAMES = {
    ModelFamily.PROPOSALS: "Region proposals: boxes with an objectness",
    ModelFamily.BOXES: "Detectors: boxes with a class",
    ModelFamily.INSTANCES: "Instances: a mask for every object",
    ModelFamily.KEYPOINTS: "Keypoints: the joints of every person",
    ModelFamily.SEMANTIC: "Semantic: a class for every pixel",
}


class ModelsDialog(QDialog):
    """A table by family; fetching weights is offered for the row that is marked.

    ``ready`` tells whether a model can run now, ``speed`` how long it took on this
    machine, ``place`` where its weights are or what is missing.
    """

    download_requested = Signal(str)
    cancel_requested = Signal()
    file_requested = Signal(str)

    def __init__(
        self,
        specs: Iterable[ModelSpec],
        ready: Callable[[ModelSpec], bool],
        parent: QWidget | None = None,
        *,
        speed: Callable[[str], str] = lambda _model_id: "",
        place: Callable[[ModelSpec], str] = lambda _spec: "",
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Models"))
        self.resize(1100, 640)
        self._speed = speed
        self._place = place
        self._specs = tuple(specs)
        self._ready = ready
        self.tree = self._make_tree()
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = QProgressBar(self)
        self.progress.hide()
        self.fetch = QPushButton(self.tr("Download weights…"), self)
        self.fetch.clicked.connect(lambda: self.download_requested.emit(self._current()))
        self.file = QPushButton(self.tr("Choose a file…"), self)
        self.file.clicked.connect(lambda: self.file_requested.emit(self._current()))
        self.stop = QPushButton(self.tr("Cancel download"), self)
        self.stop.clicked.connect(self.cancel_requested.emit)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        for button in (self.fetch, self.file, self.stop):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        self.stop.hide()
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        for widget in (self.tree, self.note, self.progress, buttons):
            layout.addWidget(widget)
        self.refresh()

    def refresh(self) -> None:
        """Look again at what can run."""
        marked = self._current()
        self.tree.clear()
        for family, title in FAMILY_NAMES.items():
            specs = [spec for spec in self._specs if spec.family is family]
            if specs:
                group = QTreeWidgetItem([title])
                self.tree.addTopLevelItem(group)
                group.setFirstColumnSpanned(True)
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                group.addChildren([self._row(spec) for spec in specs])
        self.tree.expandAll()
        self._mark(marked)
        self._show_current()

    def show_progress(self, fraction: float) -> None:
        """Say how far a download is; 1 ends it."""
        running = fraction < 1.0
        self.progress.setVisible(running)
        self.stop.setVisible(running)
        self.fetch.setEnabled(not running)
        self.progress.setValue(round(fraction * 100))

    def show_note(self, text: str) -> None:
        """Say what came of a download."""
        self.note.setText(text)

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget(self)
        tree.setHeaderLabels(
            [
                self.tr("Model"),
                self.tr("Weights"),
                self.tr("CPU time"),
                self.tr("Measured here"),
                self.tr("Licence"),
            ]
        )
        tree.setUniformRowHeights(True)
        tree.setAccessibleName(self.tr("Models"))
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        for column, width in ((1, 130), (2, 80), (3, 190)):
            tree.setColumnWidth(column, width)
        tree.currentItemChanged.connect(lambda *_: self._show_current())
        return tree

    def _row(self, spec: ModelSpec) -> QTreeWidgetItem:
        seconds = f"{spec.cpu_seconds:.1f} s" if spec.cpu_seconds else ""
        here = self._speed(spec.id)
        item = QTreeWidgetItem([spec.name, self._state(spec), seconds, here, spec.weights.licence])
        item.setData(0, Qt.ItemDataRole.UserRole, spec.id)
        item.setToolTip(0, f"{spec.id}: {spec.description}")
        item.setToolTip(2, self.tr("On a picture of 640 × 480, one thread"))
        item.setToolTip(3, self.tr("The last run on this machine, once the model was loaded"))
        item.setToolTip(4, spec.weights.licence)
        return item

    def _state(self, spec: ModelSpec) -> str:
        if spec.weights.bundled:
            return self.tr("bundled ({:.1f} MB)").format(spec.weights.size_bytes / 1e6)
        if self._ready(spec):
            return self.tr("on this computer")
        size = spec.weights.size_bytes
        return (
            self.tr("not here ({} MB)").format(round(size / 1e6)) if size else self.tr("not here")
        )

    def _current(self) -> str:
        item = self.tree.currentItem()
        return "" if item is None else str(item.data(0, Qt.ItemDataRole.UserRole) or "")

    def _mark(self, model_id: str) -> None:
        for group in range(self.tree.topLevelItemCount()):
            parent = self.tree.topLevelItem(group)
            for row in range(0 if parent is None else parent.childCount()):
                item = parent.child(row) if parent is not None else None
                if item is not None and item.data(0, Qt.ItemDataRole.UserRole) == model_id:
                    self.tree.setCurrentItem(item)

    def _show_current(self) -> None:
        spec = next((item for item in self._specs if item.id == self._current()), None)
        self.file.setEnabled(spec is not None)
        missing = spec is not None and not self._ready(spec) and bool(spec.weights.url)
        self.fetch.setEnabled(missing and not self.progress.isVisible())
        lines = () if spec is None else (spec.description, self._place(spec))
        self.note.setText("\n".join(line for line in lines if line))
