"""What the hand feels in the whole window: CPU time of its thread per event, pixels included.

A real window of 1920 × 1080 on a 24 MP photograph with 10,000 polygons, on masks of
24 MP, and on a walk through images of 4 MP. Musts are asserted; goals are written
into ``extra_info`` beside the figure. Run with ``make bench``.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QSettings, QStringListModel, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView

from core.document.annotation import Annotation
from core.document.geometry import Polygon, Size
from core.document.mask import Mask
from core.editing.annotations import move_annotations
from core.project import creation
from core.project.project import Project
from core.project.records import NewImage
from core.tasks.queue import TaskQueue
from gui.app import TASK_THREADS
from gui.background import MainThreadBridge
from gui.main_window import MainWindow
from gui.panels.image_list_model import ImageListModel
from gui.panels.images_panel import ImagesPanel
from gui.proposals.model_runs import ModelRuns
from gui.session import Session

pytestmark = [
    pytest.mark.speed,
    pytest.mark.timeout(900),
    pytest.mark.benchmark(timer=time.thread_time, disable_gc=True, warmup=True),
]

LARGE = Size(6000, 4000)
SMALL = Size(2400, 1700)
SHAPES = 10_000
WALK = 12
IMAGES = 100_000
TEXTS = ("9", "99", "e0123", "")
LIMIT_HOVER_S = 0.010
LIMIT_BRUSH_S = 0.004

Benchmark = Any
"""pytest-benchmark's fixture, which has no types."""


def photograph(path: Path, size: Size, seed: int) -> None:
    small = np.random.default_rng(seed).integers(
        0, 255, (size.height // 8, size.width // 8, 3), np.uint8
    )
    large = cv2.resize(small, (size.width, size.height), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(path), large, [cv2.IMWRITE_JPEG_QUALITY, 88])


def polygons(image_id: int, count: int, size: Size, radius_px: float) -> tuple[Annotation, ...]:
    rng = np.random.default_rng(image_id)
    angles = np.linspace(0, 2 * np.pi, 50, endpoint=False)
    turn = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    places = rng.random((count, 2)) * (size.width, size.height)
    return tuple(
        Annotation(
            image_id * 100_000 + number,
            1,
            1,
            Polygon.from_points(place + turn * radius_px * (1 + 0.15 * rng.random((50, 1)))),
            order=number,
        )
        for number, place in enumerate(places)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Project files: ``large`` (24 MP, polygons), ``masks`` (24 MP), ``walk`` (12 × 4 MP)."""
    folder = tmp_path_factory.mktemp("window")
    plain = creation.plain_contents((), "tester")

    def write(name: str, images: dict[str, tuple[Size, tuple[Annotation, ...]]]) -> None:
        records = tuple(
            NewImage(number, path, size)
            for number, (path, (size, _)) in enumerate(images.items(), 1)
        )
        contents = creation.ProjectContents(
            records,
            plain.layers,
            plain.labels,
            {number: shapes for number, (_, shapes) in enumerate(images.values(), 1)},
        )
        creation.write_project(folder / f"{name}.maskwright", folder, contents)

    photograph(folder / "large.jpg", LARGE, 0)
    write("large", {"large.jpg": (LARGE, polygons(1, SHAPES, LARGE, 25))})
    whole = np.ones(LARGE.shape, np.bool_)
    whole[:40] = False
    write("masks", {"large.jpg": (LARGE, (Annotation(1, 1, 1, Mask.from_array(whole)),))})
    walk = {}
    for number in range(1, WALK + 1):
        photograph(folder / f"walk{number:02}.jpg", SMALL, number)
        walk[f"walk{number:02}.jpg"] = (SMALL, polygons(number, 50, SMALL, 60))
    write("walk", walk)
    return folder


@pytest.fixture
def open_window(
    qapp: QApplication, folder: Path, tmp_path: Path
) -> Iterator[Callable[[str], MainWindow]]:
    """Opens the window of a project and waits until all is decoded and drawn."""
    closing: list[Callable[[], None]] = []

    def open_one(name: str) -> MainWindow:
        project = Project.open(folder / f"{name}.maskwright", author="tester")
        bridge = MainThreadBridge()
        tasks = TaskQueue(bridge.deliver, threads=TASK_THREADS)
        runs = ModelRuns(bridge)
        settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
        window = MainWindow(project, tasks, runs, settings, "tester", tmp_path / "log")

        def close() -> None:
            window.close()
            tasks.close()
            runs.close()
            bridge.close()
            project.close()

        closing.append(close)
        window.resize(1920, 1080)
        window.show()
        window.open_first_image()
        settle(window)
        return window

    yield open_one
    for close in closing:
        close()


def settle(window: MainWindow) -> None:
    """Until the picture is whole, the overlay exact and nothing runs in the background."""
    bench = window.bench
    for _ in range(6000):
        QTest.qWait(10)
        if bench.loaded_image() is not None and bench.canvas.is_exact and not bench.tasks.running():
            return
    raise AssertionError("the window does not come to rest")


def move(window: MainWindow, x: float, y: float, held: Qt.MouseButton) -> None:
    """Move the pointer over the canvas and paint what changed."""
    send(window, QEvent.Type.MouseMove, x, y, Qt.MouseButton.NoButton, held)


def send(
    window: MainWindow,
    kind: QEvent.Type,
    x: float,
    y: float,
    button: Qt.MouseButton,
    held: Qt.MouseButton,
) -> None:
    canvas = window.bench.canvas
    place = QPointF(x, y)
    modifiers = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, place, QPointF(canvas.mapToGlobal(place)), button, held, modifiers)
    QApplication.sendEvent(canvas, event)
    QApplication.processEvents()


def median_of(benchmark: Benchmark, goal_ms: float) -> float:
    benchmark.extra_info["goal_ms"] = goal_ms
    return float(benchmark.stats.stats.median)


@pytest.mark.parametrize("tool", ["select", "region"])
def test_hover_over_10_000_polygons(
    benchmark: Benchmark, open_window: Callable[[str], MainWindow], tool: str
) -> None:
    window = open_window("large")
    window.bench.tools.use(tool)
    settle(window)
    canvas = window.bench.canvas
    rng = np.random.default_rng(3)
    places = iter(rng.random((1000, 2)) * (canvas.width(), canvas.height()))

    def hover() -> None:
        x, y = next(places)
        move(window, x, y, Qt.MouseButton.NoButton)

    benchmark.pedantic(hover, rounds=60, warmup_rounds=5)
    assert median_of(benchmark, 5) <= LIMIT_HOVER_S


def test_selecting_one_of_10_000_polygons(
    benchmark: Benchmark, open_window: Callable[[str], MainWindow]
) -> None:
    window = open_window("large")
    session = window.bench.session
    assert session.document is not None
    numbers = itertools.cycle(list(session.document.annotations)[::7])

    def select() -> None:
        session.select(frozenset({next(numbers)}))
        QApplication.processEvents()

    benchmark.pedantic(select, rounds=40, warmup_rounds=3)
    median_of(benchmark, 10)


def test_moving_one_of_10_000_polygons(
    benchmark: Benchmark, open_window: Callable[[str], MainWindow]
) -> None:
    """The edit with everything that shows it: canvas, lists, counts; the picture follows."""
    window = open_window("large")
    session = window.bench.session
    assert session.document is not None
    numbers = itertools.cycle(list(session.document.annotations)[::7])

    def move_one() -> None:
        document = session.document
        assert document is not None
        change = move_annotations(document, [next(numbers)], 1.0, 0.5)
        assert change is not None
        session.apply(change)
        QApplication.processEvents()

    benchmark.pedantic(move_one, setup=lambda: settle(window), rounds=20, warmup_rounds=3)
    median_of(benchmark, 16)


@pytest.mark.parametrize("scale", [None, 1.0], ids=["fit", "full size"])
@pytest.mark.parametrize("footprint_px", [60, 200])
def test_a_brush_event_on_a_mask_of_24_megapixels(
    benchmark: Benchmark,
    open_window: Callable[[str], MainWindow],
    scale: float | None,
    footprint_px: int,
) -> None:
    window = painting(open_window, "masks", scale, footprint_px)
    steps = itertools.count(1)
    left = Qt.MouseButton.LeftButton

    def paint() -> None:
        n = next(steps)
        move(window, 300 + 9 * n % 900, 300 + 4 * n % 500, left)

    benchmark.pedantic(paint, rounds=80, warmup_rounds=5)
    send(window, QEvent.Type.MouseButtonRelease, 300, 300, left, Qt.MouseButton.NoButton)
    assert median_of(benchmark, 1 if footprint_px == 60 else 4) <= LIMIT_BRUSH_S


def painting(
    open_window: Callable[[str], MainWindow], name: str, scale: float | None, footprint_px: int
) -> MainWindow:
    """A window with the eraser's button held down on the first object."""
    window = open_window(name)
    bench = window.bench
    if scale is not None:
        bench.canvas.set_scale(scale)
        settle(window)
    document = bench.session.document
    assert document is not None
    bench.session.select(frozenset({min(document.annotations)}))
    bench.tools.use("eraser")
    bench.tools.active.set_radius(footprint_px / 2)  # type: ignore[attr-defined]
    left = Qt.MouseButton.LeftButton
    send(window, QEvent.Type.MouseButtonPress, 300, 300, left, left)
    return window


def test_undo_of_a_stroke_on_a_mask_of_24_megapixels(
    benchmark: Benchmark, open_window: Callable[[str], MainWindow]
) -> None:
    window = painting(open_window, "masks", None, 60)
    left = Qt.MouseButton.LeftButton
    for step in range(12):
        move(window, 300 + 9 * step, 300 + 4 * step, left)
    send(window, QEvent.Type.MouseButtonRelease, 410, 350, left, Qt.MouseButton.NoButton)
    window.bench.tools.use("select")
    settle(window)
    turns = itertools.cycle((window.bench.undo, window.bench.redo))

    def step_back_or_forth() -> None:
        next(turns)()
        QApplication.processEvents()

    benchmark.pedantic(step_back_or_forth, setup=lambda: settle(window), rounds=20, warmup_rounds=2)
    median_of(benchmark, 5)


@pytest.mark.benchmark(timer=time.perf_counter, disable_gc=True, warmup=False)
def test_the_next_image_from_key_to_pixels(
    benchmark: Benchmark, open_window: Callable[[str], MainWindow]
) -> None:
    """Wall-clock time; the image was decoded ahead, as it is when one looks before going on."""
    window = open_window("walk")
    canvas = window.bench.canvas
    steps = itertools.chain(itertools.repeat(1, WALK - 1), itertools.repeat(-1))

    def go() -> None:
        window.bench.go(next(steps))
        canvas.repaint()
        while not canvas.is_exact:
            QApplication.processEvents()
        canvas.repaint()

    benchmark.pedantic(go, setup=lambda: settle(window), rounds=WALK - 2)
    median_of(benchmark, 30)


def test_a_held_key_skips_images_instead_of_queueing_them(
    benchmark: Benchmark, open_window: Callable[[str], MainWindow]
) -> None:
    """CPU of the window's thread for each press of ten that come at once."""
    window = open_window("walk")
    # The window opens where the test before has closed it.
    window.bench.session.show_image(1)
    settle(window)
    decoded: list[int] = []
    window.bench.images.kept.connect(lambda image: decoded.append(image.image_id))

    def hold() -> None:
        for _ in range(10):
            window.bench.go(1)

    benchmark.pedantic(hold, rounds=1)
    benchmark.extra_info["per_press_ms"] = 100 * float(benchmark.stats.stats.median)
    settle(window)
    image = window.bench.session.image
    assert image is not None
    assert image.id == 11
    assert set(decoded) <= {1, 2, 3, 4, 10, 11, 12}, "those between are not decoded"


def test_a_filter_over_100_000_images(
    benchmark: Benchmark, tmp_path: Path, qapp: QApplication
) -> None:
    """CPU of the window's thread from a key in the search to the painted list.

    The rival in ``extra_info`` is a QListView on a list of the names that are found.
    """
    images = tuple(NewImage(n, f"picture{n:06}.jpg", SMALL) for n in range(1, IMAGES + 1))
    plain = creation.plain_contents((), "tester")
    contents = creation.ProjectContents(images, plain.layers, plain.labels, {})
    creation.write_project(tmp_path / "many.maskwright", tmp_path, contents)
    project = Project.open(tmp_path / "many.maskwright", author="tester")
    bridge = MainThreadBridge()
    tasks = TaskQueue(bridge.deliver, threads=1)
    session = Session(project)
    panel = ImagesPanel(session, ImageListModel(session, tasks, session))
    panel.resize(248, 900)
    panel.show()
    texts = itertools.cycle(TEXTS)

    def search() -> None:
        panel.search.setText(next(texts))
        QApplication.processEvents()

    benchmark.pedantic(search, rounds=20, warmup_rounds=4)
    benchmark.extra_info["rival_ms"] = 1000 * _seconds_of_a_plain_list(
        [image.path for image in images]
    )
    median_of(benchmark, 10)
    panel.close()
    session.close()
    tasks.close()
    bridge.close()
    project.close()


def _seconds_of_a_plain_list(names: list[str]) -> float:
    model, view = QStringListModel(), QListView()
    view.setUniformItemSizes(True)
    view.setModel(model)
    view.resize(248, 900)
    view.show()
    seconds = []
    for text in TEXTS:
        begun = time.thread_time()
        model.setStringList([name for name in names if text in name.casefold()])
        QApplication.processEvents()
        seconds.append(time.thread_time() - begun)
    view.close()
    return float(np.median(seconds))
