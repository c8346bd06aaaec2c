"""A slider with its name before it and its value behind it."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel, QSlider, QWidget


class SliderRow(QObject):
    """Three widgets for one row of a grid; the value is written in a width that stays.

    ``real`` turns the slider's whole number into the one that is shown; without it
    the number itself is.
    """

    def __init__(
        self,
        name: str,
        low: int,
        high: int,
        form: str,
        parent: QWidget,
        real: Callable[[int], float] | None = None,
    ) -> None:
        super().__init__(parent)
        self._form = form
        self._real = real
        self.name = QLabel(name, parent)
        self.slider = QSlider(Qt.Orientation.Horizontal, parent)
        self.slider.setRange(low, high)
        self.slider.setAccessibleName(name)
        self.name.setBuddy(self.slider)
        self.value = QLabel(parent)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        widest = max(self._text(low), self._text(high), key=len)
        self.value.setMinimumWidth(self.value.fontMetrics().horizontalAdvance(widest + " "))
        self.slider.valueChanged.connect(lambda number: self.value.setText(self._text(number)))
        self.value.setText(self._text(self.slider.value()))

    def set_real_value(self, value: float) -> None:
        """Move a slider of ratios, whose numbers are hundredths of an octave."""
        self.slider.setValue(round(math.log2(value) * 100))

    def setEnabled(self, enabled: bool) -> None:  # noqa: N802 - as Qt names it
        """Grey all three out, or not."""
        for widget in (self.name, self.slider, self.value):
            widget.setEnabled(enabled)

    def _text(self, number: int) -> str:
        return self._form.format(number if self._real is None else self._real(number))
