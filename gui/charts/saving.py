"""Asks where a chart is to be saved as a picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

PICTURE_FILES = "PNG (*.png);;SVG (*.svg)"


def ask_picture_file(parent: QWidget, title: str) -> Path | None:
    """A file that ends in .png or .svg; None when the person thought better of it."""
    words = "".join(sign if sign.isalnum() else " " for sign in title).split()
    chosen, kind = QFileDialog.getSaveFileName(
        parent,
        QCoreApplication.translate("Chart", "Save the picture"),
        f"{'-'.join(words).lower()}.png",
        PICTURE_FILES,
    )
    if not chosen:
        return None
    path = Path(chosen)
    if path.suffix.lower() in (".png", ".svg"):
        return path
    return path.with_name(path.name + (".svg" if "svg" in kind else ".png"))
