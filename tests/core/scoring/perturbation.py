"""Predictions made from a COCO file by a seed, with a list of the errors that were put in.

Errors are made on objects whose box touches no other one, so that each of them
is told in one way only.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pycocotools.mask as coco_mask

from core.scoring.difference import Disagreement

_LEAST_SIDE_PX = 12
_TRIES = 200


@dataclass(frozen=True)
class MadeError:
    """One error that was put in; ``iou`` is what pycocotools says of the pair."""

    file_name: str
    kind: Disagreement
    iou: float
    truth_category: int | None
    predicted_category: int | None

    @property
    def severity(self) -> float:
        """As the difference ranks it."""
        return 1.0 - self.iou if self.kind is _POOR or self.kind is _NEAR else 1.0


_POOR, _NEAR = Disagreement.LOW_OVERLAP, Disagreement.MATCHED


@dataclass(frozen=True)
class Perturbed:
    """Results as COCO has them, and what is wrong with them."""

    results: list[dict[str, Any]]
    errors: list[MadeError]
    only_extra: frozenset[str]
    """Names of the images that have extra objects and no other error."""


def perturb(instances: Path, seed: int, *, errors: int = 40, only_extra: int = 5) -> Perturbed:
    """Copy every object as a prediction, then spoil some of them."""
    return _Perturbation(json.loads(instances.read_text("utf-8")), seed).made(errors, only_extra)


def write_results(perturbed: Perturbed, path: Path) -> None:
    """As a COCO results file."""
    path.write_text(json.dumps(perturbed.results), "utf-8")


class _Perturbation:
    def __init__(self, dataset: dict[str, Any], seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._images = {item["id"]: item for item in dataset["images"]}
        self._categories = sorted(item["id"] for item in dataset["categories"])
        self._annotations = [item for item in dataset["annotations"] if not item["iscrowd"]]
        self._by_image: dict[int, list[dict[str, Any]]] = {key: [] for key in self._images}
        for item in dataset["annotations"]:
            self._by_image[item["image_id"]].append(item)
        self._errors: list[MadeError] = []
        self._extra: list[dict[str, Any]] = []
        self._replaced: dict[int, dict[str, Any] | None] = {}

    def made(self, errors: int, only_extra: int) -> Perturbed:
        chosen = self._rng.permutation(sorted(self._images))[:only_extra].tolist()
        done = [image_id for image_id in chosen if self._add_extra(image_id)]
        alone = [item for item in self._annotations if self._is_alone(item)]
        alone = [item for item in alone if item["image_id"] not in chosen]
        makers: list[Callable[[dict[str, Any]], bool]] = [
            self._drop,
            self._mislabel,
            self._shift,
            self._make_noisy,
        ]
        for place in self._rng.permutation(len(alone)).tolist():
            if len(self._errors) < errors + len(done):
                makers[len(self._errors) % len(makers)](alone[place])
        kept = [self._replaced.get(item["id"], self._copy(item)) for item in self._annotations]
        results = [item for item in kept if item is not None]
        names = frozenset(self._images[image_id]["file_name"] for image_id in done)
        return Perturbed([*results, *self._extra], self._errors, names)

    def _drop(self, item: dict[str, Any]) -> bool:
        return self._replace(item, None, Disagreement.MISSING)

    def _mislabel(self, item: dict[str, Any]) -> bool:
        others = [key for key in self._categories if key != item["category_id"]]
        other = int(self._rng.choice(others))
        changed = self._copy(item) | {"category_id": other}
        return self._replace(item, changed, Disagreement.WRONG_LABEL)

    def _shift(self, item: dict[str, Any]) -> bool:
        width = item["bbox"][2]
        pixels = np.roll(self._pixels(item), max(1, round(width * self._rng.uniform(0.1, 0.5))), 1)
        return self._reshape(item, pixels)

    def _make_noisy(self, item: dict[str, Any]) -> bool:
        pixels = self._pixels(item)
        return self._reshape(item, pixels & (self._rng.random(pixels.shape) < 0.8))

    def _reshape(self, item: dict[str, Any], pixels: np.ndarray[Any, Any]) -> bool:
        changed = self._copy(item) | {"segmentation": _encode(pixels)}
        iou = self._iou(item, changed)
        others = [other for other in self._by_image[item["image_id"]] if other is not item]
        if iou < 0.12 or abs(iou - 0.5) < 0.02:
            return False
        if any(self._iou(other, changed) > 0 for other in others):
            return False
        return self._replace(item, changed, _NEAR if iou > 0.5 else _POOR)

    def _add_extra(self, image_id: int) -> bool:
        image = self._images[image_id]
        for _ in range(_TRIES):
            left = int(self._rng.integers(0, image["width"] - 40))
            top = int(self._rng.integers(0, image["height"] - 40))
            pixels = np.zeros((image["height"], image["width"]), np.bool_)
            pixels[top : top + 30, left : left + 35] = True
            category = int(self._rng.choice(self._categories))
            extra = self._result(image_id, category, pixels)
            if all(self._iou(other, extra) == 0 for other in self._by_image[image_id]):
                self._extra.append(extra)
                name = image["file_name"]
                self._errors.append(MadeError(name, Disagreement.EXTRA, 0.0, None, category))
                return True
        return False

    def _replace(
        self, item: dict[str, Any], changed: dict[str, Any] | None, kind: Disagreement
    ) -> bool:
        self._replaced[item["id"]] = changed
        self._errors.append(
            MadeError(
                self._images[item["image_id"]]["file_name"],
                kind,
                0.0 if changed is None else self._iou(item, changed),
                item["category_id"],
                None if changed is None else changed["category_id"],
            )
        )
        return True

    def _is_alone(self, item: dict[str, Any]) -> bool:
        left, top, width, height = item["bbox"]
        if min(width, height) < _LEAST_SIDE_PX:
            return False
        for other in self._by_image[item["image_id"]]:
            x, y, w, h = other["bbox"]
            apart = x > left + width or left > x + w or y > top + height or top > y + h
            if other is not item and not apart:
                return False
        return True

    def _copy(self, item: dict[str, Any]) -> dict[str, Any]:
        return self._result(item["image_id"], item["category_id"], self._pixels(item))

    def _result(self, image_id: int, category: int, pixels: np.ndarray[Any, Any]) -> dict[str, Any]:
        return {
            "image_id": image_id,
            "category_id": category,
            "segmentation": _encode(pixels),
            "score": round(float(self._rng.uniform(0.3, 1.0)), 4),
        }

    def _pixels(self, item: dict[str, Any]) -> np.ndarray[Any, Any]:
        with warnings.catch_warnings():
            # pycocotools 2.0 asks NumPy for copies in a way that NumPy 2 is about to drop.
            warnings.simplefilter("ignore", DeprecationWarning)
            return np.asarray(coco_mask.decode(self._coded(item)), np.bool_)

    def _coded(self, item: dict[str, Any]) -> dict[str, Any]:
        image = self._images[item["image_id"]]
        shape = item["segmentation"]
        coded: dict[str, Any] | list[Any] = shape
        if isinstance(shape, list) or isinstance(shape["counts"], list):
            coded = coco_mask.frPyObjects(shape, image["height"], image["width"])
        elif isinstance(shape["counts"], str):
            coded = {**shape, "counts": shape["counts"].encode("ascii")}
        return coco_mask.merge(coded) if isinstance(coded, list) else coded

    def _iou(self, truth: dict[str, Any], result: dict[str, Any]) -> float:
        return float(coco_mask.iou([self._coded(result)], [self._coded(truth)], [0])[0, 0])


def _encode(pixels: np.ndarray[Any, Any]) -> dict[str, Any]:
    coded = coco_mask.encode(np.asfortranarray(pixels, np.uint8))
    return {"size": list(coded["size"]), "counts": coded["counts"].decode("ascii")}
