"""Opens the gallery and the statistics, and goes to the objects that are chosen there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow, QWidget

from core.document.geometry import Box
from gui.actions import ActionEntry
from gui.review.difference_watch import DifferenceWatch
from gui.review.survey_watch import SurveyWatch
from gui.workbench import Workbench

if TYPE_CHECKING:
    from core.survey.object_rows import ObjectRow
    from gui.charts.statistics_window import StatisticsWindow
    from gui.gallery.gallery_window import GalleryWindow


class SurveyCommands(QObject):
    """The windows are built when they are asked for first."""

    images_chosen = Signal(object, str)
    """Ids of images to be listed, and what they have in common."""

    def __init__(
        self,
        bench: Workbench,
        difference: DifferenceWatch,
        look_at: Callable[[Box], None],
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self.watch = SurveyWatch(bench.session, bench.tasks, difference, self)
        self._bench = bench
        self._look_at = look_at
        self._window = window
        self._gallery: GalleryWindow | None = None
        self._statistics: StatisticsWindow | None = None

    def show_gallery(self) -> GalleryWindow:
        """Open the objects of all images, or bring them to the front."""
        from gui.gallery.gallery_window import GalleryWindow

        if self._gallery is None:
            bench = self._bench
            self._gallery = GalleryWindow(bench.session, bench.tasks, self.watch, self._window)
            self._gallery.object_chosen.connect(self.go_to)
        _bring_forward(self._gallery)
        return self._gallery

    def show_statistics(self) -> StatisticsWindow:
        """Open the statistics, or bring them to the front."""
        from gui.charts.statistics_window import StatisticsWindow

        if self._statistics is None:
            bench = self._bench
            found = StatisticsWindow(bench.session, bench.tasks, self.watch, self._window)
            found.images_chosen.connect(self.images_chosen)
            found.label_chosen.connect(self._show_label)
            self._statistics = found
        _bring_forward(self._statistics)
        return self._statistics

    def go_to(self, row: ObjectRow) -> None:
        """Show an object on its image, with its layer; select it where it can be edited."""
        session = self._bench.session
        session.show_image(row.image_id)
        session.set_layer_visible(row.layer_id, True)
        document = session.document
        if document is not None and row.annotation_id in document.annotations:
            if row.layer_id == session.layer.id:
                session.select(frozenset({row.annotation_id}))
            self._look_at(document.annotations[row.annotation_id].bounds)

    def _show_label(self, layer_id: int, label_id: int) -> None:
        gallery = self.show_gallery()
        gallery.filters.ask_for(layers=frozenset({layer_id}), labels=frozenset({label_id}))


def survey_entries(survey: SurveyCommands) -> tuple[ActionEntry, ...]:
    """The rows of the action table for all objects of the project."""
    menu = "&Review"
    return (
        ActionEntry("gallery", "&Objects of all images", survey.show_gallery, ("Ctrl+F9",), menu),
        ActionEntry("statistics", "&Statistics", survey.show_statistics, ("Ctrl+Shift+F9",), menu),
    )


def _bring_forward(window: QWidget) -> None:
    window.show()
    window.activateWindow()
