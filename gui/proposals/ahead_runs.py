"""What a person runs on an image is run on the next two as well, while the hand is busy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from core.engine.protocol import ModelRequest
from core.imaging.reading import content_digest
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.proposals.model_runs import ModelRuns
from gui.proposals.proposal_options import ProposalOptions
from gui.proposals.result_cache import ResultCache
from gui.session import Session

STEPS_AHEAD = (1, 2)


class AheadRuns(QObject):
    """Follows the model that was asked for last.

    ``neighbour`` tells which image comes so many rows later in the list.
    """

    def __init__(
        self,
        session: Session,
        runs: ModelRuns,
        cache: ResultCache,
        options: ProposalOptions,
        tasks: TaskQueue,
        neighbour: Callable[[int], int | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runs = runs
        self._cache = cache
        self._options = options
        self._tasks = tasks
        self._neighbour = neighbour
        self._model: str | None = None
        session.image_changed.connect(lambda _image: self.look_ahead())
        options.changed.connect(self.look_ahead)

    def follow(self, model_id: str) -> None:
        """Run this model ahead from now on."""
        self._model = model_id
        self.look_ahead()

    def look_ahead(self) -> None:
        """Want the next images, and call off what was wanted before and is not now."""
        if self._model is None:
            return
        if not self._options.runs_ahead:
            self._runs.want_ahead(())
            return
        model_id = self._model
        images = [
            self._session.images.by_id(image_id)
            for steps in STEPS_AHEAD
            if (image_id := self._neighbour(steps)) is not None
        ]
        paths = [(image.id, self._session.project.image_path(image)) for image in images]
        named = self._runs.named_weights(model_id)
        parameters = self._options.parameters(model_id)

        def missing(context: TaskContext) -> Sequence[tuple[int, ModelRequest]]:
            wanted = []
            for image_id, path in paths:
                context.check_cancelled()
                if path.is_file():
                    digest = content_digest(path)
                    if self._cache.find(model_id, named, digest, parameters) is None:
                        request = ModelRequest(path, digest, model_id, named, parameters)
                        wanted.append((image_id, request))
            return wanted

        task = Task("Look ahead", Lane.PREFETCH, ("look ahead",), missing)
        # What cannot be run ahead is said when it is asked for.
        self._tasks.submit(task, self._runs.want_ahead, lambda _error: None)
