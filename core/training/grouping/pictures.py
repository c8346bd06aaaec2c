"""Training pictures: photographs with labelled objects, and composites with exact borders."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.color import RgbImage, blurred, color_gradient, resized, to_lab
from core.grouping.hierarchy import IntArray
from core.grouping.watershed import descent_watershed
from core.imaging.reading import read_image

TRAINING_PIXELS = 154_000

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket", "grass", "gravel", "brick")
"""Photographs in scikit-image's wheel that are in the public domain or CC0."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPicture:
    """A picture and the segment of each pixel, int32: objects from 1, grounds from 0 down.

    Inside a ground nothing is known for certain.
    """

    image: RgbImage
    segments: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """An object cut from a picture: its box's pixels and which of them belong to it."""

    image: RgbImage
    inside: npt.NDArray[np.bool_]


def read_pictures(
    annotations: Path, images: Path, licences: Collection[int] | None = None
) -> list[LabelledPicture]:
    """Pictures of a COCO file, with polygons painted large to small and crowds left out.

    With ``licences`` only pictures with one of these licence ids.
    """
    content = json.loads(annotations.read_text(encoding="utf-8"))
    polygons: dict[int, list[dict[str, object]]] = {}
    for item in content["annotations"]:
        if not item.get("iscrowd"):
            polygons.setdefault(item["image_id"], []).append(item)
    pictures = []
    for entry in content["images"]:
        if licences is not None and entry["license"] not in licences:
            continue
        image = read_image(images / entry["file_name"])
        pictures.append(_picture(image, polygons.get(entry["id"], [])))
    return pictures


def bundled_photographs() -> list[RgbImage]:
    """Photographs that come with scikit-image, as RGB."""
    from skimage import data

    found = []
    for name in PHOTOGRAPHS:
        image = np.asarray(getattr(data, name)())
        rgb = np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image[..., :3]
        found.append(reduced(np.ascontiguousarray(rgb)))
    return found


def cutouts(pictures: Sequence[LabelledPicture], min_area_px: int = 600) -> list[Cutout]:
    """Every labelled object that is large enough, eroded by a pixel."""
    found = []
    for picture in pictures:
        for segment in range(1, int(picture.segments.max()) + 1):
            inside = (picture.segments == segment).astype(np.uint8)
            inside = cv2.erode(inside, np.ones((3, 3), np.uint8), borderValue=0)
            if inside.sum() < min_area_px:
                continue
            x, y, width, height = cv2.boundingRect(inside)
            box = np.s_[y : y + height, x : x + width]
            found.append(Cutout(picture.image[box].copy(), inside[box].astype(np.bool_)))
    return found


def composite(
    rng: np.random.Generator, grounds: Sequence[RgbImage], objects: Sequence[Cutout]
) -> LabelledPicture:
    """One to four smooth pieces of different photographs, two to six objects pasted on."""
    height, width = 320, 480
    piece_count = int(rng.integers(1, 5))
    fields = [
        blurred(rng.normal(size=(height, width)).astype(np.float32), 40.0)
        for _ in range(piece_count)
    ]
    pieces = np.argmax(np.stack(fields), axis=0)
    image = np.zeros((height, width, 3), np.float32)
    for piece, ground in enumerate(rng.choice(len(grounds), piece_count, replace=False)):
        crop = _random_crop(rng, grounds[ground], (height, width))
        image = np.where((pieces == piece)[..., None], crop, image)
    segments = -pieces.astype(np.int32)
    for number in range(1, int(rng.integers(2, 7)) + 1):
        _paste(rng, image, segments, objects[int(rng.integers(len(objects)))], number)
    smooth = blurred(image, 0.5)
    return LabelledPicture(smooth.clip(0, 255).astype(np.uint8), segments)


def jittered(rng: np.random.Generator, picture: LabelledPicture) -> LabelledPicture:
    """The same picture smaller by a random factor, perhaps mirrored."""
    scale = float(rng.uniform(0.6, 1.0))
    height, width = (max(8, round(side * scale)) for side in picture.segments.shape)
    segments = cv2.resize(picture.segments, (width, height), interpolation=cv2.INTER_NEAREST)
    image = resized(picture.image, (height, width))
    if rng.random() < 0.5:
        image, segments = np.ascontiguousarray(image[:, ::-1]), segments[:, ::-1]
    return LabelledPicture(image, np.ascontiguousarray(segments))


def _picture(image: RgbImage, items: list[dict[str, object]]) -> LabelledPicture:
    small = reduced(image)
    scale = np.array(small.shape[1::-1]) / np.array(image.shape[1::-1])
    segments = np.zeros(small.shape[:2], np.int32)
    shapes = [_rings(item, scale) for item in items]
    shapes.sort(key=lambda rings: -sum(abs(cv2.contourArea(ring)) for ring in rings))
    for number, rings in enumerate(shapes, start=1):
        cv2.fillPoly(segments, [np.round(ring).astype(np.int32) for ring in rings], number)
    return LabelledPicture(small, _snapped(small, segments))


def _rings(
    item: dict[str, object], scale: npt.NDArray[np.float64]
) -> list[npt.NDArray[np.float32]]:
    rings = item["segmentation"]
    if not isinstance(rings, list):
        return []
    return [(np.reshape(ring, (-1, 2)) * scale - 0.5).astype(np.float32) for ring in rings]


def _snapped(image: RgbImage, segments: IntArray) -> IntArray:
    """Every small watershed leaf takes its majority: coarse polygons move onto edges."""
    leaves = descent_watershed(blurred(color_gradient(to_lab(image), 1.0), 0.7))
    count = int(segments.max()) + 1
    keys = leaves.reshape(-1).astype(np.int64) * count + segments.reshape(-1)
    shares = np.bincount(keys, minlength=(int(leaves.max()) + 1) * count).reshape(-1, count)
    return np.asarray(shares.argmax(axis=1).astype(np.int32)[leaves])


def reduced(image: RgbImage) -> RgbImage:
    """The image with at most ``TRAINING_PIXELS`` pixels."""
    height, width = image.shape[:2]
    scale = min(1.0, (TRAINING_PIXELS / (height * width)) ** 0.5)
    return resized(image, (max(1, int(height * scale)), max(1, int(width * scale))))


def _random_crop(
    rng: np.random.Generator, image: RgbImage, shape: tuple[int, int]
) -> npt.NDArray[np.float32]:
    share = float(rng.uniform(0.5, 1.0))
    height, width = (max(8, int(side * share)) for side in image.shape[:2])
    top = int(rng.integers(image.shape[0] - height + 1))
    left = int(rng.integers(image.shape[1] - width + 1))
    crop = image[top : top + height, left : left + width]
    enlarged = cv2.resize(crop, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(enlarged, np.float32)


def _paste(
    rng: np.random.Generator,
    image: npt.NDArray[np.float32],
    segments: IntArray,
    item: Cutout,
    number: int,
) -> None:
    """Paste an object at a random place and size, in place, with a soft border."""
    height, width = segments.shape
    largest = min(0.7 * height / item.inside.shape[0], 0.7 * width / item.inside.shape[1])
    scale = min(largest, float(rng.uniform(0.6, 1.6)))
    size = tuple(max(4, int(side * scale)) for side in item.inside.shape[::-1])
    pixels = cv2.resize(item.image, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
    inside = cv2.resize(item.inside.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    top = int(rng.integers(height - size[1]))
    left = int(rng.integers(width - size[0]))
    place = np.s_[top : top + size[1], left : left + size[0]]
    alpha = blurred(inside, 0.7)[..., None]
    image[place] = alpha * pixels + (1 - alpha) * image[place]
    segments[place] = np.where(inside > 0.5, number, segments[place])
