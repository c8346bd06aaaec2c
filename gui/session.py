"""One open project as the window sees it: the image on the screen, selection, undo, saving.

Everything shown is derived from the project's history; the session adds what
is not part of the document (current image, selection, active label, visible
layers) and says by signals what has changed.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from core.document.annotation import Annotation, Label, Layer, LayerRole
from core.document.change import Change
from core.document.document import BACK_TO_FRONT, ImageDocument, ProjectState
from core.document.history import HistoryEvent
from core.document.images import ImageRecord
from core.editing.image_state import mark_in_progress
from core.errors import MaskwrightError, ReadError
from core.project.image_table import ImageTable
from core.project.project import Project

DOCUMENTS_KEPT = 64


class Session(QObject):
    """The live state around one project."""

    image_changed = Signal(object)
    """The image on the screen is another one; carries its ImageRecord."""
    document_changed = Signal(object)
    """A change was applied, undone or redone; carries the HistoryEvent."""
    selection_changed = Signal()
    label_changed = Signal()
    visibility_changed = Signal()
    message_posted = Signal(str)
    undo_offered = Signal(str)
    """A large change was made; carries what it came to, to be shown with a button for undo."""
    error_raised = Signal(object)
    """Carries a MaskwrightError to be shown in the window."""
    closing = Signal()
    """The project is about to be closed: let go of what holds its file."""
    about_to_leave_image = Signal()
    """Drafts on the current image have to be finished now."""

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = project
        self._image: ImageRecord | None = None
        self._is_readable = False
        self._visited: list[int] = []
        self.revision = 0
        """Grows with every step of the history; tells whether something prepared is stale."""
        self._selection: frozenset[int] = frozenset()
        self._hidden_layers = _compared_layers(project.history.state)
        self._layer = _editable_layer(project.history.state)
        labels = sorted(project.history.state.labels)
        self._label_id = labels[0] if labels else 0
        self._stop_listening = project.history.subscribe(self._on_history)

    def close(self) -> None:
        """Stop listening to the project; the project itself stays open."""
        self.closing.emit()
        self._stop_listening()

    @property
    def state(self) -> ProjectState:
        """Labels, layers and image states."""
        return self.project.history.state

    @property
    def images(self) -> ImageTable:
        """All images of the project, in their order."""
        return self.project.images

    @property
    def image(self) -> ImageRecord | None:
        """The image on the screen."""
        return self._image

    @property
    def document(self) -> ImageDocument | None:
        """The annotations of the image on the screen; None when it cannot be read."""
        if self._image is None or not self._is_readable:
            return None
        return self.project.history.document(self._image.id)

    @property
    def layer(self) -> Layer:
        """The layer that tools edit."""
        return self.state.layers[self._layer.id]

    @property
    def label(self) -> Label:
        """The label that new objects get."""
        labels = self.state.labels
        return labels.get(self._label_id) or labels[min(labels)]

    @property
    def selection(self) -> frozenset[int]:
        """Ids of the selected objects of this image."""
        return self._selection

    @property
    def hidden_ids(self) -> frozenset[int]:
        """Ids of the objects of this image that are not drawn, by themselves or their layer."""
        document = self.document
        if document is None:
            return frozenset()
        layers = self._hidden_layers
        return frozenset(
            item.id
            for item in document.annotations.values()
            if item.hidden or item.layer_id in layers
        )

    @property
    def hidden_layers(self) -> frozenset[int]:
        """Ids of layers that are not drawn."""
        return self._hidden_layers

    def selected(self) -> tuple[Annotation, ...]:
        """The selected objects that still exist, back to front."""
        document = self.document
        if document is None:
            return ()
        layer_id, known = self.layer.id, document.annotations
        items = [known[number] for number in self._selection if number in known]
        return tuple(
            sorted((item for item in items if item.layer_id == layer_id), key=BACK_TO_FRONT)
        )

    def show_image(self, image_id: int) -> None:
        """Put an image on the screen; an open draft is finished first."""
        if self._image is not None and self._image.id == image_id:
            return
        if self._image is not None:
            self.about_to_leave_image.emit()
        image = self.project.images.by_id(image_id)
        try:
            self.project.history.document(image_id)
            self._is_readable = True
        except ReadError:
            # The loader says why; the image is shown as broken, so that one can go on from it.
            self._is_readable = False
        self._image = image
        self._forget_old_documents(image_id)
        self._selection = frozenset()
        self.image_changed.emit(image)
        self.selection_changed.emit()

    def show_again(self, image_ids: tuple[int, ...]) -> None:
        """Load the image on the screen anew when it is one of these."""
        image = self._image
        if image is not None and image.id in image_ids:
            self._image = None
            self.show_image(image.id)

    def _forget_old_documents(self, image_id: int) -> None:
        """Keep the documents of the images seen last; the others are loaded again if need be."""
        self._visited = [other for other in self._visited if other != image_id] + [image_id]
        if len(self._visited) > DOCUMENTS_KEPT and not self.project.pending:
            for old in self._visited[:-DOCUMENTS_KEPT]:
                self.project.history.release(old)
            self._visited = self._visited[-DOCUMENTS_KEPT:]

    def neighbour(self, steps: int) -> ImageRecord | None:
        """The image so many places after this one in the project's order."""
        if self._image is None:
            return None
        place = self.project.images.place_of(self._image.id) + steps
        return self.project.images[place] if 0 <= place < len(self.project.images) else None

    def select(self, ids: frozenset[int]) -> None:
        """Change the selection."""
        if ids != self._selection:
            self._selection = ids
            self.selection_changed.emit()

    def use_label(self, label_id: int) -> None:
        """Give new objects this label from now on."""
        if label_id in self.state.labels and label_id != self._label_id:
            self._label_id = label_id
            self.label_changed.emit()

    def set_layer_visible(self, layer_id: int, visible: bool) -> None:
        """Show or hide a layer on the canvas."""
        hidden = self._hidden_layers - {layer_id} if visible else self._hidden_layers | {layer_id}
        self.show_only_hidden(hidden)

    def show_only_hidden(self, hidden: frozenset[int]) -> None:
        """Replace the set of hidden layers."""
        if hidden != self._hidden_layers:
            self._hidden_layers = hidden
            self.visibility_changed.emit()

    def apply(self, change: Change | None) -> bool:
        """Do a change; False, with the reason shown, when it was refused."""
        if change is None:
            return False
        if self.project.read_only:
            self.error_raised.emit(
                MaskwrightError(
                    "This project is open for reading only, so nothing was changed.",
                    "Save a copy where you may write, or close the program that holds it.",
                )
            )
            return False
        try:
            if not change.layers:
                # A layer that is brought in says nothing of one's own progress.
                change = mark_in_progress(change, self.state)
            self.project.history.apply(change)
        except MaskwrightError as error:
            self.error_raised.emit(error)
            return False
        return True

    def apply_loaded(
        self, change: Change, documents: Mapping[int, ImageDocument], revision: int
    ) -> bool:
        """Do a change of many images whose documents were loaded ahead at a revision.

        Documents that nobody looks at are forgotten again. False when it was refused.
        """
        if revision == self.revision:
            self.project.history.adopt(documents)
        done = self.apply(change)
        for image_id in change.images.keys() - set(self._visited):
            self.project.history.release(image_id)
        return done

    def undo(self) -> None:
        """Take the last change back, going to its image first if it is another."""
        self._step_back_or_forth(undo=True)

    def redo(self) -> None:
        """Apply the change that was undone last, on its image."""
        self._step_back_or_forth(undo=False)

    def _step_back_or_forth(self, *, undo: bool) -> None:
        history = self.project.history
        change = history.next_undo if undo else history.next_redo
        word = "undo" if undo else "redo"
        if change is None:
            self.message_posted.emit(f"Nothing to {word}.")
            return
        name = change.name
        if self._goes_elsewhere(change):
            image_id = next(iter(change.images))
            self.show_image(image_id)
            name = f"{name} (on {self.project.images.by_id(image_id).name})"
        try:
            done = history.undo() if undo else history.redo()
        except MaskwrightError as error:
            self.error_raised.emit(error)
            return
        if done is None:
            self.message_posted.emit(f"Nothing to {word}.")
            return
        self.message_posted.emit(f"{'Undone' if undo else 'Redone'}: {name}")

    def _goes_elsewhere(self, change: Change) -> bool:
        on_screen = None if self._image is None else self._image.id
        return bool(change.images) and on_screen not in change.images

    def _hide_new_layers(self, event: HistoryEvent) -> None:
        """Layers to compare with come in hidden, as they are when a project is opened."""
        new = {layer.id for layer in event.change.layers.added if layer.role is not LayerRole.MINE}
        if new:
            self.show_only_hidden(self._hidden_layers | new)

    def _on_history(self, event: HistoryEvent) -> None:
        self.revision += 1
        self._hide_new_layers(event)
        if self._image is not None and self._image.id in event.documents:
            present = event.documents[self._image.id].annotations.keys()
            self.select((self._selection & present) - _newly_hidden(event, self._image.id))
        self.document_changed.emit(event)
        if event.change.labels:
            self.label_changed.emit()


def _newly_hidden(event: HistoryEvent, image_id: int) -> frozenset[int]:
    """Objects that a step took off the screen: nothing unseen stays selected."""
    updated = event.change.images[image_id].annotations.updated
    return frozenset(new.id for old, new in updated if new.hidden and not old.hidden)


def _compared_layers(state: ProjectState) -> frozenset[int]:
    """Layers that are hidden at first, so that nobody copies from them unawares."""
    return frozenset(
        layer.id for layer in state.layers.values() if layer.role is not LayerRole.MINE
    )


def _editable_layer(state: ProjectState) -> Layer:
    layer = state.layer_of(LayerRole.MINE)
    if layer is None:
        raise MaskwrightError(
            "This project has no layer to work in.", "Open the images as a new project instead."
        )
    return layer
