"""A pixel classifier that learns from scribbles in a fraction of a second.

A random forest (Breiman, 2001) on the colours of a pixel and on smoothed
colours, edges and the curvature of the brightness at several widths, as in
Trainable Weka Segmentation. No torch; scikit-learn is imported when the first
forest is fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import FloatArray, Size, bounds_of
from core.document.mask import Mask, PixelBox
from core.errors import ModelError
from core.imaging.arrays import RgbImage
from core.imaging.disk_strokes import disk_stroke

FloatMap = npt.NDArray[np.float32]
ClassMap = npt.NDArray[np.int32]

WIDTHS_PX = (0.7, 1.6, 3.5)
MARGIN_PX = 24
"""Pixels around a part of the picture that its features look at."""
_TREES = 16
_DEEPEST = 12
_MOST_SAMPLES = 3000
_PREVIEW_PX = 90_000
_TILE_PX = 512
_SMALLEST_AREA_PX = 12


def _never() -> None:
    return


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """One scribble: points (n, 2) in image coordinates; ``label`` is 0 for background."""

    label: int
    points: FloatArray
    radius_px: float


@dataclass(frozen=True, slots=True, eq=False)
class FoundPart:
    """One connected part of a label; ``score`` is the mean share of trees that say so."""

    label: int
    mask: Mask
    score: float


class ScribbleClassifier:
    """Fits and predicts on one picture; every call may come from any one thread at a time."""

    def __init__(self, image: RgbImage) -> None:
        self._image = image
        self._size = Size(image.shape[1], image.shape[0])
        self._forest: Any = None

    def fit(self, strokes: Sequence[Stroke], seed: int = 0) -> None:
        """Learn from scribbles; raises ModelError when they are of one kind only."""
        from sklearn.ensemble import RandomForestClassifier

        rows, labels = self._samples(strokes)
        if len(set(labels.tolist())) < 2:
            raise ModelError(
                "All scribbles are of one kind.",
                "Scribble the background too: drag with the right button, or with Shift.",
            )
        rng = np.random.default_rng(seed)
        if len(rows) > _MOST_SAMPLES:
            chosen = _balanced(labels, _MOST_SAMPLES, rng)
            rows, labels = rows[chosen], labels[chosen]
        forest = RandomForestClassifier(
            n_estimators=_TREES,
            max_depth=_DEEPEST,
            class_weight="balanced",
            random_state=seed,
            n_jobs=1,
        )
        self._forest = forest.fit(rows, labels)

    def class_map(self, check: Callable[[], None] = _never) -> tuple[ClassMap, FloatMap]:
        """The likeliest label of every pixel and its share of the trees, part by part."""
        labels = np.zeros(self._size.shape, np.int32)
        sure = np.zeros(self._size.shape, np.float32)
        for top in range(0, self._size.height, _TILE_PX):
            for left in range(0, self._size.width, _TILE_PX):
                check()
                tile = PixelBox(left, top, _TILE_PX, _TILE_PX).clipped(self._size)
                labels[tile.slices], sure[tile.slices] = self._predict(tile)
        return labels, sure

    def objects(
        self,
        smallest_area_px: int = _SMALLEST_AREA_PX,
        check: Callable[[], None] = _never,
    ) -> tuple[FoundPart, ...]:
        """Every connected part of every label on the whole picture, the largest first.

        ``check`` may raise to call it off.
        """
        classes, sure = self.class_map(check)
        found: list[FoundPart] = []
        for label in np.unique(classes[classes > 0]).tolist():
            of_label = cv2.medianBlur((classes == label).astype(np.uint8), 3)
            count, parts, figures, _ = cv2.connectedComponentsWithStats(of_label, connectivity=4)
            for part in range(1, count):
                left, top, width, height, area = figures[part].tolist()
                if area >= smallest_area_px:
                    place = slice(top, top + height), slice(left, left + width)
                    inside = parts[place] == part
                    score = float(sure[place][inside].mean())
                    found.append(FoundPart(label, Mask.from_array(inside, left, top), score))
        return tuple(sorted(found, key=lambda item: -item.mask.area))

    def _samples(self, strokes: Sequence[Stroke]) -> tuple[FloatMap, ClassMap]:
        """Features (N, F) and labels (N,) of the scribbled pixels; later strokes win."""
        labels = np.full(self._size.shape, -1, np.int32)
        for stroke in strokes:
            mask = disk_stroke(stroke.points, stroke.radius_px, self._size)
            if not mask.is_empty:
                labels[mask.box.slices][mask.crop()] = stroke.label
        places = np.argwhere(labels >= 0)
        if not len(places):
            return np.zeros((0, 1), np.float32), np.zeros(0, np.int32)
        top, left = places.min(axis=0).tolist()
        bottom, right = (places.max(axis=0) + 1).tolist()
        window = PixelBox(left, top, right - left, bottom - top)
        part = labels[window.slices]
        known = part >= 0
        return self._features(window)[known], part[known]

    def _predict(self, window: PixelBox) -> tuple[ClassMap, FloatMap]:
        if self._forest is None:
            raise ModelError("Scribble on the picture first.")
        features = self._features(window)
        shares = self._forest.predict_proba(features.reshape(-1, features.shape[2]))
        best = shares.argmax(axis=1)
        labels = np.asarray(self._forest.classes_, np.int32)[best].reshape(features.shape[:2])
        sure = shares[np.arange(len(best)), best].astype(np.float32).reshape(features.shape[:2])
        return labels, sure

    def _features(self, window: PixelBox) -> FloatMap:
        """Float32 (rows, columns, F) of a part of the picture."""
        around = PixelBox(
            window.left - MARGIN_PX,
            window.top - MARGIN_PX,
            window.width + 2 * MARGIN_PX,
            window.height + 2 * MARGIN_PX,
        ).clipped(self._size)
        values = pixel_features(self._image[around.slices])
        rows = slice(window.top - around.top, window.bottom - around.top)
        columns = slice(window.left - around.left, window.right - around.left)
        return values[rows, columns]


def preview(image: RgbImage, strokes: Sequence[Stroke], window: PixelBox) -> tuple[FoundPart, ...]:
    """What is like the scribbles in a part of the picture, there at once.

    Fitted and predicted on a smaller copy of that part and of the scribbles, so
    that both take the same time on a picture of any size. Raises ModelError when
    the scribbles are of one kind only.
    """
    size = Size(image.shape[1], image.shape[0])
    area = window.clipped(size)
    for stroke in strokes:
        box = bounds_of(stroke.points).expanded(stroke.radius_px + 1)
        area = area.united(PixelBox.around(box).clipped(size))
    if area.is_empty:
        return ()
    factor = max(float(np.sqrt(area.width * area.height / _PREVIEW_PX)), 1.0)
    shape = max(round(area.width / factor), 1), max(round(area.height / factor), 1)
    small = np.asarray(
        cv2.resize(image[area.slices], shape, interpolation=cv2.INTER_AREA), np.uint8
    )
    corner = (area.left, area.top)
    scaled = [
        Stroke(item.label, (item.points - corner) / factor, item.radius_px / factor)
        for item in strokes
    ]
    classifier = ScribbleClassifier(small)
    classifier.fit(scaled)
    labels, _ = classifier.class_map()
    whole = cv2.resize(labels, (area.width, area.height), interpolation=cv2.INTER_NEAREST)
    return tuple(
        FoundPart(label, Mask.from_array(whole == label, area.left, area.top), 1.0)
        for label in np.unique(whole[whole > 0]).tolist()
    )


def pixel_features(image: RgbImage) -> FloatMap:
    """Features of every pixel, float32 (H, W, 21)."""
    colors = image.astype(np.float32) / np.float32(255)
    grey = cv2.cvtColor(colors, cv2.COLOR_RGB2GRAY)
    maps: list[FloatMap] = [*np.moveaxis(colors, 2, 0)]
    for width in WIDTHS_PX:
        smooth = cv2.GaussianBlur(colors, (0, 0), width)
        maps += list(np.moveaxis(smooth, 2, 0))
        level = cv2.GaussianBlur(grey, (0, 0), width)
        dx, dy = (cv2.Sobel(level, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
        maps.append(cv2.magnitude(dx, dy))
        xx, yy, xy = (cv2.Sobel(level, cv2.CV_32F, *order) for order in ((2, 0), (0, 2), (1, 1)))
        middle, spread = (xx + yy) / 2, cv2.magnitude((xx - yy) / 2, xy)
        maps += [middle + spread, middle - spread]
    return np.asarray(np.stack(maps, axis=2), np.float32)


def _balanced(labels: ClassMap, count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Places of at most so many samples, as many of each label as there can be."""
    kinds = np.unique(labels)
    each = count // len(kinds)
    chosen = []
    for kind in kinds:
        places = np.flatnonzero(labels == kind)
        chosen.append(rng.permutation(places)[:each])
    return np.concatenate(chosen)
