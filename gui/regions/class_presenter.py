"""Shows the class map of the image on the screen."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.document.annotation import LayerRole
from core.document.document import ProjectState
from core.document.semantic import SemanticMap
from gui.canvas.canvas import Canvas
from gui.canvas.layers.class_fill import ClassFill
from gui.session import Session
from gui.tools.class_map import VOID_COLOR


def class_colors(state: ProjectState, shown: SemanticMap) -> dict[int, str]:
    """Colour of every value of a map that is drawn: the labels, and void."""
    colors = {label.id: label.color for label in state.labels.values()}
    return {**colors, shown.void: VOID_COLOR}


class ClassPresenter(QObject):
    """The map of the front-most visible layer that has one lies under the objects."""

    def __init__(self, session: Session, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._shown: tuple[SemanticMap, dict[int, str]] | None = None
        session.image_changed.connect(lambda _image: self.refresh())
        session.document_changed.connect(lambda _event: self.refresh())
        session.visibility_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Hand the canvas the classes that can be seen now; nothing when they are the same."""
        found = self._front_map()
        if found is None:
            self._shown = None
            self._canvas.set_classes(None)
            return
        colors = class_colors(self._session.state, found)
        shown = self._shown
        if shown is not None and shown[0] is found and shown[1] == colors:
            return
        self._shown = (found, colors)
        self._canvas.set_classes(ClassFill.of(found.classes, colors))

    def show_again(self) -> None:
        """The canvas has forgotten everything, as for a picture of another size."""
        self._shown = None
        self.refresh()

    def _front_map(self) -> SemanticMap | None:
        document = self._session.document
        if document is None or not document.semantic:
            return None
        layers = self._session.state.layers
        visible = [
            layers[layer_id]
            for layer_id in document.semantic
            if layer_id in layers and layer_id not in self._session.hidden_layers
        ]
        if not visible:
            return None
        front = max(visible, key=lambda layer: (layer.role is LayerRole.MINE, layer.id))
        return document.semantic[front.id]
