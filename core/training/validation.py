"""Judges a model on held-out pictures, by what it would propose there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.document.geometry import Box
from core.document.mask import Mask
from core.models.adapter import Adapter, RunContext
from core.models.proposal import Proposal
from core.training.data import UNLABELLED, ClassNumbers, LabelledImage, LabelMap
from core.training.metrics import average_precision, box_ious, dice, f1, mask_ious, matches
from core.training.scores import Scores
from core.training.targets import IGNORED, semantic_classes

SURE = 0.5
LARGEST_SIDE_PX = 1024
_SHARE_KNOWN = 0.5
_ANY = 0
"""Stands for objects of whatever class."""


def judge(
    adapter: Adapter,
    images: Sequence[LabelledImage],
    categories: tuple[str, ...],
    *,
    check: Callable[[], None] = lambda: None,
) -> Scores:
    """Scores of a model; ``check`` may raise between images to call it off.

    Of a large picture the part with most objects is looked at. What is
    unlabelled is not judged. Objects are compared within their class.
    """
    tally = _Tally(categories)
    for image in images:
        check()
        part = interesting_part(image)
        tally.add(part, adapter.propose(part.pixels, RunContext(cancelled=_asks(check))))
    return tally.scores()


def interesting_part(image: LabelledImage, side_px: int = LARGEST_SIDE_PX) -> LabelledImage:
    """The window with most labelled object pixels of a picture that is larger than it."""
    height, width = image.pixels.shape[:2]
    if max(height, width) <= side_px or image.instances is None:
        return image
    best = (-1, 0, 0)
    for top in {*range(0, max(height - side_px, 0) + 1, side_px // 2), max(height - side_px, 0)}:
        for left in {*range(0, max(width - side_px, 0) + 1, side_px // 2), max(width - side_px, 0)}:
            part = image.instances[top : top + side_px, left : left + side_px]
            best = max(best, (int((part > 0).sum()), top, left))
    _, top, left = best
    place = slice(top, top + side_px), slice(left, left + side_px)
    pixels = np.ascontiguousarray(image.pixels[place])
    return LabelledImage(
        image.name,
        image.group,
        pixels,
        np.ascontiguousarray(image.instances[place]),
        image.boxes[:0],
        image.classes,
        None,
    )


def _asks(check: Callable[[], None]) -> Callable[[], bool]:
    """A question for the layers of a network that raises when the run was called off."""

    def cancelled() -> bool:
        check()
        return False

    return cancelled


class _Tally:
    """Figures of all pictures so far."""

    def __init__(self, categories: tuple[str, ...]) -> None:
        self._categories = categories
        self._dices: list[float] = []
        self._trivial: list[float] = []
        self._counts: list[tuple[int, int, int]] = []
        self._shared = np.zeros(len(categories) + 1)
        self._either = np.zeros(len(categories) + 1)
        self._ranked: dict[int, list[tuple[float, bool]]] = {}
        self._objects: dict[int, int] = {}
        self._images = 0

    def add(self, image: LabelledImage, proposals: Sequence[Proposal]) -> None:
        """Take in one picture."""
        self._images += 1
        sure = [item for item in proposals if item.score >= SURE]
        if image.instances is None:
            self._add_boxes(image, proposals, sure)
            return
        known = image.instances != UNLABELLED
        self._add_pixels(image, image.instances, known, sure)
        self._add_objects(image, image.instances, known, proposals, sure)

    def scores(self) -> Scores:
        """Their means."""
        right, wrong, missed = (sum(count[part] for count in self._counts) for part in range(3))
        objects = right + missed
        ious = self._shared[self._either > 0] / self._either[self._either > 0]
        return Scores(
            self._images,
            _mean(self._dices),
            float(ious.mean()) if len(ious) else None,
            self._average_precision(),
            2 * right / (2 * right + wrong + missed) if objects else None,
            _mean(self._trivial),
        )

    def _add_pixels(
        self,
        image: LabelledImage,
        instances: LabelMap,
        known: npt.NDArray[np.bool_],
        sure: Sequence[Proposal],
    ) -> None:
        wanted = semantic_classes(instances, image.classes)
        given = np.zeros(instances.shape, np.int64)
        for item in reversed(sure):
            mask = _mask(item)
            if mask is not None:
                given[mask.box.slices][mask.crop()] = self._class(item)
        value = dice((given > 0) & known, (wanted > 0) & known)
        self._dices.append(1.0 if value is None else value)
        everything = dice(known, (wanted > 0) & known)
        self._trivial.append(0.0 if everything is None else everything)
        counted = wanted != IGNORED
        for number in range(len(self._shared)):
            ours, theirs = (given == number) & counted, wanted == number
            self._shared[number] += int((ours & theirs).sum())
            self._either[number] += int((ours | theirs).sum())

    def _add_objects(
        self,
        image: LabelledImage,
        instances: LabelMap,
        known: npt.NDArray[np.bool_],
        proposals: Sequence[Proposal],
        sure: Sequence[Proposal],
    ) -> None:
        truth = np.maximum(instances, 0)
        masks = {item.id: _known_mask(item, known) for item in proposals}
        certain = [mask for item in sure if (mask := masks[item.id]) is not None]
        self._counts.append(f1(mask_ious(certain, truth)))
        present = np.unique(truth[truth > 0])
        for number in self._classes():
            of_class = present[self._of_class(number, image.classes, present)]
            self._objects[number] = self._objects.get(number, 0) + len(of_class)
            found = [
                (item.score, mask)
                for item in proposals
                if number in (_ANY, self._class(item)) and (mask := masks[item.id]) is not None
            ]
            part = np.where(np.isin(truth, of_class), truth, 0)
            ious = mask_ious([mask for _, mask in found], part)
            self._rank(number, [score for score, _ in found], matches(ious))

    def _add_boxes(
        self, image: LabelledImage, proposals: Sequence[Proposal], sure: Sequence[Proposal]
    ) -> None:
        truth = image.boxes.astype(np.float64)
        self._counts.append(f1(box_ious(_corners(sure), truth)))
        places = np.arange(len(truth))
        for number in self._classes():
            wanted = truth[self._of_class(number, image.box_classes, places)]
            self._objects[number] = self._objects.get(number, 0) + len(wanted)
            items = [item for item in proposals if number in (_ANY, self._class(item))]
            ious = box_ious(_corners(items), wanted)
            self._rank(number, [item.score for item in items], matches(ious))

    def _classes(self) -> Sequence[int]:
        """The classes that are compared each on its own; where there is but one, anything is it.

        The same for every model and picture: a model that gives none of several classes
        is no better for it.
        """
        return range(1, len(self._categories) + 1) if len(self._categories) > 1 else (_ANY,)

    def _of_class(
        self, number: int, classes: ClassNumbers | None, places: npt.NDArray[np.integer[Any]]
    ) -> npt.NDArray[np.bool_]:
        if number == _ANY or classes is None:
            return np.ones(len(places), np.bool_)
        return np.asarray(classes[places] == number)

    def _rank(self, number: int, scores: Sequence[float], is_right: npt.NDArray[np.bool_]) -> None:
        pairs = zip(scores, is_right.tolist(), strict=True)
        self._ranked.setdefault(number, []).extend(pairs)

    def _average_precision(self) -> float | None:
        values = []
        for number, objects in self._objects.items():
            if objects:
                ranked = self._ranked.get(number, [])
                scores = np.array([score for score, _ in ranked])
                is_right = np.array([right for _, right in ranked], np.bool_)
                values.append(average_precision(scores, is_right, objects))
        return _mean(values)

    def _class(self, item: Proposal) -> int:
        """Number of a proposal's class; 1 for a model that gives none."""
        return self._categories.index(item.label) + 1 if item.label in self._categories else 1


def _mask(item: Proposal) -> Mask | None:
    return item.geometry if isinstance(item.geometry, Mask) else None


def _known_mask(item: Proposal, known: npt.NDArray[np.bool_]) -> Mask | None:
    """The part of a mask that lies where the truth is known; None when that is the lesser part."""
    mask = _mask(item)
    if mask is None or mask.is_empty:
        return None
    inside = mask.crop() & known[mask.box.slices]
    if inside.sum() < _SHARE_KNOWN * mask.area:
        return None
    return Mask.from_array(inside, mask.box.left, mask.box.top)


def _corners(items: Sequence[Proposal]) -> npt.NDArray[np.float64]:
    found = []
    for item in items:
        box = item.soft_mask.box if item.soft_mask is not None else item.geometry
        if isinstance(box, Mask):
            box = box.box.box
        if isinstance(box, Box):
            found.append((box.x, box.y, box.right, box.bottom))
    return np.array(found, np.float64).reshape(-1, 4)


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
