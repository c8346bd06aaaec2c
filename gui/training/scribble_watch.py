"""Refits the scribble classifier while one paints, and keeps what it finds as objects."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from PySide6.QtCore import QObject, QTimer

from core.document.annotation import Annotation, Provenance, new_annotation_id
from core.document.change import Change, Difference, ImageChange
from core.document.mask import PixelBox
from core.errors import MaskwrightError
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from core.training.scribble_classifier import FoundPart, ScribbleClassifier, Stroke, preview
from gui.canvas.canvas import Canvas
from gui.pictures.image_loading import LoadedImage
from gui.session import Session
from gui.tool_host import ToolHost
from gui.tools.scribble import ScribbleTool
from gui.tools.tool import Tool

REFIT_MS = 60
SOURCE = "scribbles"


class ScribbleWatch(QObject):
    """A refit at a time; of strokes that come meanwhile only the newest state counts."""

    def __init__(
        self,
        session: Session,
        canvas: Canvas,
        tools: ToolHost,
        tool: Tool,
        tasks: TaskQueue,
        picture: Callable[[], LoadedImage | None],
        author: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._tools = tools
        if not isinstance(tool, ScribbleTool):
            raise TypeError("the scribble tool is wanted")
        self._tool = tool
        self._tasks = tasks
        self._picture = picture
        self._author = author
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFIT_MS)
        self._timer.timeout.connect(self._refit)
        self._is_fitting = False
        tool.on_strokes = self._on_strokes
        tool.on_wanted = self.keep

    def keep(self) -> None:
        """Make objects of what is found on the whole picture, as one step."""
        image, strokes = self._picture(), self._tool.strokes
        if image is None or image.rgb is None or not strokes:
            return
        rgb, image_id, revision = image.rgb, image.image_id, self._session.revision

        def run(context: TaskContext) -> tuple[FoundPart, ...]:
            context.progress(0.1, "Scribbles")
            classifier = ScribbleClassifier(rgb)
            classifier.fit(strokes)
            return classifier.objects(check=context.check_cancelled)

        def done(found: tuple[FoundPart, ...]) -> None:
            if self._session.image is None or self._session.image.id != image_id:
                return
            if revision != self._session.revision:
                self._session.message_posted.emit("The image has changed meanwhile; try again.")
                return
            self._add(found)

        self._session.message_posted.emit("Looking at the whole picture…")
        self._tasks.submit(
            Task("Scribbles", Lane.INTERACTIVE, "scribble objects", run), done, self._fail
        )

    def _on_strokes(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _refit(self) -> None:
        strokes = self._tool.strokes
        if len({stroke.label for stroke in strokes}) < 2:
            self._tool.show(())
            self._tools.refresh()
            if strokes:
                self._session.message_posted.emit(
                    "Now scribble some background: drag with the right button, or with Shift."
                )
            return
        image = self._picture()
        if self._is_fitting or image is None or image.rgb is None:
            return
        self._is_fitting = True
        rgb, window = image.rgb, PixelBox.around(self._canvas.viewport.visible_box)

        def run(_context: TaskContext) -> tuple[FoundPart, ...]:
            return preview(rgb, strokes, window)

        self._tasks.submit(
            Task("Scribble preview", Lane.INTERACTIVE, None, run),
            lambda found: self._show(strokes, found),
            self._fail_softly,
        )

    def _show(self, strokes: tuple[Stroke, ...], found: tuple[FoundPart, ...]) -> None:
        self._is_fitting = False
        if not self._tool.strokes:
            return
        self._tool.show(found)
        self._tools.refresh()
        if len(self._tool.strokes) != len(strokes) or _points(self._tool.strokes) != _points(
            strokes
        ):
            self._timer.start()

    def _add(self, found: tuple[FoundPart, ...]) -> None:
        document = self._session.document
        if document is None:
            return
        labels = self._session.state.labels
        order = document.next_order()
        items = tuple(
            Annotation(
                new_annotation_id(),
                self._session.layer.id,
                part.label,
                part.mask,
                order=order + place,
                provenance=Provenance(SOURCE, self._author, score=round(part.score, 3)),
            )
            for place, part in enumerate(found)
            if part.label in labels
        )
        if not items:
            self._session.message_posted.emit("Nothing like the scribbles was found.")
            return
        image = ImageChange(annotations=Difference(added=items))
        change = Change("Objects from scribbles", MappingProxyType({document.image_id: image}))
        self._tool.cancel()
        if self._session.apply(change):
            self._session.message_posted.emit(
                f"{len(items)} objects from scribbles. Ctrl+Z undoes."
            )
        self._tools.refresh()
        self._tools.checkpoint()

    def _fail(self, error: MaskwrightError) -> None:
        self._session.error_raised.emit(error)

    def _fail_softly(self, error: MaskwrightError) -> None:
        self._is_fitting = False
        self._session.message_posted.emit(str(error))


def _points(strokes: tuple[Stroke, ...]) -> int:
    return sum(len(stroke.points) for stroke in strokes)
