"""What is seen: the picture and the overlay at their places, at any zoom."""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.geometry import Box, Keypoints, Polygon, Size, Visibility
from core.document.mask import Mask
from core.imaging.display import ToneMap
from gui.canvas.canvas import Canvas
from gui.canvas.layers.class_fill import ClassFill
from gui.canvas.shapes import CanvasShape, LineStyle
from gui.tools.draft import BrushCursor, Draft, DraftMask, DraftNote, DraftPath
from tests.gui.canvas.conftest import VIEW, levels_of

GREY = QColor(34, 34, 34)


def shown(canvas: Canvas) -> np.ndarray:
    """What is on the screen, uint8 RGB of shape (h, w, 3)."""
    image = canvas.grab_frame().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def place(canvas: Canvas, x: float, y: float) -> tuple[int, int]:
    """Row and column on the screen of an image position."""
    column, row = canvas.viewport.to_screen(x, y)
    return int(row), int(column)


def mask_box(left: int, top: int, width: int, height: int) -> Mask:
    return Mask.from_array(np.ones((height, width), np.bool_), left, top)


def test_without_a_picture_there_is_only_the_surround(make_canvas: Callable[[], Canvas]) -> None:
    canvas = make_canvas()
    assert np.all(shown(canvas) == 34)
    canvas.set_theme(QColor(200, 201, 202))
    assert np.all(shown(canvas) == (200, 201, 202))


def test_the_whole_picture_is_fitted_first(canvas: Canvas, picture: np.ndarray) -> None:
    screen = shown(canvas)
    assert np.all(screen[0] == 34)
    row, column = place(canvas, 100, 75)
    assert np.abs(screen[row, column].astype(int) - picture[75, 100]).max() < 30
    canvas.resize(200, 300)
    assert canvas.viewport.visible_box.area == pytest.approx(200 * 150)


@pytest.mark.parametrize("scale", [4.0, 7.0, 16.0])
def test_from_four_times_on_there_are_true_pixels(
    canvas: Canvas, picture: np.ndarray, scale: float
) -> None:
    canvas.set_scale(scale)
    screen = shown(canvas)
    for row in range(0, VIEW.height, 7):
        for column in range(0, VIEW.width, 7):
            x, y = canvas.viewport.to_image(column + 0.5, row + 0.5)
            assert np.array_equal(screen[row, column], picture[int(y), int(x)])


def test_at_full_size_the_picture_is_shown_as_it_is(canvas: Canvas, picture: np.ndarray) -> None:
    canvas.set_scale(1.0)
    screen = shown(canvas)
    row, column = place(canvas, 0, 0)
    assert np.array_equal(screen[row : row + 150, column : column + 200], picture)
    assert canvas.device_scale == 1.0


@pytest.mark.parametrize("size", [Size(199, 151), Size(3, 500), Size(1, 1), Size(257, 33)])
def test_odd_sizes_are_shown_to_the_rim(make_canvas: Callable[[], Canvas], size: Size) -> None:
    canvas = make_canvas()
    canvas.set_image(levels_of(np.full((*size.shape, 3), 250, np.uint8)), size)
    for scale in (1.0, 0.37):
        canvas.set_scale(scale)
        drawn = canvas.viewport.box_to_screen(size.box).clipped(VIEW)
        lit = int((shown(canvas)[..., 0] > 120).sum())
        rim = 2 * (drawn.width + drawn.height) + 4
        assert abs(lit - drawn.area) <= rim


def test_a_preview_of_a_quarter_lies_where_the_picture_lies(
    make_canvas: Callable[[], Canvas],
) -> None:
    picture = np.zeros((400, 600, 3), np.uint8)
    picture[200:, 300:] = 255
    canvas = make_canvas()
    canvas.set_image(levels_of(picture[::4, ::4]), Size(600, 400))
    canvas.zoom_to(Box(250, 150, 100, 100))
    before, view = shown(canvas), canvas.viewport
    canvas.set_image(levels_of(picture), Size(600, 400))
    assert canvas.viewport == view, "the full picture takes the place of its preview"
    row, column = place(canvas, 280, 180)
    assert before[row, column].max() < 60
    row, column = place(canvas, 320, 220)
    assert before[row, column].min() > 200
    assert np.abs(shown(canvas).astype(int) - before).mean() < 5


def test_the_zoom_is_kept_for_the_same_size_only(canvas: Canvas, picture: np.ndarray) -> None:
    canvas.set_scale(5.0)
    canvas.set_image(levels_of(picture[::-1]), Size(200, 150))
    assert canvas.device_scale == 5.0
    canvas.set_image(levels_of(picture[:100]), Size(200, 100))
    assert canvas.viewport.visible_box.area == pytest.approx(200 * 100)


@pytest.mark.parametrize("scale", [0.7, 1.0, 2.0, 2.6])
def test_a_mask_covers_its_pixels(canvas: Canvas, scale: float) -> None:
    canvas.set_image(levels_of(np.full((150, 200, 3), 100, np.uint8)), Size(200, 150))
    canvas.set_overlay([CanvasShape(1, mask_box(80, 60, 40, 30), "#ff0000", fill_alpha=0.4)])
    canvas.set_scale(scale)
    screen = shown(canvas).astype(int)
    inside = screen[place(canvas, 100, 75)]
    assert np.abs(inside - (100 * 0.6 + 255 * 0.4, 60, 60)).max() <= 2
    for x, y in ((70, 75), (130, 75), (100, 50), (100, 100)):
        assert np.abs(screen[place(canvas, x, y)] - 100).max() <= 2
    row, left = place(canvas, 80, 75)
    line = screen[row, left - 3 : left + 4]
    assert (line[:, 0] - line[:, 1]).max() > 150, "the outline is on the edge"
    assert line.max(axis=1).min() < 75, "its rim is dark"


def test_every_way_of_panning_shows_what_a_fresh_frame_shows(
    canvas: Canvas, picture: np.ndarray, qtbot: QtBot
) -> None:
    rng = np.random.default_rng(4)
    canvas.set_overlay(
        [
            CanvasShape(n, Polygon.from_points(rng.random((8, 2)) * (200, 150)), "#00c0ff")
            for n in range(6)
        ]
    )
    canvas.set_scale(3.0)
    for _ in range(40):
        dx, dy = rng.integers(-60, 60, 2).tolist()
        canvas.pan_by(dx, dy)
        if rng.random() < 0.4:
            canvas.repaint()
    panned = shown(canvas)
    canvas.set_theme(GREY)
    assert np.abs(panned.astype(int) - shown(canvas)).max() <= 3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_random_use_the_screen_shows_what_a_fresh_frame_shows(
    canvas: Canvas, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    shapes: dict[int, CanvasShape] = {}
    for step in range(80):
        match int(rng.integers(7)):
            case 0:
                canvas.zoom_by(float(rng.choice([0.5, 0.8, 1.25, 2.0])))
            case 1:
                canvas.pan_by(*rng.integers(-90, 90, 2).tolist())
            case 2:
                left, top = rng.integers(0, 150, 2).tolist()
                shapes[step] = CanvasShape(step, mask_box(left, top, 40, 25), "#22cc88")
            case 3 if shapes:
                del shapes[int(rng.choice(list(shapes)))]
            case 4:
                ring = rng.random((5, 2)) * (200, 150)
                line = list(LineStyle)[step % 3]
                shapes[step] = CanvasShape(step, Polygon.from_points(ring), "#cc2288", line)
            case 5:
                canvas.set_draft(Draft(hovered_id=int(rng.choice([0, *shapes]))))
            case _:
                canvas.fit()
        canvas.set_overlay(list(shapes.values()))
        if rng.random() < 0.5:
            QApplication.processEvents()
        if rng.random() < 0.3:
            canvas.grab_frame()
    used = shown(canvas).astype(int)
    canvas.set_outlines_only(True)
    shown(canvas)
    canvas.set_outlines_only(False)
    assert np.abs(used - shown(canvas)).max() <= 16


def test_an_edit_shows_what_a_fresh_frame_shows(canvas: Canvas) -> None:
    shapes = [CanvasShape(n, mask_box(10 + 20 * n, 20, 15, 60), "#ffcc00") for n in range(8)]
    canvas.set_overlay(shapes)
    shown(canvas)
    shapes[3] = CanvasShape(3, mask_box(60, 50, 50, 50), "#00ccff")
    canvas.set_overlay(shapes)
    patched = shown(canvas)
    canvas.set_theme(GREY)
    canvas.set_outlines_only(True)
    shown(canvas)
    canvas.set_outlines_only(False)
    assert np.abs(patched.astype(int) - shown(canvas)).max() <= 3


def test_nothing_of_one_picture_is_shown_over_another(canvas: Canvas, picture: np.ndarray) -> None:
    canvas.set_overlay([CanvasShape(1, mask_box(0, 0, 200, 150), "#ff0000", fill_alpha=1.0)])
    assert shown(canvas)[place(canvas, 100, 75)].tolist() == [255, 0, 0]
    canvas.set_image(levels_of(np.full((150, 200, 3), 7, np.uint8)), Size(200, 150))
    canvas.set_overlay([CanvasShape(2, mask_box(0, 0, 5, 5), "#ff0000")])
    grabbed = canvas.grab().toImage()
    row, column = place(canvas, 100, 75)
    assert grabbed.pixelColor(column, row) == QColor(7, 7, 7)


def test_a_selection_renders_nothing_anew(canvas: Canvas) -> None:
    mask = mask_box(50, 50, 60, 60)
    canvas.set_overlay([CanvasShape(1, mask, "#ff0000")])
    shown(canvas)
    assert canvas.is_exact
    canvas.set_overlay([CanvasShape(1, mask, "#ff0000", selected=True, caption="cell")])
    assert canvas.is_exact
    canvas.set_overlay([CanvasShape(1, mask, "#00ff00", selected=True, caption="cell")])
    assert not canvas.is_exact


def test_a_zoom_out_shows_shapes_at_once_where_they_were_not_rendered_yet(canvas: Canvas) -> None:
    canvas.set_image(levels_of(np.full((150, 200, 3), 100, np.uint8)), Size(200, 150))
    canvas.set_overlay([CanvasShape(1, mask_box(2, 2, 40, 40), "#ff0000", fill_alpha=0.5)])
    shown(canvas)
    canvas.zoom_to(Box(150, 100, 40, 40))
    shown(canvas)
    canvas.fit()
    row, column = place(canvas, 20, 20)
    color = canvas.grab().toImage().pixelColor(column, row)
    assert color.red() > color.green() + 60


def test_overlays_can_be_hidden_and_fills_left_out(canvas: Canvas, picture: np.ndarray) -> None:
    bare = shown(canvas)
    shape = CanvasShape(1, mask_box(50, 50, 60, 60), "#ff0000", selected=True, caption="cell")
    canvas.set_overlay([shape])
    assert not np.array_equal(shown(canvas), bare)
    canvas.set_outlines_only(True)
    row, column = place(canvas, 80, 80)
    screen = shown(canvas)
    assert np.array_equal(screen[row, column], bare[row, column])
    assert not np.array_equal(screen, bare)
    canvas.set_overlays_visible(False)
    assert np.array_equal(shown(canvas), bare)


def test_hovered_is_brighter_and_selected_has_a_light_line(canvas: Canvas) -> None:
    canvas.set_image(levels_of(np.full((150, 200, 3), 60, np.uint8)), Size(200, 150))
    mask = mask_box(50, 50, 60, 60)
    canvas.set_overlay([CanvasShape(1, mask, "#aa3300")])
    plain = shown(canvas).astype(int)
    canvas.set_draft(Draft(hovered_id=1))
    hovered = shown(canvas).astype(int)
    inside = place(canvas, 80, 80)
    assert hovered[inside].sum() > plain[inside].sum() + 20
    canvas.set_draft(Draft())
    assert np.array_equal(shown(canvas), plain)
    canvas.set_overlay([CanvasShape(1, mask, "#aa3300", selected=True)])
    assert (shown(canvas).min(axis=2) > 200).sum() > 100


def test_a_draft_is_painted_and_leaves_no_trace(canvas: Canvas) -> None:
    bare = shown(canvas)
    draft = Draft(
        paths=(DraftPath(np.array([[20.0, 20.0], [90.0, 30.0], [50.0, 90.0]]), active=1),),
        masks=(
            DraftMask(mask_box(120, 30, 30, 30)),
            DraftMask(mask_box(20, 100, 30, 30), subtract=True, committed=False),
        ),
        boxes=(Box(100, 80, 60, 40),),
        handles=((100.0, 80.0), (160.0, 120.0)),
        brush=BrushCursor(60, 60, 12),
    )
    canvas.set_draft(draft)
    canvas.repaint()
    painted = shown(canvas)
    for x, y in ((135, 45), (35, 115), (130, 80), (100, 80), (72, 60), (55, 25)):
        row, column = place(canvas, x, y)
        around = slice(row - 2, row + 3), slice(column - 2, column + 3)
        assert not np.array_equal(painted[around], bare[around]), (x, y)
    canvas.set_draft(Draft())
    assert np.array_equal(shown(canvas), bare)


def test_a_growing_stroke_repaints_what_it_adds(canvas: Canvas, qtbot: QtBot) -> None:
    pixels = np.zeros((150, 200), np.bool_)
    for x in range(30, 150, 6):
        pixels[60:80, x : x + 20] = True
        mask = Mask.from_array(pixels)
        canvas.set_draft(Draft(masks=(DraftMask(mask),), brush=BrushCursor(x + 10, 70, 10)))
        canvas.repaint()
    grown = shown(canvas)
    canvas.set_draft(Draft())
    canvas.set_draft(Draft(masks=(DraftMask(mask),), brush=BrushCursor(x + 10, 70, 10)))
    assert np.array_equal(grown, shown(canvas))


def test_superpixels_are_shown_as_lines(canvas: Canvas) -> None:
    canvas.set_image(levels_of(np.zeros((150, 200, 3), np.uint8)), Size(200, 150))
    canvas.set_superpixels((np.arange(200)[None] // 100 + np.zeros((150, 1), int)).astype(np.int32))
    row, column = place(canvas, 100, 75)
    assert shown(canvas)[row, column].min() > 100
    canvas.set_superpixels(None)
    assert shown(canvas)[row, column].max() == 0


def test_a_cut_joins_the_labels_of_one_map(canvas: Canvas) -> None:
    canvas.set_image(levels_of(np.zeros((150, 200, 3), np.uint8)), Size(200, 150))
    labels = (np.arange(200)[None] // 50 + np.zeros((150, 1), int)).astype(np.int32)
    canvas.set_superpixels(labels, np.array([0, 0, 1, 1], np.int32))
    pixels = shown(canvas)
    assert pixels[place(canvas, 100, 75)].min() > 100
    assert pixels[place(canvas, 50, 75)].max() == 0


def test_a_note_stands_beside_its_place_and_leaves_no_trace(canvas: Canvas) -> None:
    before = shown(canvas)
    canvas.set_draft(Draft(note=DraftNote(60, 60, "1,234 px · 5.0%")))
    noted = shown(canvas)
    rows, columns = np.nonzero((noted != before).any(axis=2))
    top, left = place(canvas, 60, 60)
    assert rows.min() > top
    assert columns.min() > left
    canvas.set_draft(Draft())
    assert np.array_equal(shown(canvas), before)


def test_a_note_at_the_rim_stays_inside(canvas: Canvas) -> None:
    before = shown(canvas)
    canvas.set_draft(Draft(note=DraftNote(1e4, 1e4, "0 px")))
    assert (shown(canvas) != before).any()


def test_classes_lie_under_the_shapes_and_go_with_another_size(canvas: Canvas) -> None:
    before = shown(canvas)
    classes = np.ones((150, 200), np.uint16)
    canvas.set_classes(ClassFill.of(classes, {1: "#00ff00"}))
    assert (shown(canvas) != before).any()
    canvas.set_classes(None)
    assert np.array_equal(shown(canvas), before)


def test_the_colour_under_the_cursor(canvas: Canvas, picture: np.ndarray) -> None:
    assert canvas.color_at(12.9, 34.2) == tuple(picture[34, 12].tolist())
    assert canvas.color_at(-0.1, 3) is None
    assert canvas.color_at(200, 3) is None


def test_shutdown_and_deletion_end_the_thread(qtbot: QtBot) -> None:
    def running() -> int:
        return sum(thread.name == "canvas overlay" for thread in threading.enumerate())

    before = running()
    canvas = Canvas()
    assert running() == before + 1
    canvas.shutdown()
    canvas.shutdown()
    assert running() == before
    forgotten = Canvas()
    with qtbot.waitSignal(forgotten.destroyed):
        forgotten.deleteLater()
    assert running() == before


@pytest.mark.parametrize("factor", ["1.5", "2"])
def test_on_dense_screens_the_lines_are_sharp(factor: str) -> None:
    script = """
import numpy as np
from PySide6.QtWidgets import QApplication
from core.document.geometry import Box, Size
from gui.canvas.canvas import Canvas
from gui.canvas.shapes import CanvasShape, LineStyle
app = QApplication([])
canvas = Canvas()
canvas.resize(200, 160)
canvas.show()
level = np.zeros((90, 120, 4), np.uint8)
level[:, ::2] = 255
canvas.set_image((level,), Size(120, 90))
canvas.set_overlay([CanvasShape(1, Box(40, 30, 30, 30), "#ff0000", fill_alpha=1.0)])
canvas.set_scale(1.0)
image = canvas.grab_frame()
ratio = canvas.devicePixelRatioF()
assert (image.width(), image.height()) == (round(200 * ratio), round(160 * ratio))
x, y = (round(value * ratio) for value in canvas.viewport.to_screen(0, 0))
row = [image.pixelColor(x + column, y + 10).red() for column in range(120)]
assert row == [255, 0] * 60, row
assert image.pixelColor(x + 55, y + 45).getRgb()[:3] == (255, 0, 0)
assert image.pixelColor(x + 75, y + 45).getRgb()[:3] in ((255, 255, 255), (0, 0, 0))
canvas.shutdown()
print(ratio)
"""
    environment = {"QT_SCALE_FACTOR": factor, "QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin"}
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert float(ran.stdout) == float(factor)


def test_lines_between_pixels_from_twelvefold_zoom_on(canvas: Canvas) -> None:
    canvas.set_scale(16.0)
    plain = shown(canvas)
    canvas.set_pixel_grid(True)
    gridded = shown(canvas)
    changed = np.any(plain != gridded, axis=2)
    left, top = canvas.viewport.to_screen(100, 75)
    column, row = round(left), round(top)
    assert changed[:, column].mean() > 0.9
    assert changed[row].mean() > 0.9
    assert not changed[row + 3 : row + 13, column + 3 : column + 13].any()
    canvas.set_scale(8.0)
    with_grid = shown(canvas)
    canvas.set_pixel_grid(False)
    assert np.array_equal(with_grid, shown(canvas))


@pytest.mark.parametrize("scale", [0.7, 1.0, 8.0])
def test_tones_change_the_picture_alone(canvas: Canvas, scale: float) -> None:
    canvas.set_scale(scale)
    plain = shown(canvas)
    canvas.set_tone_map(ToneMap(255 - np.arange(256, dtype=np.uint8)))
    inverted = shown(canvas)
    view = canvas.viewport
    columns, rows = np.meshgrid(np.arange(VIEW.width) + 0.5, np.arange(VIEW.height) + 0.5)
    x, y = (columns - view.x) / view.scale, (rows - view.y) / view.scale
    inside = (x > 0) & (x < 200) & (y > 0) & (y < 150)
    assert np.array_equal(inverted[inside], 255 - plain[inside])
    assert np.array_equal(inverted[~inside], plain[~inside])
    canvas.pan_by(13, -7)
    panned = shown(canvas)
    canvas.set_tone_map(ToneMap(255 - np.arange(256, dtype=np.uint8)))
    assert np.array_equal(panned, shown(canvas)), "strips of a pan are toned like the whole"


def test_fills_are_as_strong_as_asked(canvas: Canvas) -> None:
    canvas.set_overlay([CanvasShape(1, Box(20, 20, 100, 100), "#ff0000", fill_alpha=0.33)])
    left, top = (int(value) for value in canvas.viewport.to_screen(70, 70))
    usual = shown(canvas)[top, left].astype(int)
    canvas.set_fill_strength(2.0)
    assert shown(canvas)[top, left][0] > usual[0]
    canvas.set_fill_strength(0.0)
    without = shown(canvas)[top, left]
    canvas.set_overlay([])
    assert np.array_equal(shown(canvas)[top, left], without)


def test_a_selected_shape_looks_the_same_however_often_it_is_painted(canvas: Canvas) -> None:
    shape = CanvasShape(1, Box(20, 20, 100, 80), "#ff0000", selected=True)
    canvas.set_overlay([shape])
    first = shown(canvas).astype(int)
    canvas.set_draft(Draft(brush=BrushCursor(60, 60, 10)))
    shown(canvas)
    canvas.set_draft(Draft())
    again = shown(canvas).astype(int)
    assert np.abs(first - again).max() <= 2
    canvas.set_overlay([replace(shape, selected=False)])
    gone = shown(canvas).astype(int)
    canvas.set_overlay([])
    canvas.set_overlay([replace(shape, selected=False)])
    assert np.array_equal(gone, shown(canvas)), "nothing kept is painted once it is deselected"


@pytest.mark.parametrize("selected", [False, True])
def test_what_the_draft_replaces_is_not_shown_meanwhile(
    make_canvas: Callable[[], Canvas], selected: bool
) -> None:
    canvas = make_canvas()
    canvas.set_image(levels_of(np.zeros((150, 200, 3), np.uint8)), Size(200, 150))
    seen = Visibility.VISIBLE
    points = Keypoints(((50, 40, seen), (150, 40, seen)))
    other = Polygon.from_points([(50, 80), (150, 80), (150, 120), (50, 120)])
    canvas.set_overlay(
        [
            CanvasShape(1, points, "#ff0000", edges=((0, 1),), selected=selected),
            CanvasShape(2, other, "#00ff00"),
        ]
    )
    line, below = place(canvas, 100, 40), place(canvas, 100, 80)

    def brightness() -> list[int]:
        screen = shown(canvas)
        return [int(screen[row - 2 : row + 3, column].max()) for row, column in (line, below)]

    usual = brightness()
    assert min(usual) > 150
    moved = DraftPath(np.array([(50.0, 10.0), (150.0, 10.0)]), vertices=False)
    canvas.set_draft(Draft(paths=(moved,), hovered_id=1, replaced=points))
    assert brightness() == [0, usual[1]]
    canvas.set_overlay(canvas.shapes)
    assert brightness() == [0, usual[1]], "nor when the shapes are handed over again"
    canvas.set_draft(Draft())
    assert brightness() == usual
