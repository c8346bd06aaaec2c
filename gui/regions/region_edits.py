"""What people change in the regions themselves: cuts and refinements, with undo.

Regions are no part of the document: they are how objects are made, kept in the
project's cache. Ctrl+Z still takes them back in the order in which things were
done: a step on the regions remembers how many changes were in force before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from core.document.history import Action, HistoryEvent
from core.document.mask import Mask, PixelBox
from core.errors import MaskwrightError
from core.grouping.browser import RegionBrowser
from core.grouping.hierarchy import Hierarchy
from core.grouping.recut import recut
from core.grouping.refining import refine
from core.grouping.storage import from_bytes, to_bytes
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.pictures.image_loading import LoadedImage
from gui.regions.image_regions import ImageRegions, RegionChoice
from gui.regions.region_loading import RegionLoader
from gui.session import Session
from gui.tools.tool import RegionCut

MOST_STEPS = 50
_MARGIN_SHARE = 0.2
_LEAST_MARGIN_PX = 8


@dataclass(frozen=True, slots=True, eq=False)
class RegionStep:
    """One change of the regions of an image, stored compressed on both sides."""

    name: str
    image_id: int
    choice: RegionChoice
    position: int
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True, eq=False)
class _Edited:
    """What a task brings back."""

    browser: RegionBrowser
    before: bytes
    after: bytes
    message: str


class RegionEdits(QObject):
    """Carries out cuts and refinements in the background, one at a time."""

    changed = Signal()

    def __init__(
        self,
        session: Session,
        regions: RegionLoader,
        picture: Callable[[], LoadedImage | None],
        tasks: TaskQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._regions = regions
        self._picture = picture
        self._tasks = tasks
        self._busy = False
        self._done: list[RegionStep] = []
        self._undone: list[RegionStep] = []
        session.document_changed.connect(self._on_history)
        session.image_changed.connect(lambda _image: self.changed.emit())
        regions.choice_changed.connect(self._forget)

    @property
    def can_undo(self) -> bool:
        """Whether the last thing done was a change of the regions on the screen."""
        return self._is_next(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether the last thing undone was a change of the regions on the screen."""
        return self._is_next(self._undone)

    def cut(self, cut: RegionCut) -> None:
        """Split a region of the image on the screen along a line."""
        found = self._subject()
        if found is None:
            return
        image, regions = found

        def work(context: TaskContext) -> tuple[Hierarchy, str]:
            result = recut(regions.browser, cut.node, cut.points, context.check_cancelled)
            return result.hierarchy, f"Split into {len(result.sides)} regions. Ctrl+Z joins them."

        self._run("Split region", image, regions, work)

    def refine(self, mask: Mask) -> None:
        """Find finer regions in and around a mask."""
        found = self._subject()
        if found is None:
            return
        image, regions = found
        box, size, elsewhere = mask.box, image.size, self._regions.image_part
        margin = max(_LEAST_MARGIN_PX, round(max(box.width, box.height) * _MARGIN_SHARE))
        around = PixelBox(
            box.left - margin, box.top - margin, box.width + 2 * margin, box.height + 2 * margin
        ).clipped(size)

        def work(context: TaskContext) -> tuple[Hierarchy, str]:
            assert image.rgb is not None  # noqa: S101 - said by _subject
            tree = refine(
                regions.browser,
                image.rgb,
                around,
                image_part=elsewhere,
                cancelled=lambda: context.cancelled,
            )
            more = tree.leaf_count - regions.browser.hierarchy.leaf_count
            return tree, f"{more:,} finer regions here. Ctrl+Z takes them back."

        self._run("Refine regions", image, regions, work)

    def undo(self) -> bool:
        """Take the last change of the regions back if nothing was done after it."""
        return self.can_undo and self._step_to(self._done, self._undone, undo=True)

    def redo(self) -> bool:
        """Do a change of the regions again if it was undone last."""
        return self.can_redo and self._step_to(self._undone, self._done, undo=False)

    def _subject(self) -> tuple[LoadedImage, ImageRegions] | None:
        """The picture and its regions; None, with the reason said, while there are none."""
        image = self._picture()
        regions = None if image is None else self._regions.source(image.image_id)
        if image is None or image.rgb is None or regions is None or not regions.final:
            self._session.message_posted.emit("The regions of this image are still being computed.")
        elif self._busy:
            self._session.message_posted.emit("The regions are still being changed.")
        else:
            return image, regions
        return None

    def _run(
        self,
        name: str,
        image: LoadedImage,
        regions: ImageRegions,
        work: Callable[[TaskContext], tuple[Hierarchy, str]],
    ) -> None:
        rgb, position = image.rgb, self._session.project.position

        def run(context: TaskContext) -> _Edited:
            tree, message = work(context)
            before, after = (
                to_bytes(part, context.check_cancelled)
                for part in (regions.browser.hierarchy, tree)
            )
            context.check_cancelled()
            return _Edited(RegionBrowser(tree, image.size, rgb), before, after, message)

        def done(edited: _Edited) -> None:
            self._busy = False
            step = RegionStep(
                name, image.image_id, regions.choice, position, edited.before, edited.after
            )
            self._done = [*self._done, step][-MOST_STEPS:]
            self._undone.clear()
            self._regions.replace(image.image_id, edited.browser, image.digest, edited.after)
            self._session.message_posted.emit(edited.message)
            self.changed.emit()

        self._busy = True
        self._tasks.submit(
            Task(name, Lane.INTERACTIVE, ("region edit",), run), done, self._on_failed
        )

    def _step_to(self, source: list[RegionStep], target: list[RegionStep], *, undo: bool) -> bool:
        image = self._picture()
        if image is None or image.rgb is None or self._busy:
            self._session.message_posted.emit("The regions are still being changed.")
            return True
        step = source.pop()
        target.append(step)
        record = step.before if undo else step.after
        rgb, size = image.rgb, image.size

        def run(_context: TaskContext) -> RegionBrowser:
            tree = from_bytes(record)
            assert tree is not None  # noqa: S101 - written by this very program
            return RegionBrowser(tree, size, rgb)

        def done(browser: RegionBrowser) -> None:
            self._busy = False
            self._regions.replace(step.image_id, browser, image.digest, record)
            word = "Undone" if undo else "Redone"
            self._session.message_posted.emit(f"{word}: {step.name}")
            self.changed.emit()

        self._busy = True
        self._tasks.submit(
            Task(step.name, Lane.INTERACTIVE, ("region edit",), run), done, self._on_failed
        )
        return True

    def _is_next(self, steps: list[RegionStep]) -> bool:
        image = self._session.image
        if not steps or image is None:
            return False
        last = steps[-1]
        here = last.image_id == image.id and last.choice == self._regions.choice
        return here and last.position == self._session.project.position

    def _on_failed(self, error: MaskwrightError) -> None:
        self._busy = False
        self._session.message_posted.emit(str(error))

    def _on_history(self, event: HistoryEvent) -> None:
        if event.action is Action.APPLIED:
            self._undone.clear()

    def _forget(self) -> None:
        self._done.clear()
        self._undone.clear()
        self.changed.emit()
