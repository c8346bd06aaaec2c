"""Two views of one picture side by side: one's own work, and a layer to compare it with."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import Layer, LayerRole
from core.document.document import ImageDocument
from core.document.semantic import SemanticMap
from gui.actions import ActionEntry
from gui.canvas.canvas import Canvas
from gui.canvas.layers.class_fill import ClassFill
from gui.canvas.shapes import CanvasShape
from gui.counting import counted
from gui.icons import IconButton
from gui.objects.object_shapes import ObjectShapes
from gui.pictures.comparison_canvas import ComparisonCanvas
from gui.regions.class_presenter import class_colors
from gui.workbench import Workbench

PICTURE_ALONE = 0
"""Stands for no layer among the ids of layers, which begin at one."""


class ComparisonPane(QWidget):
    """The second view with a line above it that says which layer it shows."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(parent)
        self._bench = bench
        self._shapes = ObjectShapes()
        self._layer_ids: tuple[int, ...] = ()
        self._classes: tuple[SemanticMap, dict[int, str]] | None = None
        self.canvas = ComparisonCanvas(self)
        self.canvas.set_theme(bench.canvas.surround)
        self.layer = QComboBox(self)
        self.layer.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.layer.setMinimumContentsLength(12)
        self.layer.setAccessibleName(self.tr("What is shown beside your own work"))
        self.count = QLabel(self)
        self.count.setProperty("quiet", True)
        self.close_button = IconButton("close", self.tr("Close the split view"), self)
        self._lay_out()
        self._connect()
        self._fill_layers()
        self._show_display()

    def shutdown(self) -> None:
        """End the thread that renders; before the window is gone."""
        self._bench.pictures.remove_view(self.canvas)
        self.canvas.shutdown()

    @property
    def heading_height(self) -> int:
        """Of the line above the picture."""
        return self._heading.sizeHint().height()

    def _lay_out(self) -> None:
        self._heading = QWidget(self)
        line = QHBoxLayout(self._heading)
        line.setContentsMargins(8, 4, 4, 4)
        line.setSpacing(8)
        line.addWidget(self.layer, 1)
        line.addWidget(self.count)
        line.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._heading)
        layout.addWidget(self.canvas, 1)

    def _connect(self) -> None:
        bench, session = self._bench, self._bench.session
        bench.pictures.add_view(self.canvas)
        bench.display.changed.connect(self._show_display)
        bench.canvas.surround_changed.connect(self.canvas.set_theme)
        session.image_changed.connect(self._on_image_changed)
        session.document_changed.connect(self._on_document_changed)
        self.layer.currentIndexChanged.connect(lambda _row: self._refresh())

    def _fill_layers(self) -> None:
        """List the layers; at first a reference is shown, or predictions, if there are any."""
        layers = sorted(self._bench.session.state.layers.values(), key=_best_to_compare_with)
        ids = tuple(layer.id for layer in layers)
        if ids == self._layer_ids:
            return
        before = self.layer.currentData()
        self._layer_ids = ids
        with QSignalBlocker(self.layer):
            self.layer.clear()
            for layer in layers:
                self.layer.addItem(layer.name, layer.id)
            self.layer.addItem(self.tr("Picture alone"), PICTURE_ALONE)
            wanted = before
            if before is None:
                is_mine = not layers or layers[0].role is LayerRole.MINE
                wanted = PICTURE_ALONE if is_mine else layers[0].id
            self.layer.setCurrentIndex(max(self.layer.findData(wanted), 0))
        self._refresh()

    def _on_image_changed(self, _image: object) -> None:
        self._shapes.forget()
        self._classes = None
        self._refresh()

    def _on_document_changed(self, _event: object) -> None:
        self._fill_layers()
        self._refresh()

    def _show_display(self) -> None:
        display = self._bench.display
        options = display.options
        self.canvas.set_fill_strength(options.fill_strength)
        self.canvas.set_outlines_only(options.outlines_only)
        self.canvas.set_pixel_grid(options.pixel_grid)
        self.canvas.set_overlays_visible(display.overlays_visible)
        if self._shapes.color_by is not options.color_by:
            self._shapes.color_by = options.color_by
            self._refresh()

    def _refresh(self) -> None:
        session = self._bench.session
        layer = session.state.layers.get(self.layer.currentData() or PICTURE_ALONE)
        shapes = self._shapes_of(session.document, layer)
        self.canvas.set_overlay((*shapes, *self._points_beside(session.document, layer)))
        has_classes = self._show_classes(session.document, layer)
        text = "" if layer is None else counted(len(shapes), "object")
        self.count.setText(f"{text}, classes" if has_classes else text)
        self.layer.setToolTip(self.layer.currentText())

    def _show_classes(self, document: ImageDocument | None, layer: Layer | None) -> bool:
        """Draw the class map of a layer under its objects; False when it has none."""
        found = None if document is None or layer is None else document.semantic.get(layer.id)
        if found is None:
            self._classes = None
            self.canvas.set_classes(None)
            return False
        colors = class_colors(self._bench.session.state, found)
        if self._classes is None or self._classes[0] is not found or self._classes[1] != colors:
            self._classes = (found, colors)
            self.canvas.set_classes(ClassFill.of(found.classes, colors))
        return True

    def _shapes_of(
        self, document: ImageDocument | None, layer: Layer | None
    ) -> tuple[CanvasShape, ...]:
        if document is None or layer is None:
            return ()
        return self._shapes.of_layer(document, self._bench.session.state, layer)

    def _points_beside(
        self, document: ImageDocument | None, layer: Layer | None
    ) -> tuple[CanvasShape, ...]:
        if document is None or layer is None:
            return ()
        return self._shapes.keypoints_beside(document, self._bench.session.state, layer)


class SplitView(QSplitter):
    """The canvas, and beside it the comparison while it is wanted; zoom and place are shared."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._bench = bench
        self.comparison: ComparisonPane | None = None
        self._is_linking = False
        self.setChildrenCollapsible(False)
        self.setHandleWidth(4)
        self._mine = QWidget(self)
        self.heading = QLabel(bench.session.layer.name, self._mine)
        self.heading.setContentsMargins(12, 0, 12, 0)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self._mine)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.heading)
        layout.addWidget(bench.canvas, 1)
        self.heading.hide()
        self.addWidget(self._mine)
        bench.canvas.viewport_changed.connect(self._follow_mine)
        bench.canvas.cursor_moved.connect(self._point_at)

    def toggle(self) -> None:
        """Open the comparison or close it."""
        if self.comparison is None:
            self._open()
        else:
            self.close_comparison()

    def close_comparison(self) -> None:
        """Show one's own work alone."""
        pane, self.comparison = self.comparison, None
        if pane is not None:
            self.heading.hide()
            pane.shutdown()
            pane.setParent(None)
            pane.deleteLater()
            self._bench.canvas.setFocus()

    def _open(self) -> None:
        pane = ComparisonPane(self._bench, self)
        self.comparison = pane
        pane.close_button.clicked.connect(self.close_comparison)
        pane.canvas.viewport_changed.connect(self._on_theirs_moved)
        # As high as the line above the comparison, so that both pictures stand side by side.
        self.heading.setFixedHeight(pane.heading_height)
        self.heading.show()
        self.addWidget(pane)
        half = self.width() // 2
        self.setSizes([half, half])
        pane.show()
        self._follow_mine()
        self._bench.canvas.setFocus()

    def _follow_mine(self) -> None:
        if self.comparison is not None:
            self._link(self._bench.canvas, self.comparison.canvas)

    def _on_theirs_moved(self) -> None:
        """A hand leads both; a change of size or picture follows one's own view."""
        pane = self.comparison
        if pane is not None and pane.canvas.is_in_hand:
            self._link(pane.canvas, self._bench.canvas)
        else:
            self._follow_mine()

    def _link(self, leader: Canvas, follower: Canvas) -> None:
        """Bring the other view along; what it says of that leads nobody."""
        if not self._is_linking:
            self._is_linking = True
            follower.follow(leader.viewport)
            self._is_linking = False

    def _point_at(self, position: tuple[float, float] | None) -> None:
        if self.comparison is not None:
            self.comparison.canvas.point_at(position)


def split_entries(split: SplitView) -> tuple[ActionEntry, ...]:
    """The row of the View menu about the split view."""
    return (ActionEntry("split_view", "Split view on or off", split.toggle, ("Ctrl+\\",), "&View"),)


def _best_to_compare_with(layer: Layer) -> tuple[int, int]:
    order = {LayerRole.REFERENCE: 0, LayerRole.PREDICTIONS: 1, LayerRole.PROPOSALS: 2}
    return order.get(layer.role, 3), layer.id
