from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.models.adapter import Adapter, RunCancelled, RunContext
from core.models.pasting import mask_at
from core.models.registry import find_model, weights_path
from core.models.weights import bundled_folder
from core.models.zoo.detection_adapter import TinyMaskRcnnAdapter, network_pixels
from core.models.zoo.detectors import MAX_CANDIDATES
from core.models.zoo.loading import load_adapter
from core.models.zoo.rcnn_pass import detect, expected_layer_calls, propose_regions, to_original
from core.models.zoo.tiny_maskrcnn import build_tiny_maskrcnn
from core.training.data import read_dsb2018
from core.training.metrics import box_ious, f1, mask_ious, recall
from tests.core.models.pictures import blobs
from tests.core.models.zoo_support import StopAfter

SPEC = find_model("maskrcnn-cells")


@pytest.fixture(scope="module")
def adapter() -> Adapter:
    return load_adapter(SPEC, weights_path(SPEC))


@pytest.fixture(scope="module")
def rpn() -> Adapter:
    spec = find_model("rpn-cells")
    return load_adapter(spec, weights_path(spec))


def _input(pixels: np.ndarray) -> Tensor:
    return torch.from_numpy(network_pixels(pixels, SPEC)).permute(2, 0, 1).contiguous()


def test_boxes_and_masks_are_those_of_the_models_own_forward(adapter: TinyMaskRcnnAdapter) -> None:
    pixels, _ = blobs(1, 240, 200)
    with torch.inference_mode():
        own = adapter.model([_input(pixels)])[0]
        regions = propose_regions(adapter.model, _input(pixels))
        tapped = detect(adapter.model, regions, 200, 240)
    assert len(tapped.boxes) >= 10
    assert torch.equal(own["boxes"], tapped.boxes)
    assert torch.equal(own["scores"], tapped.scores)
    assert torch.equal(own["labels"], tapped.labels)
    proposals = adapter.propose(pixels, RunContext())
    size = Size(240, 200)
    wanted = [mask[0].numpy() > 0.5 for mask in own["masks"]]
    given = [p.geometry.to_array(size) for p in proposals if isinstance(p.geometry, Mask)]
    filled = [mask for mask in wanted if mask.any()]
    assert all(np.array_equal(a, b) for a, b in zip(given, filled, strict=True))


def test_untrained_weights_give_the_same_regions_as_the_rpn_itself() -> None:
    torch.manual_seed(0)
    model = build_tiny_maskrcnn(128, 160).eval()
    image = torch.rand(3, 100, 120)
    with torch.inference_mode():
        images, _ = model.transform([image])
        own, _ = model.rpn(images, model.backbone(images.tensors))
        regions = propose_regions(model, image)
        boxes = to_original(regions, 100, 120)
    assert torch.equal(own[0], regions.boxes)
    assert len(regions.objectness) == len(own[0])
    assert bool((regions.objectness[:-1] >= regions.objectness[1:]).all())
    assert float(boxes[:, 2].max()) <= 120 + 1e-3


def test_blobs_get_a_mask_each(adapter: Adapter) -> None:
    pixels, truth = blobs(6)
    sure = [item for item in adapter.propose(pixels, RunContext()) if item.score >= 0.5]
    masks = [item.geometry for item in sure if isinstance(item.geometry, Mask)]
    right, wrong, missed = f1(mask_ious(masks, truth))
    assert 2 * right / (2 * right + wrong + missed) > 0.7


def test_soft_masks_can_be_thresholded_without_the_model(adapter: Adapter) -> None:
    pixels, _ = blobs(6)
    best = adapter.propose(pixels, RunContext())[0]
    assert best.soft_mask is not None
    assert best.soft_mask.values.shape == (28, 28)
    assert best.soft_mask.values.dtype == np.uint8
    assert isinstance(best.geometry, Mask)
    again = mask_at(best.soft_mask, Size(256, 256))
    assert again.intersected(best.geometry).area > 0.98 * best.geometry.area
    assert mask_at(best.soft_mask, Size(256, 256), 0.9).area < best.geometry.area


def test_region_proposals_are_boxes_with_objectness(rpn: Adapter) -> None:
    pixels, truth = blobs(7)
    proposals = rpn.propose(pixels, RunContext())
    scores = [proposal.score for proposal in proposals]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len(proposals) <= MAX_CANDIDATES
    boxes = [item.geometry for item in proposals if isinstance(item.geometry, Box)]
    assert len(boxes) == len(proposals)
    corners = np.array([(b.x, b.y, b.right, b.bottom) for b in boxes])
    wanted = np.array([_box(truth == number) for number in range(1, truth.max() + 1)], float)
    found, objects = recall(box_ious(corners, wanted))
    assert found / objects > 0.8


def test_half_precision_gives_nearly_the_same(adapter: Adapter, rpn: Adapter) -> None:
    pixels, _ = blobs(6, 160, 160, count=6)
    for model in (adapter, rpn):
        exact = model.propose(pixels, RunContext())
        with torch.autocast("cpu", torch.bfloat16):
            rough = model.propose(pixels, RunContext())
        sure = [sum(item.score >= 0.5 for item in items) for items in (exact, rough)]
        assert sure[0] == pytest.approx(sure[1], abs=2)


def test_progress_rises_and_counts_every_layer(adapter: TinyMaskRcnnAdapter) -> None:
    fractions: list[float] = []
    adapter.propose(blobs(0, 128, 128)[0], RunContext(progress=fractions.append))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    expected = expected_layer_calls(adapter.model, heads=True)
    assert fractions.count(1.0) < 0.2 * expected + MAX_CANDIDATES


@pytest.mark.parametrize("questions", [0, 20, 70])
def test_a_run_is_cancelled_between_layers(adapter: Adapter, questions: int) -> None:
    stop = StopAfter(questions)
    with pytest.raises(RunCancelled):
        adapter.propose(blobs(0, 128, 128)[0], stop.context)
    assert len(stop.fractions) == questions


def test_region_proposals_cover_held_out_nuclei(rpn: Adapter, shared_data: Path) -> None:
    record = json.loads((bundled_folder() / "held_out.json").read_text(encoding="utf-8"))
    chosen = set(record["dsb2018"][:3])
    everything = frozenset(path.name for path in (shared_data / "dsb2018" / "images").iterdir())
    found = objects = 0
    for image in read_dsb2018(shared_data / "dsb2018", everything - chosen):
        boxes = [item.geometry for item in rpn.propose(image.pixels, RunContext())]
        corners = np.array([(b.x, b.y, b.right, b.bottom) for b in boxes if isinstance(b, Box)])
        hit, total = recall(box_ious(corners, image.boxes[:100].astype(float)))
        found, objects = found + hit, objects + total
    assert found / objects >= 0.4


def _box(mask: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(mask)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
