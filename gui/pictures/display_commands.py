"""What changes how pictures and objects are shown, by key and menu."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from gui.actions import ActionEntry
from gui.pictures.display_settings import DisplayOptions
from gui.workbench import Workbench

OPACITY_STEP = 0.1


class DisplayCommands(QObject):
    """Commands about overlays and tones; the Display pane changes the same settings."""

    def __init__(
        self, bench: Workbench, settings: QSettings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._display = bench.display
        self._overlays = True
        self._is_peeking = False
        self._display.keep_in(settings)

    def toggle_overlays(self) -> None:
        """Show or hide everything that lies over the picture."""
        self._overlays = not self._overlays
        self._display.show_overlays(self._overlays)

    def peek(self) -> None:
        """Hide the overlays until the key is let go."""
        if self._is_peeking:
            return
        self._is_peeking = True
        self._display.show_overlays(False)
        # Only while a key is held: a filter of all events costs time with each of them.
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Wait for the key that hides the overlays to be let go."""
        released = isinstance(event, QKeyEvent) and (
            event.type() == QEvent.Type.KeyRelease and not event.isAutoRepeat()
        )
        left = event.type() in (QEvent.Type.ApplicationDeactivate, QEvent.Type.WindowDeactivate)
        if released or left:
            self._end_peek()
        return False

    def toggle_outlines(self) -> None:
        """Draw outlines only, or fills too."""
        options = self._display.options
        self._display.use(replace(options, outlines_only=not options.outlines_only))

    def change_opacity(self, step: float) -> None:
        """Make fills stronger or fainter."""
        options = self._display.options
        opacity = min(max(round(options.fill_opacity + step, 2), 0.0), 1.0)
        self._display.use(replace(options, fill_opacity=opacity, outlines_only=False))
        self._say(self.tr("Fills at {} %.").format(round(opacity * 100)))

    def toggle_contrast(self) -> None:
        """Show dark pictures brightly, or all as they are; the files stay as they are."""
        tones = self._display.options.tones
        self._display.use_tones(replace(tones, stretched=not tones.stretched))
        self._say(
            self.tr("Tones are shown as they are.")
            if tones.stretched
            else self.tr("Tones are shown over the whole range.")
        )

    def toggle_pixel_grid(self) -> None:
        """Show or hide the lines between pixels at high zoom."""
        options = self._display.options
        self._display.use(replace(options, pixel_grid=not options.pixel_grid))

    def reset(self) -> None:
        """Show everything as it is usual."""
        self._display.use(DisplayOptions())
        self._say(self.tr("Pictures and objects are shown as usual."))

    def _end_peek(self) -> None:
        self._is_peeking = False
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self._display.show_overlays(self._overlays)

    def _say(self, text: str) -> None:
        self._bench.session.message_posted.emit(text)


def display_entries(display: DisplayCommands) -> tuple[ActionEntry, ...]:
    """The rows of the View menu about overlays and tones."""
    menu = "&View"
    return (
        ActionEntry(
            "overlays",
            "Overlays on or off",
            display.toggle_overlays,
            ("T",),
            menu,
            separator_before=True,
        ),
        ActionEntry("peek", "Hide the overlays while held", display.peek, ("`",)),
        ActionEntry("outlines", "Outlines only", display.toggle_outlines, ("O",), menu),
        ActionEntry(
            "fainter", "Fills fainter", lambda: display.change_opacity(-OPACITY_STEP), (",",), menu
        ),
        ActionEntry(
            "stronger", "Fills stronger", lambda: display.change_opacity(OPACITY_STEP), (".",), menu
        ),
        ActionEntry("contrast", "Stretch the contrast", display.toggle_contrast, ("Y",), menu),
        ActionEntry("pixel_grid", "Pixel grid at high zoom", display.toggle_pixel_grid, (), menu),
        ActionEntry("reset_display", "Show pictures and objects as usual", display.reset, (), menu),
    )
