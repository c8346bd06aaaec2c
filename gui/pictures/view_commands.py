"""What changes the view and nothing else: zoom, layers shown, panes, theme."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QSettings
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QToolBar, QWidget

from core.document.annotation import bounds_of_geometry as bounds_of
from core.document.geometry import Box
from gui.panels.regions_panel import RegionsPanel
from gui.theme import apply_theme, theme_for
from gui.workbench import Workbench

THEME_SETTING = "view/theme"
SMALLEST_LOOKED_AT_PX = 16.0
ROOM_AROUND_PROPOSAL = 1.25
"""Of its longer side, on each side: enough to see what a proposal is part of."""


class ViewCommands(QObject):
    """Commands of the View menu."""

    def __init__(
        self, bench: Workbench, window: QMainWindow, regions: RegionsPanel, settings: QSettings
    ) -> None:
        super().__init__(window)
        self._bench = bench
        self._window = window
        self._regions = regions
        self._settings = settings
        self._layout: QByteArray | None = None

    def zoom(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""
        self._bench.canvas.zoom_by(factor)

    def zoom_to_selection(self) -> None:
        """Bring the selected objects, or the current proposal, into view."""
        boxes = [item.bounds for item in self._bench.session.selected()]
        current = self._bench.deck.current
        if not boxes and current is not None:
            boxes = [bounds_of(current.proposal.geometry)]
        if boxes:
            self.look_at(_united(boxes))

    def look_at(self, box: Box) -> None:
        """Zoom to a box with room around it."""
        margin = max(box.width, box.height, 8.0) * 0.5
        self._bench.canvas.zoom_to(box.expanded(margin))

    def walk_proposals(self, steps: int) -> None:
        """Point at the next or previous proposal and bring it into view."""
        self._bench.proposals.walk(steps)

    def show_proposal(self, box: Box) -> None:
        """Bring a proposal close, or only into view where people chose that."""
        document = self._bench.session.document
        if self._bench.options.zooms_to_each and document is not None:
            margin = max(box.width, box.height, SMALLEST_LOOKED_AT_PX) * ROOM_AROUND_PROPOSAL
            self._bench.canvas.zoom_to(box.expanded(margin).clipped(document.size))
            return
        seen = self._bench.canvas.viewport.visible_box
        if not (seen.contains(box.x, box.y) and seen.contains(box.right, box.bottom)):
            self.look_at(box)

    def show_scores(self) -> None:
        """Score all images and bring the scores to the front."""
        self._bench.scores.score_all()
        pane = self._window.findChild(QDockWidget, "scores")
        if isinstance(pane, QDockWidget):
            pane.show()
            pane.raise_()

    def toggle_superpixels(self) -> None:
        """Show or hide the borders of the superpixels."""
        self._regions.shown.toggle()

    def toggle_canvas_only(self) -> None:
        """Hide all panes, or bring them back."""
        panes = [pane for pane in self._window.findChildren(QDockWidget) if pane.isVisible()]
        if panes:
            self._layout = self._window.saveState()
            for pane in panes:
                pane.hide()
        elif self._layout is not None:
            self._window.restoreState(self._layout)

    def focus_next_pane(self) -> None:
        """Move the keyboard to the tools, then to each pane; the canvas comes after the last."""
        stops: list[QWidget] = [self._bench.canvas]
        stops += [bar for bar in self._window.findChildren(QToolBar) if bar.isVisible()]
        for pane in self._window.findChildren(QDockWidget):
            widget = pane.widget()
            if widget is not None and pane.isVisible() and not pane.visibleRegion().isEmpty():
                stops.append(widget)
        focus = QApplication.focusWidget()
        place = next(
            (
                number
                for number, stop in enumerate(stops)
                if focus is not None and (stop is focus or stop.isAncestorOf(focus))
            ),
            -1,
        )
        target = stops[(place + 1) % len(stops)]
        target.setFocus()
        if target is not self._bench.canvas:
            target.focusNextChild()

    def set_theme(self, choice: str) -> None:
        """Use the dark or the light theme, or follow the system."""
        self._settings.setValue(THEME_SETTING, choice)
        self.apply_saved_theme()

    def apply_saved_theme(self) -> None:
        """Use the theme that was chosen last."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme = theme_for(application, str(self._settings.value(THEME_SETTING, "system")))
            apply_theme(application, theme)
            self._bench.canvas.set_theme(QColor(theme.surround))


def _united(boxes: list[Box]) -> Box:
    total = boxes[0]
    for box in boxes[1:]:
        total = total.united(box)
    return total
