"""Outlines as painter paths in image coordinates, kept for the shapes in use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

from core.document.annotation import Geometry
from core.document.geometry import Box
from gui.canvas.layers.contours import ContourCache, Contours

MOST_PATHS = 64


def path_of_points(points: Sequence[tuple[float, float]], *, closed: bool) -> QPainterPath:
    """A path through points."""
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    if closed:
        path.closeSubpath()
    return path


class ShapePaths:
    """The paths made last, by outline."""

    def __init__(self, cache: ContourCache) -> None:
        self._cache = cache
        self._paths: OrderedDict[int, tuple[Contours, QPainterPath, QPainterPath]] = OrderedDict()

    def paths(
        self, geometry: Geometry, octave: int, visible: Box
    ) -> tuple[QPainterPath, QPainterPath] | None:
        """Closed outlines (filled even-odd) and open lines; None while they are being made."""
        contours = self._cache.entry(geometry).quick_contours(octave, visible)
        if contours is None:
            return None
        held = self._paths.get(id(contours))
        if held is None:
            held = (contours, _closed(contours), _opened(contours))
            self._paths[id(contours)] = held
            if len(self._paths) > MOST_PATHS:
                self._paths.popitem(last=False)
        return held[1], held[2]


def _closed(contours: Contours) -> QPainterPath:
    path = QPainterPath()
    for ring in contours.rings:
        path.addPath(path_of_points(ring.tolist(), closed=True))
    return path


def _opened(contours: Contours) -> QPainterPath:
    path = QPainterPath()
    for line in contours.lines:
        path.addPath(path_of_points(line.tolist(), closed=False))
    if contours.points is not None:
        for x, y in contours.points.tolist():
            path.moveTo(x, y)
            path.lineTo(x, y)
    return path
