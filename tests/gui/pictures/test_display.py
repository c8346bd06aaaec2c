"""What the Display pane and its keys change on the screen, and that it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.document.annotation import Annotation, Layer, LayerRole, Provenance
from core.document.document import ProjectState
from core.document.geometry import Box
from core.editing.annotations import add_annotations
from core.imaging.display import Tones
from core.project.project import Project
from gui.main_window import MainWindow
from gui.objects.object_colors import (
    NO_SCORE_COLOR,
    SCORE_COLORS,
    ColorBy,
    SourceKind,
    color_of,
    color_of_score,
    source_kind,
)
from gui.pictures.display_settings import DISPLAY_SETTING, DisplayOptions, DisplaySettings
from gui.status_line import StatusLine
from tests.core.project.pictures import write_picture
from tests.gui.windows import main_window

CHOSEN = DisplayOptions(
    Tones(brightness=0.2, gamma=2.0, stretched=True, band=1), 0.5, True, ColorBy.SCORE, False
)


@pytest.fixture
def window(project: Project, tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as made:
        qtbot.waitExposed(made)
        qtbot.waitUntil(lambda: made.bench.loaded_image() is not None)
        made.activateWindow()
        yield made


def middle(window: MainWindow) -> tuple[int, int, int]:
    """Colour near the middle of the canvas, inside of a pixel of the picture."""
    canvas = window.bench.canvas
    x, y = canvas.viewport.to_image(canvas.width() / 2, canvas.height() / 2)
    column, row = canvas.viewport.to_screen(int(x) + 0.5, int(y) + 0.5)
    color = canvas.grab_frame().pixelColor(int(column), int(row))
    return color.red(), color.green(), color.blue()


def readout(window: MainWindow) -> str:
    """What the status line says of the pixel under the pointer."""
    line = window.statusBar()
    assert isinstance(line, StatusLine)
    return line.cursor_text.text()


def test_what_was_chosen_is_there_after_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "settings.ini")
    first = DisplaySettings()
    first.keep_in(QSettings(path, QSettings.Format.IniFormat))
    first.use(CHOSEN)
    second = DisplaySettings()
    second.keep_in(QSettings(path, QSettings.Format.IniFormat))
    assert second.options == CHOSEN


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", '{"tones": 3, "fill_opacity": "x", "color_by": 7}', '{"tones": {}}'],
)
def test_settings_that_make_no_sense_are_as_usual(tmp_path: Path, text: str) -> None:
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    store.setValue(DISPLAY_SETTING, text)
    display = DisplaySettings()
    display.keep_in(store)
    assert display.options == DisplayOptions()


def test_brightness_changes_the_screen_and_not_the_readout(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel, canvas = window.panes.display, window.bench.canvas
    before = middle(window)
    panel.brightness.slider.setValue(40)
    assert middle(window)[0] > before[0] + 80
    center = canvas.viewport.to_image(canvas.width() / 2, canvas.height() / 2)
    assert canvas.color_at(*center) == before
    canvas.cursor_moved.emit(center)
    assert f"R{before[0]}" in readout(window)
    panel.reset_picture.click()
    assert middle(window) == before


def test_the_pane_follows_keys(window: MainWindow) -> None:
    panel, table = window.panes.display, window.actions_table
    table["outlines"].trigger()
    assert panel.outlines_only.isChecked()
    table["stronger"].trigger()
    assert not panel.outlines_only.isChecked(), "stronger fills are to be seen"
    assert panel.opacity.slider.value() == 43
    table["contrast"].trigger()
    assert panel.stretched.isChecked()
    table["reset_display"].trigger()
    assert window.bench.display.options == DisplayOptions()
    assert panel.opacity.slider.value() == 33


def test_overlays_are_hidden_while_the_key_is_held(window: MainWindow, qtbot: QtBot) -> None:
    bench = window.bench
    bench.canvas.setFocus()
    item = Annotation(5, bench.session.layer.id, 1, Box(2, 2, 36, 26))
    document = bench.session.document
    assert document is not None
    bench.session.apply(add_annotations(document, [item], "Add"))
    bench.display.use(replace(bench.display.options, fill_opacity=1.0))
    filled = middle(window)
    QTest.keyPress(bench.canvas, Qt.Key.Key_QuoteLeft)
    hidden = middle(window)
    QTest.keyRelease(bench.canvas, Qt.Key.Key_QuoteLeft)
    assert hidden != filled
    assert middle(window) == filled
    bench.display.use(replace(bench.display.options, fill_opacity=0.0))
    assert middle(window) == hidden, "without an opacity nothing lies over the picture"


def test_deep_pictures_are_ranged_by_their_own_values_and_read_out(
    tmp_path: Path, qtbot: QtBot
) -> None:
    ramp = np.linspace(1000, 1400, 64 * 48).reshape(48, 64).astype(np.uint16)
    ramp[0, 0] = 60_000
    tifffile.imwrite(tmp_path / "deep.tif", ramp)
    write_picture(tmp_path / "flat.png", value=60)
    project = Project.create(
        tmp_path / "deep.maskwright", tmp_path, ["deep.tif", "flat.png"], author="tester"
    )
    with main_window(project, tmp_path) as window:
        qtbot.waitUntil(lambda: window.bench.loaded_image() is not None)
        panel, canvas = window.panes.display, window.bench.canvas
        assert [panel.channel.itemText(n) for n in range(panel.channel.count())] == ["All", "Grey"]
        usual = middle(window)
        panel.stretched.setChecked(True)
        panel.low.setValue(40.0)
        panel.high.setValue(60.0)
        qtbot.waitUntil(lambda: abs(middle(window)[0] - usual[0]) > 2 or middle(window)[0] == 128)
        image = canvas.grab_frame()
        left, top = canvas.viewport.to_screen(1, 5)
        assert image.pixelColor(int(left), int(top)).red() == 0, "below the lower percentile"
        canvas.cursor_moved.emit((10.5, 20.5))
        assert str(int(ramp[20, 10])) in readout(window)
        window.bench.go(1)
        qtbot.waitUntil(lambda: panel.channel.count() == 5)
    project.close(give_up_unsaved=True)


def state() -> ProjectState:
    layers = {
        1: Layer(1, LayerRole.MINE, "mine"),
        2: Layer(2, LayerRole.PREDICTIONS, "model"),
        3: Layer(3, LayerRole.REFERENCE, "reference"),
    }
    return ProjectState(layers=layers)


@pytest.mark.parametrize(
    ("layer", "provenance", "kind"),
    [
        (1, Provenance("polygon", "me"), SourceKind.HAND),
        (1, Provenance("region", "me"), SourceKind.REGION),
        (1, Provenance("accept", "me", model="unet-nuclei"), SourceKind.MODEL),
        (1, Provenance("instances.json"), SourceKind.FILE),
        (2, Provenance("results.json"), SourceKind.MODEL),
        (3, Provenance("truth"), SourceKind.FILE),
    ],
)
def test_the_source_of_an_object(layer: int, provenance: Provenance, kind: SourceKind) -> None:
    item = Annotation(1, layer, 1, Box(0, 0, 1, 1), provenance=provenance)
    assert source_kind(item, state()) is kind


def test_scores_run_from_the_first_to_the_last_colour() -> None:
    assert color_of_score(None) == NO_SCORE_COLOR
    assert color_of_score(0.0) == SCORE_COLORS[0]
    assert color_of_score(1.0) == SCORE_COLORS[-1]
    assert color_of_score(-3.0) == SCORE_COLORS[0]
    assert len({color_of_score(step / 20) for step in range(21)}) == 21


def test_objects_side_by_side_have_colours_of_their_own() -> None:
    items = [Annotation(number, 1, 1, Box(0, 0, 1, 1)) for number in range(1, 30)]
    assert len({color_of(item, state(), ColorBy.INSTANCE) for item in items}) > 4
