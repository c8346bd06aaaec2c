"""The middle of the window: messages, the active tool's bar, the canvas or what to do instead."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from core.document.images import ImageRecord
from core.errors import MaskwrightError
from gui.elided_label import ElidedLabel
from gui.message_bar import MessageBar
from gui.objects.drawing_bar import DrawingBar
from gui.objects.refine_bar import RefineBar
from gui.pictures.split_view import SplitView
from gui.regions.class_bar import ClassBar
from gui.regions.region_bar import RegionBar
from gui.tool_choices import ToolChoices
from gui.tools.registry import tool_infos
from gui.workbench import Workbench


class Workspace(QWidget):
    """Stacks the canvas with a page for pictures that cannot be shown."""

    def __init__(
        self, bench: Workbench, split: SplitView, messages: MessageBar, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self._infos = {info.name: info for info in tool_infos()}
        self.tool_name = QLabel(self)
        self.tool_name.setContentsMargins(12, 4, 0, 4)
        self.tool_name.setProperty("heading", True)
        self.tool_hint = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self.tool_hint.setContentsMargins(8, 4, 12, 4)
        self.tool_hint.setProperty("quiet", True)
        # A long hint is cut rather than widening the window; the name of the tool is not.
        self.tool_hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.region_bar = RegionBar(bench.region_modes, self)
        self.class_bar = ClassBar(bench.tools, bench.classes, self)
        self.drawing_bar = DrawingBar(bench.tools, self)
        self.refine_bar = RefineBar(bench.refining, self)
        self.broken = QLabel(self)
        self.broken.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.broken.setTextFormat(Qt.TextFormat.PlainText)
        self.broken.setWordWrap(True)
        self.broken.setMargin(24)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(split)
        self._pages.addWidget(self.broken)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(messages)
        bar = QHBoxLayout()
        bar.setSpacing(0)
        bar.addWidget(self.tool_name)
        bar.addWidget(self.tool_hint, 1)
        regions, drawing = self.region_bar, self.drawing_bar
        self.choices = ToolChoices(((regions, self.class_bar), (regions, drawing)), self)
        bar.addWidget(self.choices)
        layout.addLayout(bar)
        layout.addWidget(self.refine_bar)
        layout.addWidget(self._pages, 1)
        self._messages = messages
        bench.session.image_changed.connect(self._on_image_changed)
        bench.images.failed.connect(self._show_broken)

    def show_tool(self, name: str) -> None:
        """Say what the active tool is and how it is used."""
        self.tool_name.setText(self._infos[name].title)
        self.tool_hint.show_text(self._infos[name].hint)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The choices of a tool are scrolled where they do not fit."""
        self.choices.fit_into(event.size().width())
        super().resizeEvent(event)

    def _on_image_changed(self, _image: object) -> None:
        self._pages.setCurrentIndex(0)
        self._messages.clear()

    def _show_broken(self, image: ImageRecord, error: MaskwrightError) -> None:
        self.broken.setText(
            self.tr("{name} cannot be shown.\n\n{why}\n\nA and D go to the other images.").format(
                name=image.name, why=error
            )
        )
        self._pages.setCurrentIndex(1)
