"""How pictures and objects are shown: what a person chose, kept from one start to the next."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, replace

from PySide6.QtCore import QObject, QSettings, Signal

from core.imaging.display import Tones
from gui.objects.object_colors import ColorBy

DISPLAY_SETTING = "view/display"
USUAL_FILL_OPACITY = 0.33


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """Everything in the Display pane.

    ``fill_opacity`` is that of one's own objects, 0 … 1; those of other layers
    change by the same ratio.
    """

    tones: Tones = field(default_factory=Tones)
    fill_opacity: float = USUAL_FILL_OPACITY
    outlines_only: bool = False
    color_by: ColorBy = ColorBy.LABEL
    pixel_grid: bool = True

    @property
    def fill_strength(self) -> float:
        """What the usual opacity of every fill is multiplied by."""
        return self.fill_opacity / USUAL_FILL_OPACITY


class DisplaySettings(QObject):
    """The options in use; whoever shows something listens to ``changed``."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._options = DisplayOptions()
        self._overlays_visible = True
        self._store: QSettings | None = None

    @property
    def options(self) -> DisplayOptions:
        """What is chosen now."""
        return self._options

    @property
    def overlays_visible(self) -> bool:
        """Whether anything but the picture is shown; not kept, so that nobody starts blind."""
        return self._overlays_visible

    def show_overlays(self, visible: bool) -> None:
        """Show or hide everything that lies over the picture."""
        if visible != self._overlays_visible:
            self._overlays_visible = visible
            self.changed.emit()

    def use(self, options: DisplayOptions) -> None:
        """Show everything in this way from now on."""
        if options == self._options:
            return
        self._options = options
        if self._store is not None:
            self._store.setValue(DISPLAY_SETTING, _as_text(options))
        self.changed.emit()

    def use_tones(self, tones: Tones) -> None:
        """Show pictures in these tones from now on."""
        self.use(replace(self._options, tones=tones))

    def keep_in(self, store: QSettings) -> None:
        """Take what was chosen last, and keep what is chosen from now on."""
        self._store = store
        self.use(_from_text(str(store.value(DISPLAY_SETTING, ""))))


def _as_text(options: DisplayOptions) -> str:
    record = asdict(options)
    record["color_by"] = options.color_by.name
    return json.dumps(record)


def _from_text(text: str) -> DisplayOptions:
    """The options of a record; what it lacks or does not make sense is as usual."""
    try:
        record = json.loads(text)
    except ValueError:
        return DisplayOptions()
    if not isinstance(record, dict):
        return DisplayOptions()
    usual = DisplayOptions()
    tones, color_by = record.get("tones"), record.get("color_by")
    return DisplayOptions(
        tones=_tones(tones) if isinstance(tones, dict) else usual.tones,
        fill_opacity=min(max(_number(record, "fill_opacity", usual.fill_opacity), 0.0), 1.0),
        outlines_only=record.get("outlines_only") is True,
        color_by=next((item for item in ColorBy if item.name == color_by), usual.color_by),
        pixel_grid=record.get("pixel_grid") is not False,
    )


def _tones(record: dict[str, object]) -> Tones:
    usual, band = Tones(), record.get("band")
    return Tones(
        brightness=_number(record, "brightness", usual.brightness),
        contrast=_number(record, "contrast", usual.contrast),
        gamma=min(max(_number(record, "gamma", usual.gamma), 0.1), 10.0),
        stretched=record.get("stretched") is True,
        low_percent=min(max(_number(record, "low_percent", usual.low_percent), 0.0), 49.0),
        high_percent=min(max(_number(record, "high_percent", usual.high_percent), 51.0), 100.0),
        band=band if type(band) is int and band >= 0 else None,
        grey=record.get("grey") is True,
    )


def _number(record: dict[str, object], name: str, usual: float) -> float:
    value = record.get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else usual
