"""Gives the active tool its events and carries out what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from core.document.document import ImageDocument
from core.editing.paint_rules import PaintRule
from core.errors import MaskwrightError
from core.imaging.arrays import RgbImage
from core.project.records import DraftRow
from gui.canvas.canvas import Canvas
from gui.session import Session
from gui.tools.draft import NO_DRAFT, DraftMask
from gui.tools.events import Command, CommandEvent, PointerEvent, StepEvent, ToolEvent
from gui.tools.tool import DraftRecord, RegionSource, Tool, ToolContext, ToolResponse

CHECKPOINT_DELAY_MS = 80
"""A draft is on its way to the disk this long after it changed; 200 ms is the promise."""


def _no_picture(_image_id: int) -> RgbImage | None:
    return None


def _always_shown(_image_id: int) -> bool:
    return True


class ToolHost(QObject):
    """One active tool at a time; the draft is drawn, checkpointed and never lost."""

    tool_changed = Signal(str)
    paint_rule_changed = Signal(object)
    """Carries the PaintRule."""
    snapping_changed = Signal(bool)
    """Whether points snap to neighbours from now on."""
    paints_void_changed = Signal(bool)
    part_chosen = Signal(object)
    """Carries the PixelBox that a model is to look at."""
    cut_requested = Signal(object)
    """Carries the RegionCut that a region tool asks for."""

    def __init__(
        self,
        session: Session,
        canvas: Canvas,
        tools: Mapping[str, Tool],
        regions: Callable[[int], RegionSource | None],
        author: str,
        parent: QObject | None = None,
        pictures: Callable[[int], RgbImage | None] = _no_picture,
        is_shown: Callable[[int], bool] = _always_shown,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._tools = tools
        self._regions = regions
        self._pictures = pictures
        self._is_shown = is_shown
        self._paint_rule = PaintRule.OVER
        self._paints_void = False
        self._author = author
        self._active = tools["select"]
        self._preview: tuple[DraftMask, ...] = ()
        self._snaps = False
        self._first_command: Callable[[Command], bool] | None = None
        self._first_step: Callable[[int], None] | None = None
        self._hidden: frozenset[int] = frozenset()
        self._hidden_of: ImageDocument | None = None
        self._hidden_layers: frozenset[int] = frozenset()
        self._checkpointed: DraftRecord | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECKPOINT_DELAY_MS)
        self._timer.timeout.connect(self.checkpoint)
        canvas.tool_event.connect(self.handle)
        session.about_to_leave_image.connect(self.finish)
        session.image_changed.connect(self._on_image_changed)
        session.selection_changed.connect(self.refresh)
        session.label_changed.connect(self._on_label_changed)
        session.document_changed.connect(self._on_document_changed)

    @property
    def active(self) -> Tool:
        """The tool that gets the events."""
        return self._active

    @property
    def paint_rule(self) -> PaintRule:
        """How painted pixels get along with other objects."""
        return self._paint_rule

    def set_paint_rule(self, rule: PaintRule) -> None:
        """Choose how painted pixels get along with other objects, in every tool."""
        if rule is not self._paint_rule:
            self._paint_rule = rule
            self.paint_rule_changed.emit(rule)
        self._session.message_posted.emit(f"Painting {rule.value}")

    @property
    def paints_void(self) -> bool:
        """Whether classes are painted as void, which is not scored."""
        return self._paints_void

    def set_paints_void(self, void: bool) -> None:
        """Paint classes as void, or with the active label; choosing a label ends it."""
        if void != self._paints_void:
            self._paints_void = void
            self.paints_void_changed.emit(void)
            self.refresh()

    @property
    def snaps(self) -> bool:
        """Whether points that are set land on the outlines of neighbours."""
        return self._snaps

    def set_snapping(self, snaps: bool) -> None:
        """Draw points to the outlines of neighbours, or leave them where they are set."""
        if snaps == self._snaps:
            return
        self._snaps = snaps
        self.snapping_changed.emit(snaps)
        self.say(
            "Points snap to neighbours; Ctrl sets one freely."
            if snaps
            else "Points stay where they are set."
        )

    def toggle_snapping(self) -> None:
        """Snap from now on, or no longer."""
        self.set_snapping(not self._snaps)

    def use(self, name: str) -> None:
        """Switch to another tool; what was complete in the old one is kept."""
        if name == self._active.name:
            return
        self.finish()
        self._active = self._tools[name]
        self.tool_changed.emit(name)
        self.refresh()

    def handle(self, event: ToolEvent) -> None:
        """Take an event of the canvas.

        The pointer does nothing while the picture of another image is still on
        the screen: nobody can mean to draw on what cannot be seen yet.
        """
        if isinstance(event, StepEvent) and self._first_step is not None:
            self._first_step(event.steps)
            return
        context = self._context()
        if context is None:
            return
        if isinstance(event, PointerEvent) and not self._is_shown(context.document.image_id):
            return
        try:
            response = self._active.handle(event, context)
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        self._carry_out(response)

    def command(self, command: Command) -> None:
        """Take one of the keys that every tool understands."""
        if self._first_command is not None and self._first_command(command):
            return
        self.handle(CommandEvent(command))

    def step(self, steps: int) -> None:
        """Grow (positive) or shrink what the tool works with."""
        self.handle(StepEvent(steps))

    def finish(self) -> None:
        """Turn a complete draft into a change, drop an incomplete one."""
        context = self._context()
        if context is None:
            self._active.cancel()
            return
        try:
            response = self._active.finish(context)
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        self._carry_out(response)
        self.checkpoint()

    def has_draft(self) -> bool:
        """Whether something unfinished is on the canvas."""
        context = self._context()
        return context is not None and self._active.checkpoint(context) is not None

    def say(self, text: str) -> None:
        """Say something in the status line."""
        self._session.message_posted.emit(text)

    def take_commands(
        self, command: Callable[[Command], bool] | None, step: Callable[[int], None] | None
    ) -> None:
        """Let something else have the keys of the tools first; True from it means they are used."""
        self._first_command, self._first_step = command, step

    def set_preview(self, masks: tuple[DraftMask, ...]) -> None:
        """Show pixels over the draft of the active tool."""
        if masks or self._preview:
            self._preview = masks
            self.refresh()

    def refresh(self) -> None:
        """Draw the draft anew."""
        context = self._context()
        draft = NO_DRAFT if context is None else self._active.draft(context)
        if self._preview:
            draft = replace(draft, masks=(*draft.masks, *self._preview))
        self._canvas.set_draft(draft)

    def checkpoint(self) -> None:
        """Hand the unfinished draft to the project's writer, or say that there is none."""
        self._timer.stop()
        context = self._context()
        if context is None or self._session.project.read_only:
            return
        record = self._active.checkpoint(context)
        if record != self._checkpointed:
            self._checkpointed = record
            self._session.project.save_draft(None if record is None else _as_row(record))

    def _carry_out(self, response: ToolResponse) -> None:
        if response.change is not None:
            # The objects and the end of their draft are committed together.
            with self._session.project.together():
                self._session.apply(response.change)
                self.checkpoint()
        if response.cut is not None:
            self.cut_requested.emit(response.cut)
        if response.part is not None:
            self.part_chosen.emit(response.part)
        if response.selection is not None:
            self._session.select(response.selection)
        if response.message:
            self._session.message_posted.emit(response.message)
        if response.draft_changed or response.change is not None:
            self.refresh()
            if not self._timer.isActive():
                self._timer.start()

    def _context(self) -> ToolContext | None:
        document = self._session.document
        if document is None:
            return None
        return ToolContext(
            document=document,
            layer_id=self._session.layer.id,
            label=self._session.label,
            author=self._author,
            selection=self._session.selection,
            hidden_ids=self._hidden_ids(document),
            regions=self._regions(document.image_id),
            image=self._pictures(document.image_id),
            paint_rule=self._paint_rule,
            paints_void=self._paints_void,
            labels=self._session.state.labels,
            snaps=self._snaps,
        )

    def _hidden_ids(self, document: ImageDocument) -> frozenset[int]:
        """The same set while nothing changes: a context is made for every event."""
        layers = self._session.hidden_layers
        if self._hidden_of is not document or self._hidden_layers is not layers:
            self._hidden = self._session.hidden_ids
            self._hidden_of, self._hidden_layers = document, layers
        return self._hidden

    def _on_label_changed(self) -> None:
        self.set_paints_void(False)
        self.refresh()

    def _on_document_changed(self, _event: object) -> None:
        self.refresh()

    def _on_image_changed(self, _image: object) -> None:
        self._active.cancel()
        self._checkpointed = None
        self._restore()
        self.refresh()

    def _restore(self) -> None:
        context = self._context()
        if context is None:
            return
        row = self._session.project.load_draft(context.document.image_id)
        tool = None if row is None else self._tools.get(row.tool)
        if row is None or tool is None:
            return
        record = DraftRecord(row.tool, row.image_id, row.payload, row.options)
        try:
            tool.restore(record, context)
        except (ValueError, KeyError, MaskwrightError):
            self._session.message_posted.emit("An unfinished draft could not be taken up again.")
            return
        if tool is not self._active:
            self._active = tool
            self.tool_changed.emit(tool.name)
        self._checkpointed = record
        self._session.message_posted.emit("Your unfinished draft is back.")


def _as_row(record: DraftRecord) -> DraftRow:
    return DraftRow(record.tool, record.image_id, record.payload, record.options)
