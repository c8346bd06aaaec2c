"""The layers: mine, references and predictions, each shown or hidden."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import Layer, LayerRole
from core.editing.layers import COMPARED_ROLES
from gui.icons import IconButton
from gui.session import Session

ROLE_NAMES = {
    LayerRole.MINE: "mine",
    LayerRole.REFERENCE: "reference",
    LayerRole.PREDICTIONS: "predictions",
    LayerRole.PROPOSALS: "proposals",
}


class LayersPanel(QWidget):
    """A checkable list; the box of a layer is its visibility, a menu has the rest."""

    rename_requested = Signal(int)
    role_requested = Signal(int, object)
    """A layer and the LayerRole that it is to have."""
    delete_requested = Signal(int)
    compare_requested = Signal(int)
    """The layer to compare mine with."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filling = False
        self.list = QListWidget(self)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setAccessibleName(self.tr("Layers"))
        self.list.itemChanged.connect(self._on_changed)
        self.list.currentItemChanged.connect(lambda *_: self._show_buttons())
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.rename = IconButton("pencil-outline", self.tr("Rename the layer…"), self)
        self.delete = IconButton("delete-outline", self.tr("Delete the layer"), self)
        self.more = IconButton("dots-horizontal", self.tr("What the layer is for"), self)
        self.rename.clicked.connect(lambda _on=False: self._emit(self.rename_requested.emit))
        self.delete.clicked.connect(lambda _on=False: self._emit(self.delete_requested.emit))
        self.more.clicked.connect(lambda _on=False: self._show_menu(None))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(4)
        layout.addWidget(self.list)
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self.rename, self.more, self.delete):
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)
        session.document_changed.connect(lambda _event: self.refresh())
        session.image_changed.connect(lambda _image: self.refresh())
        session.visibility_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the layers as they are now."""
        self._filling = True
        chosen = self.current_id
        self.list.clear()
        for _, layer in sorted(self._session.state.layers.items()):
            if layer.role is LayerRole.PROPOSALS:
                # What was rejected in the deck is nobody's work to be looked at.
                continue
            self.list.addItem(self._row(layer))
            if layer.id == chosen:
                self.list.setCurrentRow(self.list.count() - 1)
        self._filling = False
        self._show_buttons()

    @property
    def current_id(self) -> int | None:
        """The layer that is marked."""
        item = self.list.currentItem()
        return None if item is None else int(item.data(Qt.ItemDataRole.UserRole))

    def menu_of(self, layer: Layer) -> QMenu:
        """What can be done with a layer."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        number = layer.id
        menu.addAction(self.tr("Rename…"), lambda: self.rename_requested.emit(number))
        if layer.role in COMPARED_ROLES:
            menu.addAction(
                self.tr("Compare mine with it"), lambda: self.compare_requested.emit(number)
            )
            other = (
                LayerRole.PREDICTIONS if layer.role is LayerRole.REFERENCE else LayerRole.REFERENCE
            )
            text = self.tr("Use it as {}").format(ROLE_NAMES[other])
            menu.addAction(text, lambda: self.role_requested.emit(number, other))
            menu.addSeparator()
            menu.addAction(self.tr("Delete"), lambda: self.delete_requested.emit(number))
        return menu

    def _show_menu(self, place: QPoint | None) -> None:
        layer = self._session.state.layers.get(self.current_id or 0)
        if layer is not None:
            at = self.more.rect().bottomLeft() if place is None else place
            widget: QWidget = self.more if place is None else self.list.viewport()
            self.menu_of(layer).popup(widget.mapToGlobal(at))

    def _show_buttons(self) -> None:
        layer = self._session.state.layers.get(self.current_id or 0)
        self.rename.setEnabled(layer is not None)
        self.more.setEnabled(layer is not None)
        self.delete.setEnabled(layer is not None and layer.role in COMPARED_ROLES)

    def _emit(self, emit: Callable[[int], None]) -> None:
        if self.current_id is not None:
            emit(self.current_id)

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
