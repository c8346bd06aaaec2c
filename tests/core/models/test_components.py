from __future__ import annotations

import numpy as np
import pytest

from core.document.geometry import Size
from core.models.components import (
    SemanticMap,
    connected_regions,
    likeliest_classes,
    whole_classes,
)


def two_classes() -> SemanticMap:
    classes = np.zeros((40, 60), np.uint8)
    classes[2:12, 3:13] = 1
    classes[20:30, 3:13] = 1
    classes[30:34, 13:17] = 1  # touches at a corner
    classes[5:8, 40:50] = 2
    classes[39, 59] = 2
    probability = np.full((40, 60), 0.5, np.float32)
    probability[2:12, 3:13] = 0.9
    return SemanticMap(classes, probability)


def test_connected_parts_of_a_class_are_objects_with_their_mean_probability() -> None:
    regions = list(connected_regions(two_classes(), smallest_area_px=2))
    found = [(region.number, region.mask.area, round(region.score, 3)) for region in regions]
    assert found == [(1, 100, 0.9), (1, 116, 0.5), (2, 30, 0.5)]
    assert len(list(connected_regions(two_classes(), smallest_area_px=1))) == 4


def test_a_class_can_stay_one_map() -> None:
    areas = [(region.number, region.mask.area) for region in whole_classes(two_classes())]
    assert areas == [(1, 216), (2, 31)]


@pytest.mark.parametrize("size", [Size(45, 30), Size(300, 200), Size(7, 5)])
def test_stretched_classes_are_those_of_stretched_probabilities(size: Size) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (6, 30, 45)).astype(np.float32)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=0)
    whole = torch.nn.functional.interpolate(
        torch.from_numpy(probabilities)[None], size=size.shape, mode="bilinear"
    )[0].numpy()
    found = likeliest_classes(probabilities, size)
    differs = found.classes != whole.argmax(axis=0)
    ordered = np.sort(whole, axis=0)
    assert (ordered[-1] - ordered[-2])[differs].max(initial=0) < 1e-5
    assert np.allclose(found.probability, whole.max(axis=0), atol=1e-5)


def test_too_many_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="255"):
        likeliest_classes(np.zeros((256, 2, 2), np.float32), Size(2, 2))
