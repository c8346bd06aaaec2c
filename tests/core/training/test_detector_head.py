"""Heads for the project's labels, with the rows of classes that the parent knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from core.models.categories import COCO_CATEGORIES
from core.models.registry import find_model
from core.models.zoo.detectors import build_detector
from core.training.data import LabelledImage, boxes_of_instances
from core.training.detector_head import fitted_state, matching_classes
from core.training.detector_learner import DetectorLearner
from core.training.model_files import trained_spec
from core.training.recipe import Recipe, Task
from tests.core.models.pictures import blobs

AFTER = ("thing", "Cat", "person")
CAT, PERSON = 17, 1
"""Their numbers in COCO."""


def test_classes_are_matched_by_name_whatever_the_case() -> None:
    assert matching_classes(AFTER, COCO_CATEGORIES) == (0, None, CAT, PERSON)
    assert matching_classes(("a", "b"), ()) == (0, 1, 1)
    assert matching_classes((), ()) == (0, 1)


class _Head(nn.Module):
    """The last layers of a two-stage detector, by the names that torchvision gives them."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        predictor = nn.Module()
        predictor.cls_score = nn.Linear(3, classes)
        predictor.bbox_pred = nn.Linear(3, classes * 4)
        masks = nn.Module()
        masks.mask_fcn_logits = nn.Conv2d(3, classes, 1)
        self.roi_heads = nn.Module()
        self.roi_heads.box_predictor = predictor
        self.roi_heads.mask_predictor = masks
        self.head = nn.Module()
        self.head.classification_head = nn.Module()
        self.head.classification_head.cls_logits = nn.Conv2d(3, 9 * classes, 3)


def test_rows_of_known_classes_are_copied_and_others_stay() -> None:
    torch.manual_seed(0)
    parent, child = _Head(91), _Head(4)
    built = {name: value.clone() for name, value in child.state_dict().items()}
    state = parent.state_dict()
    fitted = fitted_state(child, state, AFTER, COCO_CATEGORIES)
    child.load_state_dict(fitted)
    scores, before = (s["roi_heads.box_predictor.cls_score.weight"] for s in (fitted, state))
    assert torch.equal(scores[[0, 2, 3]], before[[0, CAT, PERSON]])
    assert torch.equal(scores[1], built["roi_heads.box_predictor.cls_score.weight"][1])
    boxes, before = (s["roi_heads.box_predictor.bbox_pred.bias"] for s in (fitted, state))
    assert torch.equal(boxes[8:12], before[4 * CAT : 4 * CAT + 4])
    masks, before = (s["roi_heads.mask_predictor.mask_fcn_logits.weight"] for s in (fitted, state))
    assert torch.equal(masks[3], before[PERSON])
    dense, before = (s["head.classification_head.cls_logits.weight"] for s in (fitted, state))
    anchors, old = dense.view(9, 4, 3, 3, 3), before.view(9, 91, 3, 3, 3)
    assert torch.equal(anchors[:, 2], old[:, CAT])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model_id", "parts"),
    [
        ("fasterrcnn-mobilenet-320-coco", {"loss_classifier", "loss_rpn_box_reg"}),
        ("retinanet-coco", {"classification", "bbox_regression"}),
        ("maskrcnn-coco", {"loss_mask", "loss_objectness"}),
    ],
)
def test_networks_of_torchvision_take_a_step(
    tmp_path: Path, model_id: str, parts: set[str]
) -> None:
    torch.manual_seed(0)
    parent = find_model(model_id)
    weights = tmp_path / "parent.safetensors"
    save_file({k: v.contiguous() for k, v in build_detector(parent).state_dict().items()}, weights)
    spec = trained_spec("trained-x", "x", parent, Task.DETECTION, ("cat",))
    pixels, truth = blobs(0, 160, 160, count=4, radius_px=20)
    image = LabelledImage("x", "new", pixels, truth, boxes_of_instances(truth))
    recipe = replace(
        Recipe(), task=Task.DETECTION, batch=1, crop_px=128, learning_rate=1e-5, bfloat16=False
    )
    learner = DetectorLearner(spec, recipe, [image], parent=weights, parent_spec=parent)
    before = {name: value.clone() for name, value in learner.state().items() if "running" in name}
    assert parts <= set(learner.step(0))
    after = learner.state()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    learner.load(after, 1)
    assert learner.weights()
