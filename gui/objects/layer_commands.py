"""What people do with layers: go through them, rename, say what one is for, delete."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QMainWindow

from core.document.annotation import Layer, LayerRole
from core.document.change import Change
from core.document.document import ImageDocument, ProjectState
from core.editing.layers import delete_layer, rename_layer, set_layer_role
from core.errors import MaskwrightError
from gui.actions import ActionEntry
from gui.counting import counted
from gui.files.whole_project import WholeProject
from gui.review.difference_colors import DifferenceColors
from gui.workbench import Workbench

DIFFERENCE, EVERYTHING = "difference", "all layers"


class LayerCommands(QObject):
    """Everything but the view is a step that can be undone."""

    def __init__(self, bench: Workbench, difference: DifferenceColors, window: QMainWindow) -> None:
        super().__init__(window)
        self._session = bench.session
        self._difference = difference
        self._window = window
        self._whole = WholeProject(bench.session, bench.tasks, self)
        self._place = 0

    def cycle(self) -> None:
        """Go through mine, each other layer by itself, the difference, all layers."""
        views = self._views()
        self._place = (self._place + 1) % len(views)
        name, layer_ids = views[self._place]
        state = self._session.state
        hidden = frozenset(layer for layer in state.layers if layer not in layer_ids)
        self._difference.show(name == DIFFERENCE)
        self._session.show_only_hidden(hidden)
        if name == DIFFERENCE:
            self._session.message_posted.emit(f"Showing: {self._difference.words}")
        else:
            self._session.message_posted.emit(f"Showing: {name}")

    def _views(self) -> list[tuple[str, frozenset[int]]]:
        state, mine = self._session.state, self._session.layer
        others = [
            layer
            for role in (LayerRole.REFERENCE, LayerRole.PREDICTIONS)
            for layer in state.layers_of(role)
        ]
        views = [("mine", frozenset({mine.id}))]
        views += [(_name(layer), frozenset({layer.id})) for layer in others]
        theirs = self._difference.theirs
        if theirs is not None:
            views.append((DIFFERENCE, frozenset({mine.id, theirs.id})))
        shown = {
            layer.id for layer in state.layers.values() if layer.role is not LayerRole.PROPOSALS
        }
        return [*views, (EVERYTHING, frozenset(shown))]

    def rename(self, layer_id: int) -> None:
        """Ask for another name."""
        layer = self._session.state.layers.get(layer_id)
        if layer is None:
            return
        name, accepted = QInputDialog.getText(
            self._window, self.tr("Rename the layer"), self.tr("Name"), text=layer.name
        )
        if accepted:
            self.rename_to(layer_id, name)

    def rename_to(self, layer_id: int, name: str) -> None:
        """Give a layer another name."""
        self._try(lambda: rename_layer(self._session.state, layer_id, name))

    def set_role(self, layer_id: int, role: LayerRole) -> None:
        """Use a layer as a reference, or as predictions."""
        self._try(lambda: set_layer_role(self._session.state, layer_id, role))

    def delete(self, layer_id: int) -> None:
        """Delete a layer with everything in it; one undo brings it back."""

        def question(
            state: ProjectState, documents: Iterator[ImageDocument]
        ) -> Change | MaskwrightError:
            try:
                return delete_layer(state, documents, layer_id)
            except MaskwrightError as error:
                return error

        self._whole.ask("Delete the layer", question, self._on_deletion)

    def _on_deletion(self, found: Change | MaskwrightError) -> None:
        if isinstance(found, MaskwrightError):
            self._session.error_raised.emit(found)
        elif self._session.apply(found):
            count = sum(len(part.annotations.removed) for part in found.images.values())
            self._session.message_posted.emit(
                f"{found.name}: {counted(count, 'object')} gone. Ctrl+Z brings it back."
            )

    def _try(self, make: Callable[[], Change | None]) -> None:
        try:
            change = make()
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        self._session.apply(change)


def layer_entries(layers: LayerCommands) -> tuple[ActionEntry, ...]:
    """The rows of the action table about layers."""
    return (
        ActionEntry(
            "layers",
            "Mine, reference, predictions, difference, all",
            partial(layers.cycle),
            ("M",),
            "&View",
        ),
    )


def _name(layer: Layer) -> str:
    kind = "reference" if layer.role is LayerRole.REFERENCE else "predictions"
    return f"{kind} “{layer.name}”"
