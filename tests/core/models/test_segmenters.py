"""Every segmenter of torchvision against torchvision's own, with seeded weights from a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.models import get_model_weights

from core.document.mask import Mask
from core.errors import ModelError
from core.imaging.reading import read_image
from core.models.adapter import RunCancelled, RunContext
from core.models.registry import find_model, registered_models, weights_path
from core.models.specification import ModelSpec
from core.models.zoo.loading import load_adapter
from core.models.zoo.segmentation_adapter import SegmentationAdapter
from core.models.zoo.segmenters import SEGMENTERS, build_segmenter
from tests.core.models.pictures import blobs
from tests.core.models.torchvision_oracle import seeded_state, small_input, torchvisions_segmenter
from tests.core.models.zoo_support import StopAfter, masks_of

IDS = [spec.id for spec in registered_models() if spec.architecture in SEGMENTERS]
EVERY = [pytest.param(name, marks=() if name == "lraspp-voc" else pytest.mark.slow) for name in IDS]
QUICK = RunContext(parameters={"smallest_area_px": 1})


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    folder = Path(__file__).parents[3].parent / "shared" / "data" / "coco_tiny" / "images"
    files = sorted(folder.glob("*.jpg")) if folder.is_dir() else []
    return np.ascontiguousarray(read_image(files[0])[:150, :200]) if files else blobs(1)[0]


def load_seeded(
    spec: ModelSpec, folder: Path
) -> tuple[SegmentationAdapter, dict[str, torch.Tensor]]:
    state = seeded_state(build_segmenter(spec))
    path = folder / "weights.pth"
    torch.save(state, path)
    adapter = load_adapter(spec, weights_path(spec, path))
    assert isinstance(adapter, SegmentationAdapter)
    return adapter, state


def test_there_are_six_segmenters() -> None:
    assert {find_model(name).architecture for name in IDS} == SEGMENTERS
    assert len(IDS) == 6


@pytest.mark.parametrize("model_id", EVERY)
def test_classes_are_those_of_torchvisions_own_network(
    model_id: str, tmp_path: Path, picture: np.ndarray
) -> None:
    adapter, state = load_seeded(small_input(model_id), tmp_path)
    inputs = adapter.network_input(picture)
    with torch.inference_mode():
        logits = torchvisions_segmenter(adapter.spec, state)(inputs)["out"]
    given = adapter.probabilities(picture, RunContext())
    assert np.array_equal(logits.softmax(dim=1)[0].numpy(), given)
    assert len(np.unique(given.argmax(axis=0))) >= 2


@pytest.mark.parametrize("model_id", IDS)
def test_input_is_that_of_the_weights(model_id: str, picture: np.ndarray) -> None:
    spec = find_model(model_id)
    transform = get_model_weights(spec.architecture).DEFAULT.transforms()
    wanted = transform(torch.from_numpy(picture).permute(2, 0, 1))[None]
    given = SegmentationAdapter(spec, torch.nn.Identity(), "cpu").network_input(picture)
    assert torch.equal(wanted, given)


def test_objects_are_disjoint_named_and_scored(tmp_path: Path, picture: np.ndarray) -> None:
    adapter, _ = load_seeded(small_input("lraspp-voc"), tmp_path)
    found = adapter.propose(picture, QUICK)
    scores = [item.score for item in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert all(item.label in adapter.spec.categories for item in found)
    covered = np.zeros(picture.shape[:2], int)
    for mask in masks_of(found):
        covered[mask.box.slices] += mask.crop()
    assert covered.max() == 1
    stays = adapter.propose(picture, RunContext(parameters={"objects": False}))
    assert len({item.label for item in stays}) == len(stays) <= len(found)
    whole = np.zeros(picture.shape[:2], int)
    for item in stays:
        assert isinstance(item.geometry, Mask)
        whole[item.geometry.box.slices] += item.geometry.crop()
    assert np.array_equal(whole, covered)


def test_progress_rises_and_a_run_is_cancelled(tmp_path: Path, picture: np.ndarray) -> None:
    adapter, _ = load_seeded(small_input("lraspp-voc"), tmp_path)
    fractions: list[float] = []
    adapter.propose(picture, RunContext(progress=fractions.append))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    with pytest.raises(RunCancelled):
        adapter.propose(picture, StopAfter(20).context)


def test_a_detector_is_no_segmenter() -> None:
    with pytest.raises(ModelError, match="no segmenter"):
        build_segmenter(find_model("ssdlite-coco"))
