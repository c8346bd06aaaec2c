"""Shows the loaded picture on the canvas in the tones that were chosen."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.imaging.arrays import BgraImage
from core.imaging.display import needs_samples, rgb_of_band, tone_map
from core.imaging.pyramid import build_pyramid
from core.tasks.queue import Lane, Task, TaskQueue
from gui.canvas.view import ImageView
from gui.pictures.display_settings import DisplaySettings
from gui.pictures.image_loading import LoadedImage


class PicturePresenter(QObject):
    """One picture on one or several views, all in the same tones.

    Tones of ordinary pictures are applied as they are painted. The values of deep
    and many-channelled files are brought to the screen anew, in the background.
    """

    def __init__(
        self, display: DisplaySettings, tasks: TaskQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._display = display
        self._tasks = tasks
        self._views: list[ImageView] = []
        self._shown: LoadedImage | None = None
        self._ranged: tuple[LoadedImage, tuple[object, ...], tuple[BgraImage, ...]] | None = None
        display.changed.connect(self._apply)

    @property
    def shown(self) -> LoadedImage | None:
        """The picture on the screen."""
        return self._shown

    def add_view(self, view: ImageView) -> None:
        """Show the picture here too."""
        self._views.append(view)
        if self._shown is not None:
            self._apply()

    def remove_view(self, view: ImageView) -> None:
        """Show nothing there any more."""
        self._views.remove(view)

    def show(self, image: LoadedImage | None) -> None:
        """Show a picture; None when another one is on its way, whose size is not known."""
        self._shown = image
        self._ranged = None
        if image is not None:
            self._apply()

    def clear(self) -> None:
        """Show no picture."""
        self._shown = None
        for view in self._views:
            view.set_image(None, None)

    def _apply(self) -> None:
        image = self._shown
        if image is None:
            return
        tones = self._display.options.tones
        if image.samples is None or not needs_samples(tones):
            self._show_levels(image, image.levels, is_ranged=False)
            return
        wanted = (tones.stretched, tones.low_percent, tones.high_percent, tones.band)
        if self._ranged is not None and self._ranged[:2] == (image, wanted):
            self._show_levels(image, self._ranged[2], is_ranged=True)
            return
        samples = image.samples
        if self._ranged is None:
            self._show_levels(image, image.levels, is_ranged=False)
        self._tasks.submit(
            Task(
                "Contrast",
                Lane.INTERACTIVE,
                ("contrast",),
                lambda _context: build_pyramid(rgb_of_band(samples, tones)),
            ),
            lambda levels: self._on_ranged(image, wanted, levels),
        )

    def _on_ranged(
        self, image: LoadedImage, wanted: tuple[object, ...], levels: tuple[BgraImage, ...]
    ) -> None:
        if self._shown is image:
            self._ranged = (image, wanted, levels)
            self._apply()

    def _show_levels(
        self, image: LoadedImage, levels: tuple[BgraImage, ...], *, is_ranged: bool
    ) -> None:
        tones = self._display.options.tones
        shown_as = tone_map(tones, levels[-1], is_ranged=is_ranged)
        for view in self._views:
            view.set_tone_map(shown_as)
            view.set_image(levels, image.size)
