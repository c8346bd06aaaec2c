from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from core.grouping.build import group_at_work_scale
from core.grouping.color import to_lab
from core.grouping.leaves import by_learning, learned_edge
from core.grouping.perceptron import GroupingWeights, Perceptron, bundled_weights
from core.imaging.reading import read_image
from core.training.grouping.covering import cover, summarise
from core.training.grouping.pictures import (
    LabelledPicture,
    bundled_photographs,
    composite,
    cutouts,
    read_pictures,
)
from core.training.grouping.samples import pixel_samples
from tests.core.grouping.pictures import shapes_picture


def labelled_disc() -> LabelledPicture:
    rows, columns = np.mgrid[:120, :160]
    disc = (rows - 60) ** 2 + (columns - 80) ** 2 < 35**2
    ground = shapes_picture(120, 160, seed=5)
    image = np.where(disc[..., None], (230, 120, 40), ground // 2).astype(np.uint8)
    return LabelledPicture(image, disc.astype(np.int32))


def composites(count: int) -> list[LabelledPicture]:
    rng = np.random.default_rng(11)
    objects = cutouts([labelled_disc()])
    return [composite(rng, bundled_photographs(), objects) for _ in range(count)]


def test_composites_have_objects_on_grounds_of_their_own() -> None:
    for picture in composites(4):
        assert picture.image.dtype == np.uint8
        assert picture.image.shape[:2] == picture.segments.shape
        assert picture.segments.max() >= 2
        assert picture.segments.min() <= 0


def test_pixel_samples_lie_on_and_off_borders() -> None:
    samples = pixel_samples(np.random.default_rng(0), labelled_disc(), 200)
    assert samples.inputs.shape == (400, 24)
    assert samples.targets.sum() == 200
    assert set(np.round(np.unique(samples.weights), 2)) == {np.float32(0.3), np.float32(1.0)}


def test_pictures_are_read_by_licence_with_the_small_object_in_front(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), np.full((60, 80, 3), 90, np.uint8))
    square = [10, 10, 50, 10, 50, 50, 10, 50]
    inner = [20, 20, 40, 20, 40, 40, 20, 40]
    content = {
        "images": [
            {"id": 1, "file_name": "one.png", "license": 4},
            {"id": 2, "file_name": "absent.png", "license": 1},
        ],
        "annotations": [
            {"image_id": 1, "segmentation": [inner], "iscrowd": 0},
            {"image_id": 1, "segmentation": [square], "iscrowd": 0},
            {"image_id": 1, "segmentation": {"counts": [1], "size": [60, 80]}, "iscrowd": 1},
        ],
    }
    (tmp_path / "a.json").write_text(json.dumps(content))
    image = np.full((60, 80, 3), 90, np.uint8)
    image[10:50, 10:50] = 160
    image[20:40, 20:40] = 240
    cv2.imwrite(str(tmp_path / "one.png"), image)
    (picture,) = read_pictures(tmp_path / "a.json", tmp_path, {4, 5, 7})
    assert picture.segments[30, 30] == 2
    assert picture.segments[13, 13] == 1
    assert picture.segments[3, 3] == 0


def shuffled(perceptron: Perceptron, seed: int) -> Perceptron:
    rng = np.random.default_rng(seed)
    weights = rng.permutation(perceptron.hidden_weights.ravel())
    return Perceptron(
        perceptron.mean,
        perceptron.scale,
        weights.reshape(perceptron.hidden_weights.shape),
        perceptron.hidden_bias,
        rng.permutation(perceptron.output_weights),
        perceptron.output_bias,
    )


def covering_with(weights: GroupingWeights, pictures: list[LabelledPicture]) -> float:
    coverings = [
        cover(
            group_at_work_scale(
                picture.image, lambda image, between: by_learning(image, weights, between)
            ),
            [picture.segments],
        )
        for picture in pictures
    ]
    return summarise(coverings).ods


def human_segmentations(folder: Path, count: int) -> list[LabelledPicture]:
    entries = json.loads((folder / "index.json").read_text())[3 :: 93 // count][:count]
    return [
        LabelledPicture(
            read_image(folder / entry["image"]),
            np.asarray(cv2.imread(str(folder / entry["labels"][0]), cv2.IMREAD_UNCHANGED)),
        )
        for entry in entries
    ]


def test_what_was_learned_matters_to_people(shared_data: Path) -> None:
    pictures = human_segmentations(shared_data / "bsds500", 5)
    weights = bundled_weights()
    learned = covering_with(weights, pictures)
    # A shuffle may be lucky and follow one good feature, so the middle of three counts.
    pairs = [GroupingWeights(weights.pixel, shuffled(weights.pair, seed)) for seed in range(3)]
    pixels = [GroupingWeights(shuffled(weights.pixel, seed), weights.pair) for seed in range(3)]
    for other in (pairs, pixels):
        assert learned > np.median([covering_with(item, pictures) for item in other]) + 0.05


def test_the_learned_edge_finds_exact_borders() -> None:
    weights = bundled_weights()
    for picture in composites(3):
        edge = learned_edge(to_lab(picture.image), weights.pixel)
        border = cv2.dilate(_changes(picture.segments), np.ones((3, 3), np.uint8)).astype(bool)
        assert edge[border].mean() > 1.5 * edge[~border].mean()


def _changes(segments: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    changes = np.zeros(segments.shape, np.uint8)
    changes[:, 1:] |= segments[:, 1:] != segments[:, :-1]
    changes[1:] |= segments[1:] != segments[:-1]
    return changes


@pytest.mark.slow
def test_training_from_nothing_learns_to_separate() -> None:
    from core.training.grouping.train import train

    weights = train([labelled_disc()], composite_count=6, copies=1, seed=0)
    assert covering_with(weights, composites(3)) > 0.6
