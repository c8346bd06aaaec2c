"""How pictures and objects are shown: tones, channels, colours, fills."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.imaging.display import Tones, band_count
from gui.objects.object_colors import ColorBy
from gui.panels.color_legend import ColorLegend
from gui.panels.slider_row import SliderRow
from gui.pictures.display_settings import DisplayOptions, DisplaySettings
from gui.pictures.image_loading import LoadedImage

COLOR, GREY = "color", "grey"


class DisplayPanel(QWidget):
    """Sliders over the display's settings; what is stored and scored never changes by them."""

    def __init__(self, display: DisplaySettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display = display
        self._filling = False
        self._make_picture_controls()
        self._make_object_controls()
        self._lay_out()
        self._fill_channels(3, is_rgb=True)
        self._connect()
        display.changed.connect(self._show_options)
        self._show_options()

    def show_picture(self, image: LoadedImage) -> None:
        """Offer the channels of the picture on the screen."""
        if image.rgb is not None:
            self._fill_channels(band_count(image.samples), is_rgb=image.samples is None)
            self._show_options()

    def _make_picture_controls(self) -> None:
        tr = self.tr
        self.channel = QComboBox(self)
        self.channel.setAccessibleName(tr("Channel that is shown"))
        self.brightness = SliderRow(tr("Brightness"), -100, 100, "{:+d}", self)
        self.contrast = SliderRow(tr("Contrast"), -100, 100, "{:+d}", self)
        # In hundredths of an octave: equal steps of the slider are equal ratios.
        self.gamma = SliderRow(tr("Gamma"), -200, 200, "{:.2f}", self, lambda v: 2 ** (v / 100))
        self.stretched = QCheckBox(tr("Stretch between percentiles"), self)
        self.low = _percent(tr("Percentile shown as black"), 0.0, 49.0, self)
        self.high = _percent(tr("Percentile shown as white"), 51.0, 100.0, self)
        self.reset_picture = QPushButton(tr("Reset the picture"), self)

    def _make_object_controls(self) -> None:
        tr = self.tr
        self.color_by = QComboBox(self)
        self.color_by.addItems([tr(item.value) for item in ColorBy])
        self.color_by.setAccessibleName(tr("What colours stand for"))
        self.legend = ColorLegend(self)
        self.opacity = SliderRow(tr("Fill opacity"), 0, 100, "{:d} %", self)
        self.outlines_only = QCheckBox(tr("Outlines only"), self)
        self.pixel_grid = QCheckBox(tr("Pixel grid at high zoom"), self)
        self.reset_all = QPushButton(tr("Reset everything"), self)

    def _lay_out(self) -> None:
        tr = self.tr
        inside = QWidget(self)
        rows = QGridLayout(inside)
        rows.setContentsMargins(8, 8, 8, 8)
        rows.setHorizontalSpacing(8)
        rows.setVerticalSpacing(8)
        rows.setColumnStretch(1, 1)
        percentiles = QHBoxLayout()
        percentiles.setSpacing(8)
        for widget in (self.low, QLabel(tr("to"), self), self.high):
            percentiles.addWidget(widget)
        percentiles.addStretch()
        line = 0
        for item in (
            _heading(tr("Picture"), self),
            (tr("Channel"), self.channel),
            self.brightness,
            self.contrast,
            self.gamma,
            self.stretched,
            percentiles,
            self.reset_picture,
            _heading(tr("Objects"), self),
            (tr("Colour by"), self.color_by),
            self.legend,
            self.opacity,
            self.outlines_only,
            self.pixel_grid,
            self.reset_all,
        ):
            _add(rows, line, item)
            line += 1
        rows.setRowStretch(line, 1)
        scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def _connect(self) -> None:
        self.channel.currentIndexChanged.connect(self._take)
        self.color_by.currentIndexChanged.connect(self._take)
        for row in (self.brightness, self.contrast, self.gamma, self.opacity):
            row.slider.valueChanged.connect(self._take)
        for box in (self.stretched, self.outlines_only, self.pixel_grid):
            box.toggled.connect(self._take)
        for spin in (self.low, self.high):
            spin.valueChanged.connect(self._take)
        self.reset_picture.clicked.connect(lambda: self._display.use_tones(Tones()))
        self.reset_all.clicked.connect(lambda: self._display.use(DisplayOptions()))

    def _fill_channels(self, count: int, *, is_rgb: bool) -> None:
        names = [self.tr("Red"), self.tr("Green"), self.tr("Blue")]
        if not is_rgb:
            names = [self.tr("Band {}").format(number + 1) for number in range(count)]
        self._filling = True
        self.channel.clear()
        self.channel.addItem(self.tr("Colour") if count > 1 else self.tr("All"), COLOR)
        self.channel.addItem(self.tr("Grey"), GREY)
        for band, name in enumerate(names if count > 1 else ()):
            self.channel.addItem(name, band)
        self._filling = False

    def _take(self, _value: object = None) -> None:
        """Use what the controls say."""
        if self._filling:
            return
        channel = self.channel.currentData()
        tones = Tones(
            brightness=self.brightness.slider.value() / 100,
            contrast=self.contrast.slider.value() / 100,
            gamma=2.0 ** (self.gamma.slider.value() / 100),
            stretched=self.stretched.isChecked(),
            low_percent=self.low.value(),
            high_percent=self.high.value(),
            band=channel if isinstance(channel, int) else None,
            grey=channel == GREY,
        )
        self._display.use(
            replace(
                self._display.options,
                tones=tones,
                fill_opacity=self.opacity.slider.value() / 100,
                outlines_only=self.outlines_only.isChecked(),
                color_by=list(ColorBy)[self.color_by.currentIndex()],
                pixel_grid=self.pixel_grid.isChecked(),
            )
        )

    def _show_options(self) -> None:
        options = self._display.options
        tones = options.tones
        self._filling = True
        wanted = GREY if tones.grey else COLOR if tones.band is None else tones.band
        self.channel.setCurrentIndex(max(self.channel.findData(wanted), 0))
        self.brightness.slider.setValue(round(tones.brightness * 100))
        self.contrast.slider.setValue(round(tones.contrast * 100))
        self.gamma.set_real_value(tones.gamma)
        self.stretched.setChecked(tones.stretched)
        self.low.setValue(tones.low_percent)
        self.high.setValue(tones.high_percent)
        for spin in (self.low, self.high):
            spin.setEnabled(tones.stretched)
        self.opacity.slider.setValue(round(options.fill_opacity * 100))
        self.opacity.setEnabled(not options.outlines_only)
        self.outlines_only.setChecked(options.outlines_only)
        self.color_by.setCurrentIndex(list(ColorBy).index(options.color_by))
        self.legend.show_for(options.color_by)
        self.pixel_grid.setChecked(options.pixel_grid)
        self._filling = False


def _add(rows: QGridLayout, line: int, item: object) -> None:
    if isinstance(item, tuple):
        name, widget = item
        rows.addWidget(QLabel(name), line, 0)
        rows.addWidget(widget, line, 1, 1, 2)
    elif isinstance(item, SliderRow):
        for column, widget in enumerate((item.name, item.slider, item.value)):
            rows.addWidget(widget, line, column)
    elif isinstance(item, QHBoxLayout):
        rows.addLayout(item, line, 1, 1, 2)
    elif isinstance(item, QPushButton):
        rows.addWidget(item, line, 0, 1, 3, Qt.AlignmentFlag.AlignLeft)
    elif isinstance(item, QWidget):
        rows.addWidget(item, line, 0, 1, 3)


def _heading(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setProperty("heading", True)
    return label


def _percent(name: str, low: float, high: float, parent: QWidget) -> QDoubleSpinBox:
    spin = QDoubleSpinBox(parent)
    spin.setRange(low, high)
    spin.setDecimals(1)
    spin.setSingleStep(0.1)
    spin.setSuffix(" %")
    spin.setKeyboardTracking(False)
    spin.setAccessibleName(name)
    spin.setToolTip(name)
    return spin
