"""How proposals are made and walked through; remembered for the person."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QObject, QSettings, Signal

from core.document.annotation import AttributeValue
from core.models.registry import find_model
from core.models.specification import ModelFamily

ZOOM_SETTING = "proposals/zoom to each"
AHEAD_SETTING = "proposals/ahead"
TILES_SETTING = "proposals/tiles"
OBJECTS_SETTING = "proposals/objects of classes"
AUTOMATIC_TILES = -1
TILE_CHOICES = (AUTOMATIC_TILES, 0, 512, 1024, 2048)


class ProposalOptions(QObject):
    """The choices; without ``settings`` they last as long as the program."""

    changed = Signal()

    def __init__(self, settings: QSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.zooms_to_each = self._flag(ZOOM_SETTING, usual=True)
        """Walking through proposals brings each one close."""
        self.runs_ahead = self._flag(AHEAD_SETTING, usual=True)
        """What is run on an image is run on the next two as well."""
        self.splits_classes = self._flag(OBJECTS_SETTING, usual=True)
        """Every connected part of a class is an object, not the class as a whole."""
        self.tile_px = self._tiles()
        """Side of the tiles for large pictures; 0: no tiles, −1: as the model needs them."""

    def toggle_zoom(self) -> None:
        """Bring each proposal close while walking, or only into view."""
        self.zooms_to_each = not self.zooms_to_each
        self._keep(ZOOM_SETTING, self.zooms_to_each)

    def toggle_ahead(self) -> None:
        """Run models on the next images ahead, or only when asked to."""
        self.runs_ahead = not self.runs_ahead
        self._keep(AHEAD_SETTING, self.runs_ahead)

    def toggle_splitting(self) -> None:
        """Objects from the parts of a class, or one object for a class."""
        self.splits_classes = not self.splits_classes
        self._keep(OBJECTS_SETTING, self.splits_classes)

    def use_tiles(self, tile_px: int) -> None:
        """Choose the side of tiles."""
        self.tile_px = tile_px
        self._keep(TILES_SETTING, tile_px)

    def parameters(self, model_id: str) -> Mapping[str, AttributeValue]:
        """What a run of a model is told; what is usual is left out, so that caches agree."""
        family = find_model(model_id).family
        chosen: dict[str, AttributeValue] = {}
        if family is ModelFamily.SEMANTIC:
            if not self.splits_classes and find_model(model_id).architecture:
                chosen["objects"] = False
        elif self.tile_px != AUTOMATIC_TILES:
            chosen["tile_px"] = self.tile_px
        return MappingProxyType(chosen)

    def _flag(self, key: str, *, usual: bool) -> bool:
        found = None if self._settings is None else self._settings.value(key)
        return usual if found is None else str(found).lower() in ("true", "1")

    def _tiles(self) -> int:
        found = None if self._settings is None else self._settings.value(TILES_SETTING)
        text = str(found)
        known = {str(choice): choice for choice in TILE_CHOICES}
        return known.get(text, AUTOMATIC_TILES)

    def _keep(self, key: str, value: bool | int) -> None:
        if self._settings is not None:
            self._settings.setValue(key, value)
        self.changed.emit()
