"""Mask R-CNN and its region proposal network behind the one adapter interface."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import torch
from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN
from torchvision.models.detection.mask_rcnn import MaskRCNN

from core.document.geometry import Box, Size
from core.models.adapter import RgbImage, RunContext
from core.models.coco_categories import coco_name
from core.models.normalisation import normalise_percentiles
from core.models.pasting import paste_mask, quantise
from core.models.proposal import Proposal, SoftMask
from core.models.specification import ModelSpec
from core.models.weights import specification_of
from core.models.zoo.coco_maskrcnn import build_coco_maskrcnn
from core.models.zoo.layer_watch import watched
from core.models.zoo.rcnn_pass import (
    Detections,
    detect,
    expected_layer_calls,
    input_tensor,
    propose_regions,
    to_original,
)
from core.models.zoo.reading import load_state
from core.models.zoo.tiny_maskrcnn import build_tiny_maskrcnn

MAX_CANDIDATES = 300
LOWEST_SCORE = 0.01


class RcnnAdapter:
    """What all R-CNNs here share: building, reading weights, input, one watched pass.

    The lowest score and the number of candidates are fixed: every threshold is
    chosen afterwards, over the candidates that one run gave.
    """

    is_proposal_network: ClassVar[bool] = False

    def __init__(self, spec: ModelSpec, model: GeneralizedRCNN, device: str) -> None:
        self.spec = spec
        self.model = model
        self.device = device

    @classmethod
    def build(cls, spec: ModelSpec) -> MaskRCNN:
        """The network of this adapter, without weights."""
        raise NotImplementedError

    @classmethod
    def load(cls, spec: ModelSpec, weights: Path, device: str) -> Self:
        """Build the network and read its weights; raises ModelError."""
        spec = specification_of(spec, weights)
        model = cls.build(spec)
        load_state(model, weights, spec)
        model.eval().requires_grad_(False)
        return cls(spec, model.to(device), device)

    def propose(self, image: RgbImage, context: RunContext) -> tuple[Proposal, ...]:
        """Candidates of one picture: masks with scores, or boxes with objectness."""
        height, width = image.shape[:2]
        size = Size(width, height)
        pixels = input_tensor(network_pixels(image, self.spec), self.device)
        expected = expected_layer_calls(self.model, heads=not self.is_proposal_network)
        with torch.inference_mode(), watched(self.model, context, expected):
            regions = propose_regions(self.model, pixels)
            if self.is_proposal_network:
                boxes = to_original(regions, height, width)
                return self._region_proposals(boxes, regions.objectness, context)
            detections = detect(self.model, regions, height, width)
        return self._instances(detections, size, context)

    def _region_proposals(
        self, boxes: torch.Tensor, objectness: torch.Tensor, context: RunContext
    ) -> tuple[Proposal, ...]:
        corners = boxes.cpu().double().numpy()[:MAX_CANDIDATES]
        scores = objectness.cpu().double().numpy()
        context.checkpoint(1.0)
        return tuple(
            Proposal(number, Box.from_corners(*corner), float(scores[number]), "", self.spec.id)
            for number, corner in enumerate(corners.tolist())
        )

    def _instances(
        self, detections: Detections, size: Size, context: RunContext
    ) -> tuple[Proposal, ...]:
        corners = detections.boxes.cpu().double().numpy().tolist()
        scores = detections.scores.cpu().double().numpy().tolist()
        labels = detections.labels.cpu().numpy().tolist()
        masks = _soft_values(detections)
        proposals: list[Proposal] = []
        for corner, score, label, values in zip(corners, scores, labels, masks, strict=True):
            context.checkpoint(1.0)
            box = Box.from_corners(*corner)
            mask = paste_mask(values, box, size)
            if mask.is_empty:
                continue
            soft = SoftMask(box, quantise(values))
            name = self.category_name(label)
            proposals.append(Proposal(len(proposals), mask, score, name, self.spec.id, soft))
        return tuple(proposals)

    def category_name(self, label: int) -> str:
        """Name of a class number of the network, empty when it is class-agnostic."""
        return ""


class TinyMaskRcnnAdapter(RcnnAdapter):
    """The small Mask R-CNN that was trained on cells."""

    @classmethod
    def build(cls, spec: ModelSpec) -> MaskRCNN:
        """The small network, for pictures of the size in the specification."""
        return build_tiny_maskrcnn(
            int(spec.preprocessing["short_side_px"]), int(spec.preprocessing["long_side_px"])
        )


class TinyRpnAdapter(TinyMaskRcnnAdapter):
    """Its region proposals only."""

    is_proposal_network = True


class CocoMaskRcnnAdapter(RcnnAdapter):
    """torchvision's Mask R-CNN with a ResNet-50, trained on COCO."""

    @classmethod
    def build(cls, spec: ModelSpec) -> MaskRCNN:
        """The network as its weights expect it."""
        return build_coco_maskrcnn(LOWEST_SCORE, MAX_CANDIDATES)

    def category_name(self, label: int) -> str:
        """Name of a COCO category, by its number in the COCO file."""
        return coco_name(label)


class CocoRpnAdapter(CocoMaskRcnnAdapter):
    """Its region proposals only."""

    is_proposal_network = True


def network_pixels(image: RgbImage, spec: ModelSpec) -> npt.NDArray[np.float32]:
    """Float32 (H, W, 3) in [0, 1], stretched where the specification asks for it."""
    if spec.preprocessing.get("normalisation") != "percentile":
        return image.astype(np.float32) / np.float32(255)
    low = float(spec.preprocessing.get("low_percent", 1.0))
    high = float(spec.preprocessing.get("high_percent", 99.0))
    stretched: npt.NDArray[np.float32] = normalise_percentiles(image, low, high).clip(0, 1)
    return stretched


def _soft_values(detections: Detections) -> npt.NDArray[np.float32]:
    """Masks as float32 (N, 28, 28)."""
    if detections.masks is None:
        raise ValueError("this network has no masks")
    values: npt.NDArray[np.float32] = detections.masks[:, 0].float().cpu().numpy()
    return values
