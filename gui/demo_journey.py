"""Plays the main job on the demo project without a screen, and keeps what it made.

The same window, tools and background work as in a session at the desk; only
the hand is a script. Ends with a summary of where pictures, exports and scores are.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import platformdirs
from PySide6.QtCore import QEventLoop, QSettings, QTimer
from rich.console import Console

from core.document.annotation import LayerRole
from core.errors import MaskwrightError
from core.formats.dataset import ExportReport
from core.formats.exporting import ExportKind
from core.headless.exporting import export_project
from core.headless.scoring import score_project
from core.scoring.report import write_csv, write_json
from gui.app import Desk, make_application
from gui.main_window import MainWindow
from gui.qt_messages import qt_messages_in_log
from gui.theme import DARK, apply_theme
from gui.tools.events import Button, Command, PointerEvent, PointerKind

STEP_LIMIT_S = 60.0
COINS_TO_TAKE = ((45.0, 124.0), (103.0, 126.0), (337.0, 125.0))
WINDOW_WIDTH, WINDOW_HEIGHT = 1440, 900


class DemoJourney:
    """One run through the program; every picture shows the real window."""

    def __init__(self, folder: Path, console: Console) -> None:
        self.folder = folder
        self._console = console
        self._pictures: list[Path] = []
        self._errors: list[MaskwrightError] = []

    def run(self) -> None:
        """Play all of it; raises MaskwrightError when a step does not come about."""
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = make_application(["maskwright"])
        apply_theme(application, DARK)
        settings = QSettings(str(self.folder / "settings.ini"), QSettings.Format.IniFormat)
        desk = Desk(settings, self.folder, self.folder / "maskwright.log")
        try:
            window = self._open(desk)
            self._take_regions(window)
            self._fix_nuclei(window)
            self._look_at_proposals(window)
            self._show_scores(window)
            self._export(window)
        finally:
            desk.close()

    def _open(self, desk: Desk) -> MainWindow:
        desk.open_failed.connect(self._errors.append)
        desk.open_demo()
        self._wait(lambda: desk.window is not None, "the demo project to open")
        window = desk.window
        assert window is not None  # noqa: S101 - waited for above
        window.resize(WINDOW_WIDTH, WINDOW_HEIGHT)
        window.bench.session.error_raised.connect(self._errors.append)
        return window

    def _take_regions(self, window: MainWindow) -> None:
        bench = window.bench
        self._show(window, "coins.png")
        bench.session.use_label(self._label_id(window, "coin"))
        bench.tools.use("region")
        for x, y in COINS_TO_TAKE:
            self._pointer(window, PointerKind.MOVE, x, y)
            self._click(window, x, y)
            bench.tools.command(Command.FINISH)
        self._pointer(window, PointerKind.MOVE, 154.0, 198.0)
        window.panes.regions.shown.setChecked(True)
        self._picture(window, "1-regions")
        window.panes.regions.shown.setChecked(False)
        bench.session.undo()
        bench.session.redo()
        self._say(f"took {len(COINS_TO_TAKE)} regions as coins")

    def _fix_nuclei(self, window: MainWindow) -> None:
        bench = window.bench
        self._show(window, "nuclei-2.png")
        bench.session.use_label(self._label_id(window, "nucleus"))
        count = self._propose(window, "unet-nuclei")
        bench.deck.set_score(0.5)
        self._picture(window, "2-unet-proposals")
        for _ in range(3):
            bench.proposals.walk(1)
            bench.proposals.accept_current()
        bench.proposals.fix_current()
        selected = bench.session.selected()[0].bounds
        self._stroke(window, *selected.center)
        bench.session.undo()
        bench.session.redo()
        self._picture(window, "3-fixed-with-the-brush")
        bench.proposals.accept_all()
        self._say(f"U-Net proposed {count} nuclei; accepted, one fixed with the brush")

    def _look_at_proposals(self, window: MainWindow) -> None:
        self._show(window, "blood-1.jpg")
        window.bench.session.use_label(self._label_id(window, "red blood cell"))
        boxes = self._propose(window, "rpn-cells")
        self._picture(window, "4-rpn-objectness")
        window.bench.deck.clear(self._image_id(window, "blood-1.jpg"))
        cells = self._propose(window, "maskrcnn-cells")
        self._picture(window, "5-maskrcnn-proposals")
        self._say(f"RPN proposed {boxes} boxes, Mask R-CNN {cells} cells on a picture of blood")

    def _show_scores(self, window: MainWindow) -> None:
        done: list[object] = []
        window.bench.scores.dataset_scored.connect(done.append)
        window.bench.scores.score_all()
        self._wait(lambda: bool(done), "the scores")
        self._show(window, "nuclei-2.png")
        window.show_panel("scores")
        self._picture(window, "6-scores")

    def _export(self, window: MainWindow) -> None:
        project = window.bench.session.project
        layer = project.history.state.layer_of(LayerRole.MINE)
        assert layer is not None  # noqa: S101 - every project has one
        coco = export_project(project, layer.id, self.folder / "coco.json", ExportKind.COCO_RLE)
        voc = export_project(project, layer.id, self.folder / "voc", ExportKind.VOC)
        score, dataset = score_project(project)
        write_csv(score, dataset, self.folder / "scores.csv")
        write_json(score, dataset, self.folder / "scores.json")
        self._report(coco, voc)
        nuclei = self._image_id(window, "nuclei-2.png")
        mean = next(item for item in score.images if item.image_id == nuclei)
        if mean.mean_iou is not None and mean.mean_dice is not None:
            self._say(f"nuclei-2.png: IoU {mean.mean_iou:.3f}, Dice {mean.mean_dice:.3f}")

    def _report(self, coco: ExportReport, voc: ExportReport) -> None:
        for name, report in (("COCO", coco), ("Pascal VOC", voc)):
            self._say(f"{name}: {report.summary}")
            if not report.verified:
                raise MaskwrightError(f"The {name} export differs from the project.")
        self._say("")
        self._say(f"pictures  {self._pictures[0].parent}")
        self._say(f"project   {self.folder / 'demo' / 'demo.maskwright'}")
        self._say(f"exports   {self.folder / 'coco.json'}  {self.folder / 'voc'}")
        self._say(f"scores    {self.folder / 'scores.csv'}  {self.folder / 'scores.json'}")

    def _propose(self, window: MainWindow, model_id: str) -> int:
        bench = window.bench
        image = bench.session.image
        assert image is not None  # noqa: S101 - an image is on the screen
        bench.proposals.propose(model_id)
        self._wait(lambda: model_id in bench.deck.sets_of(image.id), f"proposals of {model_id}")
        # Many candidates are compared in the background before the first of them is listed.
        self._wait(lambda: bool(bench.deck.items()), f"the list of what {model_id} proposes")
        return len(bench.deck.items())

    def _show(self, window: MainWindow, name: str) -> None:
        bench = window.bench
        image_id = self._image_id(window, name)
        bench.session.show_image(image_id)
        self._wait(lambda: bench.images.get(image_id) is not None, f"{name} to be decoded")
        self._wait(lambda: bench.regions.get(image_id) is not None, f"the regions of {name}")

    def _click(self, window: MainWindow, x: float, y: float) -> None:
        self._pointer(window, PointerKind.PRESS, x, y, Button.LEFT)
        self._pointer(window, PointerKind.RELEASE, x, y, Button.LEFT)

    def _stroke(self, window: MainWindow, x: float, y: float) -> None:
        self._pointer(window, PointerKind.PRESS, x, y, Button.LEFT)
        for step in range(1, 5):
            self._pointer(window, PointerKind.MOVE, x + step, y + step, Button.LEFT)
        self._pointer(window, PointerKind.RELEASE, x + 4, y + 4, Button.LEFT)

    def _pointer(
        self,
        window: MainWindow,
        kind: PointerKind,
        x: float,
        y: float,
        button: Button = Button.NONE,
    ) -> None:
        scale = window.bench.canvas.viewport.scale
        event = PointerEvent(kind, x, y, button, image_px_per_screen_px=1.0 / scale)
        window.bench.tools.handle(event)

    def _picture(self, window: MainWindow, name: str) -> None:
        self._wait(lambda: window.bench.canvas.is_exact, "the overlay")
        path = self.folder / "pictures-of-the-window" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        window.grab().save(str(path))
        self._pictures.append(path)

    def _image_id(self, window: MainWindow, name: str) -> int:
        return next(image.id for image in window.bench.session.images if image.name == name)

    def _label_id(self, window: MainWindow, name: str) -> int:
        label = window.bench.session.state.label_named(name)
        assert label is not None  # noqa: S101 - the demo's own label
        return label.id

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        """Let the window live until something has come about; errors end the wait."""
        deadline = time.monotonic() + STEP_LIMIT_S
        loop = QEventLoop()
        timer = QTimer()
        timer.setInterval(10)

        def look() -> None:
            if condition() or self._errors or time.monotonic() > deadline:
                loop.quit()

        timer.timeout.connect(look)
        timer.start()
        if not condition():
            loop.exec()
        timer.stop()
        if self._errors:
            raise self._errors[0]
        if not condition():
            raise MaskwrightError(f"Waited {STEP_LIMIT_S:.0f} seconds for {what}, in vain.")

    def _say(self, text: str) -> None:
        self._console.print(text)


def play(folder: Path | None) -> int:
    """Play the journey into a folder (a new one by default); returns the exit status."""
    console = Console(highlight=False, soft_wrap=True, markup=False)
    if folder is None:
        journeys = platformdirs.user_data_path("maskwright", appauthor=False) / "demo-journeys"
        folder = journeys / f"{datetime.now():%Y%m%d-%H%M%S}"
    folder = folder.resolve()
    started = time.monotonic()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with qt_messages_in_log():
            DemoJourney(folder, console).run()
    except (MaskwrightError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    console.print(f"done in {time.monotonic() - started:.0f} s")
    return 0
