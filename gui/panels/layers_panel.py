"""The layers: mine, references and predictions, each shown or hidden."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.document.annotation import Layer, LayerRole
from gui.session import Session

ROLE_NAMES = {
    LayerRole.MINE: "mine",
    LayerRole.REFERENCE: "reference",
    LayerRole.PREDICTIONS: "predictions",
    LayerRole.PROPOSALS: "proposals",
}


class LayersPanel(QWidget):
    """A checkable list; the box of a layer is its visibility."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filling = False
        self.list = QListWidget(self)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setAccessibleName(self.tr("Layers"))
        self.list.itemChanged.connect(self._on_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.list)
        session.document_changed.connect(lambda _event: self.refresh())
        session.image_changed.connect(lambda _image: self.refresh())
        session.visibility_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the layers as they are now."""
        self._filling = True
        self.list.clear()
        for _, layer in sorted(self._session.state.layers.items()):
            self.list.addItem(self._row(layer))
        self._filling = False

    def _row(self, layer: Layer) -> QListWidgetItem:
        document = self._session.document
        count = 0 if document is None else len(document.in_layer(layer.id))
        item = QListWidgetItem(f"{layer.name} ({ROLE_NAMES[layer.role]}, {count} here)")
        item.setData(Qt.ItemDataRole.UserRole, layer.id)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        visible = layer.id not in self._session.hidden_layers
        item.setCheckState(Qt.CheckState.Checked if visible else Qt.CheckState.Unchecked)
        return item

    def _on_changed(self, item: QListWidgetItem) -> None:
        if not self._filling:
            visible = item.checkState() == Qt.CheckState.Checked
            self._session.set_layer_visible(item.data(Qt.ItemDataRole.UserRole), visible)
