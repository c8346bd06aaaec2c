from __future__ import annotations

from core.models.registry import find_model, weights_path
from core.training.data import LabelledImage, boxes_of_instances
from core.training.evaluate import evaluate_maskrcnn, evaluate_rpn, evaluate_unet
from tests.core.models.pictures import blobs


def _images() -> list[LabelledImage]:
    pixels, truth = blobs(11, 160, 160, count=7)
    boxes = boxes_of_instances(truth)
    return [
        LabelledImage("masks.png", "fluorescence", pixels, truth, boxes),
        LabelledImage("boxes.png", "blood", pixels, None, boxes),
    ]


def test_the_unet_is_scored_by_group() -> None:
    figures = evaluate_unet(_images()[:1], weights_path(find_model("unet-nuclei")))
    assert set(figures) == {"all", "fluorescence"}
    assert figures["all"]["dice"] > 0.8
    assert figures["all"] == figures["fluorescence"]


def test_detections_are_scored_by_masks_or_by_boxes() -> None:
    weights = weights_path(find_model("maskrcnn-cells"))
    figures = evaluate_maskrcnn(_images(), weights)
    assert figures["fluorescence"]["ap_at_50"] > 0.5
    assert figures["blood"]["ap_at_50"] > 0.5
    assert "dice" not in figures["blood"]
    assert evaluate_rpn(_images(), weights)["nuclei"]["recall_at_100"] > 0.8
