"""The table of torchvision's models against torchvision's own enumeration."""

from __future__ import annotations

import pytest
from torchvision.models import detection, get_model_weights, list_models, segmentation

from core.models.categories import class_count, class_name
from core.models.specification import ModelFamily, ModelSpec
from core.models.torchvision_models import torchvision_models

SPECS = [spec for spec in torchvision_models() if spec.family is not ModelFamily.PROPOSALS]


def test_every_detector_and_segmenter_of_torchvision_is_there_once() -> None:
    theirs = [*list_models(module=detection), *list_models(module=segmentation)]
    assert sorted(spec.architecture for spec in SPECS) == sorted(theirs)
    assert len(theirs) == 18


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_the_table_says_what_torchvision_says(spec: ModelSpec) -> None:
    weights = get_model_weights(spec.architecture).DEFAULT
    assert spec.weights.url == weights.url
    assert spec.weights.file_name.endswith(f"-{spec.weights.sha256}.pth")
    assert spec.weights.size_bytes == pytest.approx(weights.meta["_file_size"] * 2**20, abs=600)
    theirs = weights.meta["categories"]
    assert class_count(spec.categories) == len(theirs)
    named = [class_name(spec.categories, number) for number in range(1, len(theirs))]
    assert named == ["" if name == "N/A" else name for name in theirs[1:]]
    resize = getattr(weights.transforms, "keywords", {}).get("resize_size")
    assert resize == (520 if spec.family is ModelFamily.SEMANTIC else None)
