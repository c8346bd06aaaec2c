"""Random data sets, as documents and as the COCO lists that pycocotools reads."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from core.document.annotation import Annotation, Geometry, Provenance
from core.document.document import ImageDocument
from core.document.geometry import Box, Keypoints, Size, Visibility
from core.document.mask import Mask
from core.imaging.run_lengths import encode
from tests.core.scoring.examples import PREDICTION, TRUTH

FRAME = Size(320, 240)


@dataclass(frozen=True)
class CocoPair:
    """The same objects twice."""

    documents: tuple[ImageDocument, ...]
    truth: dict[str, Any]
    results: list[dict[str, Any]]


def random_pair(
    seed: int,
    *,
    images: int = 6,
    labels: int = 3,
    most: int = 12,
    kind: str = "bbox",
    scores: int = 0,
    first_id: int = 1,
    crowds: float = 0.1,
) -> CocoPair:
    """Truths with crowds, shifted, dropped, extra and mislabelled predictions.

    ``scores`` above 0 rounds the scores to so many steps, so that many are equal.
    """
    rng = np.random.default_rng(seed)
    documents, annotations, results = [], [], []
    number = first_id
    for image_id in range(1, images + 1):
        items: list[Annotation] = []
        for _ in range(int(rng.integers(0, most))):
            label = int(rng.integers(1, labels + 1))
            base = _box(rng)
            crowd = bool(rng.random() < crowds)
            shape, fields = _shape(base, kind, rng)
            raw = {
                "id": number - 1,
                "image_id": image_id,
                "category_id": label,
                "iscrowd": int(crowd),
                **fields,
            }
            annotations.append(raw)
            items.append(
                Annotation(number, TRUTH, label, shape, number, is_crowd=crowd, raw=json.dumps(raw))
            )
            number += 1
            for _ in range(int(rng.integers(0, 4))):
                guess = label if rng.random() < 0.85 else int(rng.integers(1, labels + 1))
                near = _box(rng) if rng.random() < 0.15 else _shifted(base, rng)
                score = float(rng.random())
                score = round(score * scores) / scores if scores else score
                shape, fields = _shape(near, kind, rng)
                results.append(
                    {"image_id": image_id, "category_id": guess, "score": score}
                    | _as_result(fields, kind)
                )
                provenance = Provenance("model", score=score)
                items.append(
                    Annotation(number, PREDICTION, guess, shape, number, provenance=provenance)
                )
                number += 1
        by_id = MappingProxyType({item.id: item for item in items})
        documents.append(ImageDocument(image_id, FRAME, by_id))
    truth = {
        "images": [
            {"id": key, "width": FRAME.width, "height": FRAME.height}
            for key in range(1, images + 1)
        ],
        "categories": [{"id": key, "name": str(key)} for key in range(1, labels + 1)],
        "annotations": annotations,
    }
    return CocoPair(tuple(documents), truth, results)


def stats_of_pycocotools(pair: CocoPair, kind: str, *, use_labels: bool = True) -> COCOeval:
    """The evaluation by pycocotools; truths are renumbered from 1, because 0 counts as none."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        records = [
            {**item, "id": place} for place, item in enumerate(pair.truth["annotations"], start=1)
        ]
        truth.dataset = {**pair.truth, "annotations": records}
        truth.createIndex()
        found = truth.loadRes([dict(item) for item in pair.results])
        evaluation = COCOeval(truth, found, kind)
        evaluation.params.useCats = int(use_labels)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


def _box(rng: np.random.Generator) -> tuple[float, float, float, float]:
    width, height = np.exp(rng.uniform(np.log(6), np.log(180), 2))
    left = rng.uniform(0, FRAME.width - width)
    top = rng.uniform(0, max(FRAME.height - height, 1))
    return float(left), float(top), float(width), float(min(height, FRAME.height - top))


def _shifted(
    box: tuple[float, float, float, float], rng: np.random.Generator
) -> tuple[float, float, float, float]:
    left, top, width, height = box
    offset = rng.normal(0, 0.1, 4)
    left = float(np.clip(left + offset[0] * width, 0, FRAME.width - 2))
    top = float(np.clip(top + offset[1] * height, 0, FRAME.height - 2))
    width = float(min(width * np.exp(offset[2]), FRAME.width - left))
    height = float(min(height * np.exp(offset[3]), FRAME.height - top))
    return left, top, width, height


def _shape(
    box: tuple[float, float, float, float], kind: str, rng: np.random.Generator
) -> tuple[Geometry, dict[str, Any]]:
    left, top, width, height = box
    if kind == "keypoints":
        return _points(box, rng)
    if kind == "bbox":
        fields = {"bbox": [left, top, width, height], "area": width * height}
        return Box(left, top, width, height), fields
    pixels = np.ones((max(1, int(height)), max(1, int(width))), np.bool_)
    pixels &= rng.random(pixels.shape) < 0.97
    pixels[0, 0] = True
    mask = Mask.from_array(pixels, int(left), int(top)).clipped(FRAME)
    bounds = mask.bounds
    fields = {
        "segmentation": dict(encode(mask, FRAME)),
        "area": float(mask.area),
        "bbox": [bounds.x, bounds.y, bounds.width, bounds.height],
    }
    return mask, fields


def _points(
    box: tuple[float, float, float, float], rng: np.random.Generator
) -> tuple[Keypoints, dict[str, Any]]:
    left, top, width, height = box
    base = np.linspace(0.05, 0.95, 17)
    xs = left + width * (base + rng.normal(0, 0.02, 17))
    ys = top + height * (base[::-1] + rng.normal(0, 0.02, 17))
    seen = rng.integers(0, 3, 17) * int(rng.random() < 0.9)
    points = tuple(
        (float(x), float(y), Visibility(int(v))) for x, y, v in zip(xs, ys, seen, strict=True)
    )
    flat = [value for x, y, v in points for value in (x, y, int(v))]
    fields = {
        "keypoints": flat,
        "num_keypoints": int((seen > 0).sum()),
        "bbox": [left, top, width, height],
        "area": width * height * 0.6,
    }
    return Keypoints(points), fields


def _as_result(fields: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind == "segm":
        return {"segmentation": fields["segmentation"]}
    return {kind: fields[kind]}
