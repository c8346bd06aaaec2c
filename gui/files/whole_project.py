"""Questions to every annotated image, answered in the background while nothing else changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from PySide6.QtCore import QObject

from core.document.document import ImageDocument, ProjectState
from core.project.project import Project
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.session import Session

T = TypeVar("T")
Question = Callable[[ProjectState, Iterator[ImageDocument]], T]


class WholeProject(QObject):
    """Asks something of all images that hold anything, on a background thread.

    When something was edited meanwhile, the answer is thrown away and asked for
    again, so that whoever gets it may act on it at once.
    """

    def __init__(self, session: Session, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks

    def ask(
        self,
        name: str,
        question: Question[T],
        answered: Callable[[T], object],
        image_ids: tuple[int, ...] | None = None,
    ) -> None:
        """Call ``answered`` with what ``question`` finds; a later one of this name replaces it.

        ``image_ids`` are the images to look at, None for all that hold anything.
        """
        revision = self._session.revision
        project = self._session.project

        def look(context: TaskContext) -> T:
            state, documents = documents_of(project, context, image_ids)
            return question(state, documents)

        def done(found: T) -> None:
            if revision == self._session.revision:
                answered(found)
            else:
                self.ask(name, question, answered, image_ids)

        self._tasks.submit(
            Task(name, Lane.INTERACTIVE, ("whole project", name), look),
            done,
            self._session.error_raised.emit,
        )


def documents_of(
    project: Project, context: TaskContext, image_ids: tuple[int, ...] | None = None
) -> tuple[ProjectState, Iterator[ImageDocument]]:
    """The state as it is now, and these images, or all on which a layer holds something.

    Pictures are opened only where their size is not known yet. Raises ReadError
    when one of those cannot be read, and Cancelled.
    """
    dataset = project.snapshot()
    layers = dataset.state.layers
    found = {image_id for layer_id in layers for image_id in project.images_with_layer(layer_id)}
    ids = sorted(found) if image_ids is None else image_ids

    def documents() -> Iterator[ImageDocument]:
        for place, image_id in enumerate(ids):
            context.check_cancelled()
            context.progress(place / len(ids))
            yield dataset.load(image_id)

    return dataset.state, documents()
