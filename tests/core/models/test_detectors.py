"""Every detector of torchvision against torchvision's own, with seeded weights from a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.ops.misc import FrozenBatchNorm2d

from core.document.annotation import bounds_of_geometry
from core.document.geometry import Box, Keypoints, Size
from core.document.mask import Mask
from core.errors import ModelError
from core.imaging.reading import read_image
from core.models.adapter import Adapter, RgbImage, RunCancelled, RunContext
from core.models.categories import class_name
from core.models.proposal import Proposal
from core.models.registry import find_model, registered_models, weights_path
from core.models.specification import ModelFamily, ModelSpec
from core.models.zoo.detection_adapter import DetectionAdapter
from core.models.zoo.detectors import DETECTORS, MAX_CANDIDATES, build_detector
from core.models.zoo.loading import load_adapter
from tests.core.models.pictures import blobs
from tests.core.models.torchvision_oracle import (
    as_tensor,
    seeded_state,
    small_input,
    torchvisions_detector,
)
from tests.core.models.zoo_support import StopAfter

QUICK = ("ssdlite-coco", "fasterrcnn-mobilenet-320-coco")
FAMILIES = {ModelFamily.BOXES, ModelFamily.INSTANCES, ModelFamily.KEYPOINTS}
IDS = [spec.id for spec in registered_models() if spec.architecture and spec.family in FAMILIES]
EVERY = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in IDS]


@pytest.fixture(scope="module")
def picture() -> RgbImage:
    """A real photograph where there is one, otherwise a generated picture."""
    folder = Path(__file__).parents[3].parent / "shared" / "data" / "coco_tiny" / "images"
    files = sorted(folder.glob("*.jpg")) if folder.is_dir() else []
    return np.ascontiguousarray(read_image(files[0])[:220, :300]) if files else blobs(1)[0]


def load_seeded(spec: ModelSpec, folder: Path) -> tuple[Adapter, dict[str, Tensor]]:
    state = seeded_state(build_detector(spec))
    path = folder / "weights.pth"
    torch.save(state, path)
    return load_adapter(spec, weights_path(spec, path)), state


def test_there_are_twelve_detectors() -> None:
    assert len(IDS) == 12
    assert {find_model(name).architecture for name in IDS} == DETECTORS


@pytest.mark.parametrize("model_id", EVERY)
def test_proposals_are_those_of_torchvisions_own_network(
    model_id: str, tmp_path: Path, picture: RgbImage
) -> None:
    spec = small_input(model_id)
    adapter, state = load_seeded(spec, tmp_path)
    assert isinstance(adapter, DetectionAdapter)
    theirs = torchvisions_detector(spec, state)
    assert_norms_are_alike(adapter.model, theirs, spec)
    with torch.inference_mode():
        wanted = theirs([as_tensor(picture)])[0]
    fractions: list[float] = []
    found = adapter.propose(picture, RunContext(progress=fractions.append))
    assert_progress_is_even(fractions, len(found))
    assert len(wanted["boxes"]) >= 50
    if spec.family is ModelFamily.INSTANCES:
        assert_masks_are(found, wanted, Size(picture.shape[1], picture.shape[0]))
        return
    assert [item.score for item in found] == wanted["scores"].double().tolist()
    assert [item.label for item in found] == names_of(spec, wanted)
    if spec.family is ModelFamily.KEYPOINTS:
        joints = [item.geometry for item in found if isinstance(item.geometry, Keypoints)]
        places = [[(x, y) for x, y, _ in points.points] for points in joints]
        assert np.array_equal(np.array(places), wanted["keypoints"][:, :, :2].double().numpy())
        return
    corners = wanted["boxes"].double().tolist()
    assert [item.geometry for item in found] == [Box.from_corners(*row) for row in corners]


def names_of(spec: ModelSpec, wanted: dict[str, Tensor]) -> list[str]:
    return [class_name(spec.categories, number) for number in wanted["labels"].tolist()]


def assert_masks_are(found: tuple[Proposal, ...], wanted: dict[str, Tensor], size: Size) -> None:
    pasted = wanted["masks"][:, 0].numpy()
    filled = [place for place, mask in enumerate(pasted) if (mask > 0.5).any()]
    assert len(found) == len(filled)
    for item, place in zip(found, filled, strict=True):
        assert item.score == float(wanted["scores"][place])
        assert item.soft_mask is not None
        assert item.soft_mask.box == Box.from_corners(*wanted["boxes"][place].double().tolist())
        assert isinstance(item.geometry, Mask)
        # Where a sum meets the threshold itself, its last bit decides.
        differs = item.geometry.to_array(size) != (pasted[place] > 0.5)
        assert np.abs(pasted[place][differs] - 0.5).max(initial=0) < 1e-5


def assert_norms_are_alike(own: nn.Module, theirs: nn.Module, spec: ModelSpec) -> None:
    """Frozen where the weights want it, with the same epsilon; a state dict does not show it."""
    kinds = [
        [(name, type(part), getattr(part, "eps", None)) for name, part in model.named_modules()]
        for model in (own, theirs)
    ]
    assert kinds[0] == kinds[1]
    frozen = any(isinstance(part, FrozenBatchNorm2d) for part in own.modules())
    assert frozen == ("v2" not in spec.architecture and "ssd" not in spec.architecture)


def assert_progress_is_even(fractions: list[float], found: int) -> None:
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert fractions.count(1.0) < found + 0.2 * len(fractions) + 2


@pytest.mark.parametrize("model_id", QUICK)
def test_a_run_is_cancelled_between_layers(
    model_id: str, tmp_path: Path, picture: RgbImage
) -> None:
    adapter, _ = load_seeded(small_input(model_id), tmp_path)
    stop = StopAfter(20)
    with pytest.raises(RunCancelled):
        adapter.propose(picture, stop.context)
    assert len(stop.fractions) == 20


def test_files_of_older_releases_with_other_names_are_read(
    tmp_path: Path, picture: RgbImage
) -> None:
    spec = small_input("fasterrcnn-mobilenet-320-coco")
    adapter, state = load_seeded(spec, tmp_path)
    old = {_old_name(name): value for name, value in state.items()}
    assert old.keys() != state.keys()
    path = tmp_path / "old.pth"
    torch.save(old, path)
    again = load_adapter(spec, weights_path(spec, path))
    first, second = (a.propose(picture, RunContext()) for a in (adapter, again))
    assert [item.score for item in first] == [item.score for item in second]


def _old_name(name: str) -> str:
    for block in ("inner_blocks", "layer_blocks"):
        for number in range(5):
            name = name.replace(f"{block}.{number}.0.", f"{block}.{number}.")
    return name.replace("rpn.head.conv.0.0.", "rpn.head.conv.")


def test_other_weights_are_refused_with_counts(tmp_path: Path) -> None:
    spec = find_model("ssdlite-coco")
    state = build_detector(spec).state_dict()
    torch.save({name: state[name] for name in list(state)[5:]}, tmp_path / "some.pth")
    with pytest.raises(ModelError, match=r"not hold the weights of SSDlite.* 5 are missing"):
        load_adapter(spec, tmp_path / "some.pth")
    with pytest.raises(ModelError, match="not hold the weights"):
        load_adapter(spec, weights_path(find_model("maskrcnn-cells")))


def test_region_proposals_of_an_rcnn(tmp_path: Path, picture: RgbImage) -> None:
    spec = small_input("rpn-fasterrcnn-mobilenet-320-coco")
    adapter, _ = load_seeded(spec, tmp_path)
    found = adapter.propose(picture, RunContext())
    assert 20 <= len(found) <= MAX_CANDIDATES
    scores = [item.score for item in found]
    assert scores == sorted(scores, reverse=True)
    assert {item.label for item in found} == {""}
    assert all(bounds_of_geometry(item.geometry).right <= 300.01 for item in found)


def test_every_rcnn_has_a_view_of_its_region_proposals() -> None:
    views = {
        spec.architecture
        for spec in registered_models()
        if spec.family is ModelFamily.PROPOSALS and spec.architecture
    }
    assert views == {name for name in DETECTORS if "rcnn" in name}


def test_a_network_for_other_classes_is_built_from_their_names() -> None:
    spec = replace(find_model("ssdlite-coco"), categories=("leaf", "stem"), architecture="nonsense")
    with pytest.raises(ModelError, match='no detector "nonsense"'):
        build_detector(spec)
    model = build_detector(replace(spec, architecture="ssdlite320_mobilenet_v3_large"))
    assert model.get_submodule("head.classification_head").num_columns == 3
    assert class_name(spec.categories, 2) == "stem"
    assert class_name(spec.categories, 3) == ""
