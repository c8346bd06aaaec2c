"""What hands do on purpose, each as real events on the window: draw, reshape, cut, combine, copy.

Noise alone hardly ever hits a vertex, selects two objects that overlap, or
scribbles on both kinds of pixels. A deed looks at the picture as a person does.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.document.annotation import Annotation
from core.document.attributes import AttributeScope
from core.document.geometry import Box, Keypoints, Polygon, RotatedBox
from core.document.mask import Mask
from core.imaging.hit_test import distance_to
from gui.dialogs.relabel_dialog import RelabelDialog
from gui.main_window import MainWindow
from gui.tools.rotated_handles import turning_point
from gui.tools.select_draft import HANDLE_SCREEN_PX

Point = tuple[float, float]
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
PATIENCE_S = 20.0

COMBINING = ("merge", "subtract", "intersect", "split", "fill_gaps")
CLEANING = ("fill_holes", "remove_islands", "grow", "shrink", "smooth", "to_mask", "to_polygon")


class PurposefulHand:
    """Does one deed after the other, chosen by dice."""

    def __init__(self, window: MainWindow, dice: random.Random) -> None:
        self.window = window
        self.canvas = window.bench.canvas
        self._dice = dice
        self._deeds: tuple[Callable[[], None], ...] = (
            self.draw_overlapping,
            self.draw_with_a_hole,
            self.drag_a_vertex,
            self.drop_a_vertex,
            self.pull_out_a_vertex,
            self.move_an_edge,
            self.turn_a_box,
            self.resize_a_box,
            self.set_keypoints,
            self.hide_a_keypoint,
            self.move_a_keypoint,
            self.cut,
            *(partial(self.combine, name) for name in COMBINING),
            *(partial(self.clean_up, name) for name in CLEANING),
            self.refine_with_a_preview,
            self.group_and_drag,
            self.take_a_group_apart,
            self.scribble,
            self.take_a_colour,
            self.copy_to_the_other_image,
            self.copy_and_paste,
            self.give_attributes,
            self.relabel_everywhere,
            self.draw_along_a_neighbour,
            self.take_back,
        )
        self._left: list[Callable[[], None]] = []

    def do(self) -> None:
        """One deed, from a tool at rest; all of them come before one comes again."""
        if not self._left:
            self._left = list(self._deeds)
            self._dice.shuffle(self._left)
        self.key("Esc")
        self.key("Ctrl+F")
        self._left.pop()()
        QApplication.processEvents()

    # Deeds.

    def draw_overlapping(self) -> None:
        """A box, a turned box, an outline and a painted object across each other."""
        x, y = self._dice.uniform(4, 24), self._dice.uniform(4, 16)
        self.tool("rectangle")
        self.drag((x, y), (x + 14, y + 12))
        self.tool("rotated_rectangle")
        self.drag((x + 4, y + 2), (x + 14, y + 6))
        self.click(x + 8, y + 14)
        self.tool("polygon")
        for corner in ((x, y + 6), (x + 18, y + 4), (x + 10, y + 16)):
            self.click(*corner)
        self.key("Return")
        self.tool("brush")
        self.drag((x + 2, y + 8), (x + 16, y + 9))
        self.key("Return")

    def draw_with_a_hole(self) -> None:
        """An object with a hole and an island, painted and rubbed out."""
        x, y = self._dice.uniform(10, 30), self._dice.uniform(8, 22)
        self.tool("lasso")
        self.drag((x - 7, y - 7), (x + 7, y - 7), (x + 7, y + 7), (x - 7, y + 7), (x - 7, y - 6))
        self.tool("eraser")
        self.click(x, y)
        self.tool("brush")
        self.click(x + 12 if x < 24 else x - 12, y)
        painted = self.window.bench.session.selection
        self.key("Return")
        self._pick(painted)

    def drag_a_vertex(self) -> None:
        """Another place for a vertex of an outline."""
        ring = self._new_outline()
        self.drag(ring[0], self._near(ring[0]))

    def drop_a_vertex(self) -> None:
        """Take a vertex away."""
        self.click(*self._new_outline()[1], modifiers=SHIFT)

    def pull_out_a_vertex(self) -> None:
        """A new vertex from the middle of an edge."""
        (x0, y0), (x1, y1) = self._new_outline()[:2]
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        self.drag(middle, self._near(middle))

    def move_an_edge(self) -> None:
        """An edge with both of its ends."""
        (x0, y0), (x1, y1) = self._new_outline()[:2]
        grip = (x0 * 0.7 + x1 * 0.3, y0 * 0.7 + y1 * 0.3)
        self.drag(grip, self._near(grip))

    def turn_a_box(self) -> None:
        """A box, turned by its arm."""
        x, y = self._dice.uniform(12, 26), self._dice.uniform(12, 20)
        self.tool("rotated_rectangle")
        self.drag((x, y), (x + 8, y + 2))
        self.click(x + 2, y + 8)
        item = self._selected(RotatedBox)
        if item is not None and isinstance(item.geometry, RotatedBox):
            reach = HANDLE_SCREEN_PX / self.canvas.viewport.scale
            self.tool("select")
            grip = turning_point(item.geometry, reach)
            self.drag(grip, (grip[0] + 2, grip[1] + 2), (grip[0] + 4, grip[1] + 3))

    def resize_a_box(self) -> None:
        """A box, dragged by its corner."""
        x, y = self._dice.uniform(4, 30), self._dice.uniform(4, 20)
        self.tool("rectangle")
        self.drag((x, y), (x + 9, y + 8))
        self.tool("select")
        self.drag((x + 9, y + 8), self._near((x + 9, y + 8)))

    def set_keypoints(self) -> None:
        """A skeleton of three points, one of them hidden."""
        self._skeleton()

    def hide_a_keypoint(self) -> None:
        """A point that is seen becomes a hidden one."""
        self.click(*self._skeleton()[0], modifiers=SHIFT)

    def move_a_keypoint(self) -> None:
        """Another place for a point."""
        place = self._skeleton()[2]
        self.drag(place, self._near(place))

    def _skeleton(self) -> list[Point]:
        """The points of a skeleton just set, which is selected."""
        self.key("Esc")
        self.tool("keypoints")
        self.key("3")
        x, y = self._dice.uniform(6, 30), self._dice.uniform(6, 24)
        self.click(x, y)
        self.click(x + 6, y + 4, button=RIGHT)
        self.click(x + 3, y + 9)
        self.tool("select")
        places = [(x, y), (x + 6, y + 4), (x + 3, y + 9)]
        self.click(*places[0])
        return places

    def cut(self) -> None:
        """Draw the knife across an object."""
        item = self._select_one(Polygon, Mask, Box)
        if item is None:
            return
        box = item.bounds
        self.tool("knife")
        middle = box.x + box.width * self._dice.uniform(0.3, 0.7)
        self.drag((middle, max(box.y - 2, 0)), (middle + 1, min(box.bottom + 2, 36)))

    def combine(self, name: str) -> None:
        """Merge, subtract, intersect, split two that overlap; fill the gap between two."""
        x, y = self._dice.uniform(4, 20), self._dice.uniform(4, 18)
        if name == "fill_gaps":  # only what is unlabelled is a gap
            self._clear_away()
        apart = 13 if name == "fill_gaps" else 16 if name == "split" else 7
        drawn: set[int] = set()
        for left in (x, x + apart):
            self.tool("polygon")
            for corner in ((left, y), (left + 10, y), (left + 10, y + 9), (left, y + 9)):
                self.click(*corner)
            self.key("Return")
            drawn |= self.window.bench.session.selection
        self._pick(drawn)
        if name == "split":
            self.act("merge")
        self.act(name)

    def _clear_away(self) -> None:
        """Delete everything that can be edited, also what is hidden or locked."""
        session = self.window.bench.session
        self.key("Alt+Z")
        for _ in range(2):
            self.key("Ctrl+A")
            if any(item.locked for item in session.selected()):
                self.key("L")
        self.key("Ctrl+A")
        self.key("Del")

    def clean_up(self, name: str) -> None:
        """Change the pixels of objects at once."""
        if name in ("fill_holes", "remove_islands"):
            self.draw_with_a_hole()
        else:
            self._select_some()
        self.act(name)

    def _pick(self, ids: Iterable[int]) -> None:
        """Select objects, as their list does."""
        self.window.bench.session.select(frozenset(ids))
        QApplication.processEvents()

    def refine_with_a_preview(self) -> None:
        """Choose what to do in the bar, look at the preview, take it or leave it."""
        if self._select_one(Mask, Polygon) is None:
            return
        refining, bar = self.window.bench.refining, self.window.workspace.refine_bar
        self.key("Shift+U")
        bar.kind.setCurrentIndex(self._dice.randrange(bar.kind.count()))
        bar.kind.activated.emit(bar.kind.currentIndex())
        self.key("]")
        self._wait(lambda: not refining.active or bool(refining.found or refining.problem))
        self.key(self._dice.choice(("Return", "Return", "Esc")))

    def group_and_drag(self) -> None:
        """Make a group and move it as a whole."""
        self._select_some()
        self.key("Ctrl+G")
        grouped = self.window.bench.session.selected()
        inside = self._inside(self._dice.choice(grouped)) if grouped else None
        if inside is not None:
            self.drag(inside, self._near(inside))

    def take_a_group_apart(self) -> None:
        """Select all, make one group of it, and none again."""
        self.key("Ctrl+A")
        self.key("Ctrl+G")
        self.key("Ctrl+Alt+G")

    def take_a_colour(self) -> None:
        """The wand twice, and some of it back."""
        self.tool("wand")
        x, y = self._dice.uniform(8, 40), self._dice.uniform(8, 30)
        self.click(x, y)
        self.click(x + 6, y)
        self.click(x + 6, y, button=RIGHT)
        self.key("Return")

    def take_back(self) -> None:
        """Some steps back, and some of them forth."""
        for _ in range(self._dice.randrange(1, 6)):
            self.key("Ctrl+Z")
        for _ in range(self._dice.randrange(3)):
            self.key("Ctrl+Shift+Z")

    def scribble(self) -> None:
        """Mark some of both, look at what is like it, make objects of it."""
        tool = self.window.bench.tools
        tool.use("scribble")
        x, y = self._dice.uniform(4, 30), self._dice.uniform(4, 24)
        self.drag((x, y), (x + 4, y + 1), (x + 8, y))
        self.drag((x, y + 8), (x + 8, y + 8), button=RIGHT)
        before = self.window.bench.session.revision
        self.key("Return")
        self._wait(lambda: self.window.bench.session.revision > before or not tool.has_draft(), 2)

    def copy_to_the_other_image(self) -> None:
        """Propagate what is selected, from the first image."""
        self.key("A")
        self._wait_to_see()
        self._select_some()
        self.key("Ctrl+Shift+V")
        self._wait_to_see()

    def copy_and_paste(self) -> None:
        """Copy here and paste on the other image."""
        self._select_some()
        self.key("Ctrl+C")
        self.key(self._dice.choice(("A", "D")))
        self._wait_to_see()
        self.key("Ctrl+V")

    def give_attributes(self) -> None:
        """A value for objects, and one for the image."""
        self._select_some()
        give = self.window.commands.attributes.give
        give(AttributeScope.OBJECT, "note", f"{self._dice.randrange(99)}")
        give(AttributeScope.IMAGE, "checked", self._dice.random() < 0.5)

    def relabel_everywhere(self) -> None:
        """Count what would change, then give the objects of one label another over all images."""
        item = self._any(object)
        if item is None:
            return
        self.window.commands.labels.relabel(item.label_id)
        dialog = self.window.findChildren(RelabelDialog)[-1]
        dialog.target.setCurrentIndex(self._dice.randrange(dialog.target.count()))
        dialog.all_layers.setChecked(self._dice.random() < 0.5)
        # What nothing would come of keeps the button grey; then one leaves again.
        self._wait(dialog.apply.isEnabled, 0.3)
        (dialog.apply if dialog.apply.isEnabled() else dialog.cancel).click()
        self.window.activateWindow()
        self._wait(self.window.isActiveWindow)

    def draw_along_a_neighbour(self) -> None:
        """With snapping on, an outline, a box and the scissors along what is there."""
        item = self._any(Polygon, Mask, Box)
        self.key("Shift+N")
        if item is not None:
            box = item.bounds
            self.tool("polygon")
            self.click(box.x, box.y)
            self.click(box.right, box.y)
            self.click(box.right, max(box.y - 6, 0))
            self.key("Return")
            self.tool("scissors")
            self.click(box.x, box.bottom)
            self.click(box.right, box.bottom)
            self.click(box.center[0], min(box.bottom + 8, 36))
            self.key("Return")
            self.tool("rectangle")
            self.drag((box.right, box.y), (min(box.right + 7, 48), box.y + 6))
        self.key("Shift+N")

    # What deeds are made of.

    def tool(self, name: str) -> None:
        """Take a tool."""
        self.act(f"tool_{name}")

    def act(self, name: str) -> None:
        """Choose a row of a menu."""
        self.window.actions_table[name].trigger()
        QApplication.processEvents()

    def key(self, keys: str) -> None:
        """Press keys."""
        QTest.keySequence(self.canvas, QKeySequence(keys))
        QApplication.processEvents()

    def click(
        self,
        x: float,
        y: float,
        button: Qt.MouseButton = LEFT,
        modifiers: Qt.KeyboardModifier = NONE,
    ) -> None:
        """Move there and click."""
        place = self._on_screen((x, y))
        QTest.mouseMove(self.canvas, place)
        QTest.mouseClick(self.canvas, button, modifiers, place)
        QApplication.processEvents()

    def drag(self, *points: Point, button: Qt.MouseButton = LEFT) -> None:
        """Press at the first place, move through the others, let go at the last."""
        places = [self._on_screen(point) for point in points]
        QTest.mouseMove(self.canvas, places[0])
        QTest.mousePress(self.canvas, button, NONE, places[0])
        for place in places[1:]:
            QTest.mouseMove(self.canvas, place)
        QTest.mouseRelease(self.canvas, button, NONE, places[-1])
        QApplication.processEvents()

    def _any(self, *kinds: type[object]) -> Annotation | None:
        """An object of a kind that can be seen and edited."""
        document = self.window.bench.session.document
        found = [] if document is None else list(document.annotations.values())
        fit = [
            item
            for item in found
            if isinstance(item.geometry, kinds) and not item.hidden and not item.locked
        ]
        return self._dice.choice(fit) if fit else None

    def _new_outline(self) -> list[Point]:
        """The vertices of an outline just drawn, which is selected."""
        x, y = self._dice.uniform(6, 28), self._dice.uniform(6, 20)
        corners = [(x, y), (x + 11, y + 1), (x + 12, y + 10), (x + 1, y + 11)]
        self.tool("polygon")
        for corner in corners:
            self.click(*corner)
        self.key("Return")
        self.tool("select")
        return corners

    def _selected(self, *kinds: type[object]) -> Annotation | None:
        chosen = self.window.bench.session.selected()
        only = chosen[0] if len(chosen) == 1 else None
        return only if only is not None and isinstance(only.geometry, kinds) else None

    def _select_one(self, *kinds: type[object]) -> Annotation | None:
        """Select an object by clicks until nothing else is selected, as in a group or a stack."""
        item = self._any(*kinds)
        inside = None if item is None else self._inside(item)
        if item is None or inside is None:
            return None
        self.tool("select")
        self.key("Esc")
        session = self.window.bench.session
        for _ in range(6):
            self.click(*inside)
            if session.selection == {item.id} or session.document is None:
                break
        else:
            self._pick((item.id,))
        return item if session.selection == {item.id} else None

    def _select_some(self) -> None:
        """Two or three objects with Ctrl, or all of them."""
        self.tool("select")
        self.key("Esc")
        if self._dice.random() < 0.3:
            self.key("Ctrl+A")
            return
        for _ in range(self._dice.choice((1, 2, 2, 3))):
            item = self._any(Polygon, Mask, Box, RotatedBox)
            inside = None if item is None else self._inside(item)
            if inside is not None:
                self.click(*inside, modifiers=Qt.KeyboardModifier.ControlModifier)

    def _inside(self, item: Annotation) -> Point | None:
        """A place on an object."""
        if isinstance(item.geometry, Keypoints):
            places = [(x, y) for x, y, seen in item.geometry.points if seen]
            return self._dice.choice(places) if places else None
        box = item.bounds
        for _ in range(30):
            x = self._dice.uniform(box.x, box.right)
            y = self._dice.uniform(box.y, box.bottom)
            if distance_to(item.geometry, x, y) <= 0:
                return x, y
        return None

    def _near(self, place: Point) -> Point:
        x, y = place
        return x + self._dice.uniform(-5, 5), y + self._dice.uniform(-5, 5)

    def _on_screen(self, point: Point) -> QPoint:
        x, y = self.canvas.viewport.to_screen(*point)
        return QPoint(round(x), round(y))

    def _wait_to_see(self) -> None:
        bench = self.window.bench
        self._wait(
            lambda: bench.session.image is None or bench.presenter.shows(bench.session.image.id)
        )

    def _wait(self, condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + patience_s
        while not condition() and time.monotonic() < deadline:
            QTest.qWait(5)
