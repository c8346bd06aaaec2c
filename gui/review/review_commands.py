"""Walking through disagreements of two layers, worst first, and settling them on the spot."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from core.document.change import Change
from core.document.document import ImageDocument
from core.document.geometry import Box
from core.editing.review import ReviewPair, keep_mine, merge_region, take_theirs, together
from core.errors import MaskwrightError
from core.imaging.rasterise import rasterise
from core.scoring.difference import ObjectDifference
from core.scoring.pixel_difference import connected_regions
from core.tasks.queue import Lane, Task, TaskContext
from gui.actions import ActionEntry
from gui.pictures.image_loading import LoadedImage
from gui.review.difference_colors import DifferenceColors
from gui.review.difference_watch import DifferenceWatch, as_error
from gui.workbench import Workbench

_Settle = Callable[[ImageDocument, list[ReviewPair]], Change | None]


class ReviewCommands(QObject):
    """What a person does about the disagreements that the watch lists."""

    current_changed = Signal()

    def __init__(
        self, bench: Workbench, look_at: Callable[[Box], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.watch = DifferenceWatch(bench.session, bench.tasks, self)
        self.colors = DifferenceColors(
            bench.session, self.watch, bench.presenter, bench.tasks, self
        )
        self._bench = bench
        self._session = bench.session
        self._look_at = look_at
        self._current: ObjectDifference | None = None
        self._awaited: ObjectDifference | None = None
        bench.image_loaded.connect(self._on_image_loaded)

    @property
    def current(self) -> ObjectDifference | None:
        """The disagreement that is looked at."""
        return self._current

    def go_to(self, item: ObjectDifference) -> None:
        """Show a disagreement: its image, both layers, the view on it."""
        self._current = item
        theirs = self.watch.theirs
        for layer in (self._session.layer, theirs):
            if layer is not None:
                self._session.set_layer_visible(layer.id, True)
        self._session.show_image(item.image_id)
        document = self._session.document
        mine_id = item.prediction_id
        if document is not None and mine_id is not None and mine_id in document.annotations:
            self._session.select(frozenset({mine_id}))
        # A picture of another size is fitted when it arrives; the view goes back then.
        self._awaited = item
        self._look_at(item.bounds)
        self.current_changed.emit()

    def walk(self, steps: int) -> None:
        """Go to the next disagreement, or back; the worst one comes first."""
        if not self.watch.is_known:
            self._session.message_posted.emit("The layers are being compared; try again.")
            self.watch.refresh()
        elif not self.watch.items:
            self._session.message_posted.emit("There is no open disagreement.")
        else:
            self.go_to(self.watch.items[self._place_after(steps)])

    def take_current(self) -> None:
        """Make mine what theirs is, then go to the next one."""
        self._settle_current(self._take)

    def keep_current(self) -> None:
        """Leave mine as it is, say so, then go to the next one."""
        self._settle_current(keep_mine)

    def merge_current(self) -> None:
        """Take theirs in the largest region where the two shapes differ."""
        item, document = self._current, self._session.document
        if item is None or document is None or document.image_id != item.image_id:
            self._session.message_posted.emit("Go to a disagreement first (F8).")
            return
        try:
            change = self._merge(document, item)
        except (MaskwrightError, ValueError) as error:
            self._session.error_raised.emit(as_error(error))
            return
        if not self._session.apply(change):
            self._session.message_posted.emit("The two shapes do not differ.")

    def take_listed(self) -> None:
        """Make mine what theirs is for everything that is listed; one undo takes it back."""
        self._settle_listed("Take all theirs", self._take)

    def keep_listed(self) -> None:
        """Keep mine for everything that is listed; one undo takes it back."""
        self._settle_listed("Keep all mine", keep_mine)

    def _take(self, document: ImageDocument, pairs: list[ReviewPair]) -> Change | None:
        return take_theirs(document, pairs, self._session.layer.id, self._bench.author)

    def _merge(self, document: ImageDocument, item: ObjectDifference) -> Change | None:
        shapes = [
            rasterise(document.annotations[number].geometry, document.size)
            for number in (item.truth_id, item.prediction_id)
            if number is not None and number in document.annotations
        ]
        apart = shapes[0] if shapes else None
        if len(shapes) == 2:
            apart = shapes[0].without(shapes[1]).united(shapes[1].without(shapes[0]))
        regions = () if apart is None else connected_regions(apart)
        if not regions:
            return None
        largest = max(regions, key=lambda region: region.area)
        return merge_region(
            document, _pair(item), largest, self._session.layer.id, self._bench.author
        )

    def _settle_current(self, settle: _Settle) -> None:
        item, document = self._current, self._session.document
        if item is None or document is None or document.image_id != item.image_id:
            self._session.message_posted.emit("Go to a disagreement first (F8).")
            return
        following = self.watch.items[self._place_after(1)] if self.watch.items else None
        try:
            change = settle(document, [_pair(item)])
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        if self._session.apply(change) and following is not None and following != item:
            self.go_to(following)

    def _settle_listed(self, name: str, settle: _Settle) -> None:
        by_image: dict[int, list[ReviewPair]] = {}
        for item in self.watch.items:
            by_image.setdefault(item.image_id, []).append(_pair(item))
        project, count = self._session.project, len(self.watch.items)

        def run(context: TaskContext) -> Change | None:
            dataset = project.snapshot()
            changes = []
            for number, (image_id, pairs) in enumerate(by_image.items(), start=1):
                changes.append(settle(dataset.load(image_id), pairs))
                context.progress(number / len(by_image), name)
            return together(changes, f"{name} ({count})")

        self._bench.tasks.submit(
            Task(name, Lane.INTERACTIVE, ("settle listed",), run),
            partial(self._apply_listed, name, count, len(by_image)),
            self._session.error_raised.emit,
        )

    def _apply_listed(self, name: str, count: int, images: int, change: Change | None) -> None:
        if self._session.apply(change):
            self._session.message_posted.emit(
                f"{name}: {count} objects on {images} images. Ctrl+Z takes it back."
            )

    def _place_after(self, steps: int) -> int:
        keys = [_key(item) for item in self.watch.items]
        current = self._current
        if current is None or _key(current) not in keys:
            return 0 if steps > 0 else len(keys) - 1
        return (keys.index(_key(current)) + steps) % len(keys)

    def _on_image_loaded(self, image: LoadedImage) -> None:
        awaited = self._awaited
        if awaited is None or awaited.image_id != image.image_id:
            return
        if image.rgb is not None:
            self._awaited = None
        self._look_at(awaited.bounds)


def difference_entries(review: ReviewCommands) -> tuple[ActionEntry, ...]:
    """The rows of the action table for walking through disagreements."""
    menu = "&Review"
    return (
        ActionEntry(
            "next_difference",
            "Next &worst disagreement",
            partial(review.walk, 1),
            ("F8",),
            menu,
            separator_before=True,
        ),
        ActionEntry(
            "previous_difference",
            "Previous disagreement",
            partial(review.walk, -1),
            ("Shift+F8",),
            menu,
        ),
        ActionEntry("take_theirs", "Take &theirs", review.take_current, ("F7",), menu),
        ActionEntry("keep_mine", "&Keep mine", review.keep_current, ("Shift+F7",), menu),
        ActionEntry(
            "merge_region",
            "&Merge the largest region that differs",
            review.merge_current,
            ("Ctrl+F7",),
            menu,
        ),
        ActionEntry(
            "difference_colors",
            "&Colours of the difference",
            review.colors.toggle,
            ("Shift+M",),
            "&View",
        ),
        ActionEntry("take_listed", "Take all theirs that are listed", review.take_listed, (), menu),
        ActionEntry("keep_listed", "Keep all mine that are listed", review.keep_listed, (), menu),
    )


def _pair(item: ObjectDifference) -> ReviewPair:
    return ReviewPair(mine_id=item.prediction_id, theirs_id=item.truth_id)


def _key(item: ObjectDifference) -> tuple[int, int | None, int | None]:
    return item.image_id, item.truth_id, item.prediction_id
