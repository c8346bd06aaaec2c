import cv2
import numpy as np
import pytest

from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    Scribble,
    Visibility,
)
from core.document.mask import Mask, PixelBox
from gui.canvas.layers.contours import ContourCache
from gui.canvas.layers.overlay_renderer import (
    OverlayScene,
    draw_overlay,
    is_smooth,
    render_overlay,
    visible_shapes,
)
from gui.canvas.layers.overlay_style import OverlayStyle, premultiplied_bgra
from gui.canvas.layers.raster import ArgbArray, blank
from gui.canvas.layers.window import RenderWindow
from gui.canvas.shapes import CanvasShape, LineStyle

STYLE = OverlayStyle()
RED = "#ff0000"


def scene_of(*shapes: CanvasShape) -> OverlayScene:
    return OverlayScene.of(shapes, ContourCache().entries([shape.geometry for shape in shapes]))


def render(window: RenderWindow, *shapes: CanvasShape, style: OverlayStyle = STYLE) -> ArgbArray:
    return render_overlay(scene_of(*shapes), window, style)


def ring_with_hole() -> Mask:
    pixels = np.zeros((120, 160), np.uint8)
    cv2.ellipse(pixels, (80, 60), (60, 45), 20, 0, 360, 1, -1)
    cv2.circle(pixels, (85, 55), 18, 0, -1)
    return Mask.from_array(pixels, left=37, top=21)


@pytest.mark.parametrize("scale", [0.11, 0.3, 0.5, 0.77, 1.0, 1.6, 2.0, 5.0, 16.0])
@pytest.mark.parametrize("corner", [(0, 0), (13, -40)])
def test_the_fill_covers_the_pixels_of_the_mask(scale: float, corner: tuple[int, int]) -> None:
    mask = ring_with_hole()
    window = RenderWindow(scale, PixelBox(round(60 * scale) + corner[0], corner[1], 300, 200))
    pixels = render(window, CanvasShape(1, mask, RED, fill_alpha=0.4))
    columns = np.floor((np.arange(300) + window.box.left + 0.5) / scale).astype(int)
    rows = np.floor((np.arange(200) + window.box.top + 0.5) / scale).astype(int)
    box = PixelBox(-600, -600, 4000, 3000)
    wanted = mask.window(box)[rows + 600][:, columns + 600]
    # Away from the outline there is exactly the fill or nothing.
    near = np.ones((2 * STYLE.halo_px + 3,) * 2, np.uint8)
    surely_in = cv2.erode(wanted.view(np.uint8), near, borderValue=1).astype(bool)
    surely_out = cv2.dilate(wanted.view(np.uint8), near).astype(bool) == 0
    # What lies just outside of the window may reach into it.
    inner = (slice(near.shape[0], -near.shape[0]),) * 2
    fill = premultiplied_bgra(RED, 0.4)
    assert np.all(pixels[inner][surely_in[inner]] == fill)
    assert not pixels[inner][surely_out[inner]].any()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0, 40.0])
@pytest.mark.parametrize("smooth", [True, False])
def test_outlines_are_as_wide_at_any_zoom_and_have_a_dark_rim(
    scale: float, ratio: float, smooth: bool
) -> None:
    window = RenderWindow(scale, PixelBox(-50, -50, 200, 200))
    scene = scene_of(CanvasShape(1, Box(0, 0, 1000, 1000), RED, fill_alpha=0.0))
    style = OverlayStyle.for_screen(ratio)
    target = blank(window)
    visible = visible_shapes(scene, window, style, lambda: False)
    draw_overlay(target, visible, window, style, smooth=smooth)
    row = target[150].astype(float)
    assert 1.5 <= row[:, 2].sum() / 255 / ratio <= 2.05
    middle = float((row[:, 2] * (np.arange(200) + 0.5)).sum() / row[:, 2].sum())
    assert abs(middle - 50) <= 0.6, "the line lies on the edge"
    dark = (row[:, 3] > 90) & (row[:, 2] < 60)
    assert 0.9 <= dark.sum() / ratio <= 2.5


def test_holes_and_parts_of_polygons_are_honoured() -> None:
    square = np.array([[0, 0], [100, 0], [100, 100], [0, 100]])
    hole = square * 0.4 + 30
    polygon = Polygon((PolygonPart(square, (hole,)), PolygonPart(square * 0.5 + 120)))
    pixels = render(RenderWindow(1.0, PixelBox(0, 0, 180, 180)), CanvasShape(1, polygon, RED))
    fill = premultiplied_bgra(RED, 0.3)
    assert tuple(pixels[15, 15]) == fill
    assert tuple(pixels[145, 145]) == fill
    assert tuple(pixels[50, 50]) == (0, 0, 0, 0)
    assert tuple(pixels[110, 110]) == (0, 0, 0, 0)


def test_what_lies_inside_of_another_shape_stays_visible() -> None:
    small, large = Box(40, 40, 40, 40), Box(0, 0, 120, 120)
    for order in ((small, large), (large, small)):
        colors = {id(small): "#00ff00", id(large): RED}
        shapes = [CanvasShape(n, box, colors[id(box)]) for n, box in enumerate(order)]
        pixels = render(RenderWindow(1.0, PixelBox(0, 0, 120, 120)), *shapes)
        assert tuple(pixels[60, 60]) == premultiplied_bgra("#00ff00", 0.3)
        assert tuple(pixels[20, 20]) == premultiplied_bgra(RED, 0.3)


def test_the_outline_tells_the_source_without_colour() -> None:
    window = RenderWindow(1.0, PixelBox(0, 0, 220, 220))
    share = {}
    for line in LineStyle:
        pixels = render(window, CanvasShape(1, Box(10, 10, 200, 200), RED, line, fill_alpha=0))
        on = (pixels[9:11, 12:208, 2] > 150).any(axis=0)
        share[line] = on.mean()
    assert share[LineStyle.SOLID] == 1.0
    assert 0.65 < share[LineStyle.DASHED] < 0.95
    assert 0.1 < share[LineStyle.DOTTED] < 0.65


def test_outlines_only_leaves_the_picture_free() -> None:
    window = RenderWindow(1.0, PixelBox(0, 0, 100, 100))
    shape = CanvasShape(1, Box(10, 10, 80, 80), RED)
    pixels = render(window, shape, style=OverlayStyle(outlines_only=True))
    assert not pixels[50, 50].any()
    assert pixels[50, 10].any()


def test_scribbles_and_keypoints_are_drawn() -> None:
    window = RenderWindow(2.0, PixelBox(0, 0, 200, 200))
    line = Scribble(np.array([[10.0, 10.0], [80.0, 10.0]]), 5.0)
    points = Keypoints(((50.0, 50.0, Visibility.VISIBLE), (0.0, 0.0, Visibility.UNLABELLED)))
    pixels = render(window, CanvasShape(1, line, RED), CanvasShape(2, points, "#00ff00"))
    assert pixels[20 - 8, 100, 3] > 0
    assert pixels[20 - 13, 100, 3] == 0
    assert tuple(pixels[100, 100]) == premultiplied_bgra("#00ff00", 1.0)
    assert not pixels[0, 0].any()


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("line", list(LineStyle))
def test_windows_of_one_scale_share_one_raster(smooth: bool, line: LineStyle) -> None:
    rng = np.random.default_rng(5)
    shapes = [
        CanvasShape(
            n, Polygon.from_points(rng.random((6, 2)) * 60 + rng.random(2) * 200), RED, line
        )
        for n in range(12)
    ]
    scene = scene_of(*shapes)
    large, part = PixelBox(-7, -3, 420, 400), PixelBox(60, 90, 120, 80)
    drawn = []
    for box in (large, PixelBox(part.left - 8, part.top - 8, part.width + 16, part.height + 16)):
        window = RenderWindow(1.43, box)
        target = blank(window)
        visible = visible_shapes(scene, window, STYLE, lambda: False)
        draw_overlay(target, visible, window, STYLE, smooth=smooth)
        drawn.append(target)
    whole = drawn[0][93:173, 67:187]
    difference = np.abs(whole.astype(int) - drawn[1][8:-8, 8:-8]).max(axis=2)
    if smooth:
        assert difference.max() <= 2
    else:
        assert (difference > 2).mean() < 0.02, "cut lines may run a pixel beside"


def test_a_crowd_is_drawn_without_antialiasing_but_covers_the_same() -> None:
    window = RenderWindow(1.0, PixelBox(0, 0, 200, 200))
    scene = scene_of(CanvasShape(1, ring_with_hole(), RED))
    visible = visible_shapes(scene, window, STYLE, lambda: False)
    assert is_smooth(visible)
    smooth, crowd = blank(window), blank(window)
    draw_overlay(smooth, visible, window, STYLE, smooth=True)
    draw_overlay(crowd, visible, window, STYLE, smooth=False)
    differs = np.abs(smooth.astype(int) - crowd).max(axis=2) > 200
    assert differs.mean() < 0.02


def test_nothing_is_drawn_for_an_odd_colour_but_grey() -> None:
    window = RenderWindow(1.0, PixelBox(0, 0, 50, 50))
    for color in ("", "red", "#12", "#zzzzzz"):
        pixels = render(window, CanvasShape(1, Box(10, 10, 30, 30), color, fill_alpha=1.0))
        assert pixels[25, 25].tolist() == [0x9A, 0x9A, 0x9A, 255]


def test_a_shape_far_larger_than_the_view_at_full_zoom() -> None:
    window = RenderWindow(96.0, PixelBox(96 * 15_000, 96 * 15_000, 400, 300))
    ring = np.array([[0, 0], [30_000, 0], [30_000, 30_000], [15_002, 30_000], [15_002, 0]])
    pixels = render(window, CanvasShape(1, Polygon.from_points(ring), RED))
    assert not pixels[150, 20:180].any()
    assert tuple(pixels[150, 300]) == premultiplied_bgra(RED, 0.3)
