"""A window on two pictures of a bright square, with their regions computed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from pytestqt.qtbot import QtBot

from core.document.annotation import Annotation, Geometry
from core.document.mask import Mask
from core.editing.annotations import add_annotations
from core.project.project import Project
from gui.main_window import MainWindow
from gui.regions.image_regions import ImageRegions
from tests.gui.windows import main_window

SQUARE = Mask.from_array(np.ones((30, 40), np.bool_), 30, 20)
"""Where the bright square is."""


@contextmanager
def project_of_squares(folder: Path) -> Iterator[Project]:
    """Two pictures of 100 × 80 pixels."""
    names = ["one.png", "two.png"]
    for number, name in enumerate(names):
        pixels = np.full((80, 100, 3), 40 + 10 * number, np.uint8)
        pixels[20:50, 30:70] = (220, 120, 60)
        Image.fromarray(pixels).save(folder / name)
    project = Project.create(folder / "test.maskwright", folder, names, author="tester")
    try:
        yield project
    finally:
        project.close(give_up_unsaved=True)


@contextmanager
def window_of_squares(qtbot: QtBot, folder: Path) -> Iterator[MainWindow]:
    """The window, with the regions of the first picture there."""
    with project_of_squares(folder) as project, main_window(project, folder) as window:
        regions_of(qtbot, window)
        yield window


def regions_of(qtbot: QtBot, window: MainWindow) -> ImageRegions:
    """The regions of the picture on the screen, waited for, combinations too."""

    def found() -> ImageRegions | None:
        image = window.bench.session.image
        return None if image is None else window.bench.regions.source(image.id)

    def complete() -> bool:
        regions = found()
        return regions is not None and regions.selector is not None

    qtbot.waitUntil(complete, timeout=20_000)
    regions = found()
    assert regions is not None
    return regions


def add_object(window: MainWindow, geometry: Geometry, number: int = 1) -> int:
    """An object of one's own, selected."""
    session = window.bench.session
    assert session.document is not None
    item = Annotation(number, session.layer.id, session.label.id, geometry, order=number)
    session.apply(add_annotations(session.document, [item]))
    session.select(frozenset({number}))
    return number


def is_the_square(shape: Geometry) -> bool:
    """Whether a shape is the bright square but for its corners, which regions round off."""
    if not isinstance(shape, Mask):
        return False
    shared = shape.intersected(SQUARE).area
    return shared / (shape.area + SQUARE.area - shared) > 0.98


def shape_of(window: MainWindow, number: int) -> Geometry:
    """What an object of the picture on the screen looks like."""
    document = window.bench.session.document
    assert document is not None
    return document.annotations[number].geometry
