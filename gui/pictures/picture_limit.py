"""How large a picture may be before it is refused: a setting, told to every process by name."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QInputDialog, QWidget

from core.imaging.header import LIMIT_VARIABLE, MAX_PIXELS, pixel_limit
from gui.actions import ActionEntry
from gui.workbench import Workbench

LIMIT_SETTING = "images/largest megapixels"
SMALLEST, LARGEST = 1, 2000
BYTES_PER_PIXEL = 3 + 4 * 4 / 3
"""What the window holds of an image: its colours, and four bytes on every level of the pyramid."""


def apply_picture_limit(settings: QSettings) -> None:
    """Use the limit that was set last, here and in processes that are started from here."""
    saved = str(settings.value(LIMIT_SETTING, ""))
    if saved.isdecimal() and SMALLEST <= int(saved) <= LARGEST:
        os.environ[LIMIT_VARIABLE] = saved


class PictureLimit(QObject):
    """Asks for the limit and opens the picture again that was refused by it."""

    def __init__(self, bench: Workbench, settings: QSettings, window: QWidget) -> None:
        super().__init__(window)
        self._bench = bench
        self._settings = settings
        self._window = window

    def ask(self) -> None:
        """Ask how many megapixels the largest picture may have."""
        usual = MAX_PIXELS // 1_000_000
        megapixels, accepted = QInputDialog.getInt(
            self._window,
            self.tr("Largest picture"),
            self.tr(
                "Pictures of more megapixels than this are not opened (usually {usual}).\n"
                "Each 100 megapixels take {memory:.1f} GB of memory."
            ).format(usual=usual, memory=100e6 * BYTES_PER_PIXEL / 1e9),
            pixel_limit() // 1_000_000,
            SMALLEST,
            LARGEST,
            100,
        )
        if accepted:
            self.use(megapixels)

    def use(self, megapixels: int) -> None:
        """Open pictures of up to so many megapixels from now on."""
        self._settings.setValue(LIMIT_SETTING, str(megapixels))
        apply_picture_limit(self._settings)
        image = self._bench.session.image
        if image is not None and self._bench.loaded_image() is None:
            self._bench.session.show_again((image.id,))
        self._bench.session.message_posted.emit(
            self.tr(
                "Pictures of up to {} megapixels are opened; models use it from the next start."
            ).format(megapixels)
        )


def limit_entries(limit: PictureLimit) -> tuple[ActionEntry, ...]:
    """The row of the File menu about the largest picture."""
    return (ActionEntry("picture_limit", "Lar&gest picture…", limit.ask, (), "&File"),)
