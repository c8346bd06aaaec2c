"""Every detector of torchvision behind the one adapter interface.

One-stage networks run through their own ``forward``; R-CNNs step by step
(``rcnn_pass``), which gives soft masks and the objectness of region proposals.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN

from core.document.annotation import Geometry
from core.document.geometry import Box, Keypoints, Size, Visibility
from core.models.adapter import RgbImage, RunContext
from core.models.categories import class_name
from core.models.normalisation import normalise_percentiles
from core.models.pasting import paste_mask, quantise
from core.models.proposal import Proposal, SoftMask
from core.models.rpn_inspection import INSPECT
from core.models.specification import ModelSpec
from core.models.weights import specification_of
from core.models.zoo.detectors import MAX_CANDIDATES, build_detector, head_calls
from core.models.zoo.layer_watch import layers_of, watched
from core.models.zoo.rcnn_pass import (
    Detections,
    detect,
    expected_layer_calls,
    input_tensor,
    propose_regions,
    to_original,
)
from core.models.zoo.reading import load_state
from core.models.zoo.rpn_view import inspect_regions
from core.models.zoo.tiny_maskrcnn import build_tiny_maskrcnn

_VISIBLE_LOGIT = 0.0


class DetectionAdapter:
    """Boxes, masks or keypoints of a detector: building, weights, input, one watched pass."""

    regions_only: ClassVar[bool] = False

    def __init__(self, spec: ModelSpec, model: nn.Module, device: str) -> None:
        self.spec = spec
        self.model = model
        self.device = device

    @classmethod
    def build(cls, spec: ModelSpec) -> nn.Module:
        """The network of this adapter, without weights; raises ModelError."""
        return build_detector(spec)

    @classmethod
    def load(cls, spec: ModelSpec, weights: Path, device: str) -> Self:
        """Build the network and read its weights; raises ModelError."""
        spec = specification_of(spec, weights)
        model = cls.build(spec)
        load_state(model, weights, spec)
        model.eval().requires_grad_(False)
        return cls(spec, model.to(device), device)

    @property
    def encoder(self) -> nn.Module:
        """The backbone, without the pyramid where it has one."""
        backbone = self.model.get_submodule("backbone")
        body = getattr(backbone, "body", None)
        return body if isinstance(body, nn.Module) else backbone

    def use_channels_last(self) -> None:
        """Put the channels of weights last; results stay the same but for rounding."""
        self.model.to(memory_format=torch.channels_last)

    def propose(self, image: RgbImage, context: RunContext) -> tuple[Proposal, ...]:
        """Candidates of one picture, best first; with ``regions_only`` boxes with objectness."""
        height, width = image.shape[:2]
        size = Size(width, height)
        pixels = input_tensor(network_pixels(image, self.spec), self.device)
        with torch.inference_mode():
            if not isinstance(self.model, GeneralizedRCNN):
                found = self._one_stage(self.model, pixels, context)
            elif self.regions_only:
                return self._region_proposals(self.model, pixels, size, context)
            else:
                found = self._two_stages(self.model, pixels, size, context)
        return self._proposals(found, size, context)

    def _one_stage(self, model: nn.Module, pixels: torch.Tensor, context: RunContext) -> Detections:
        head = len(layers_of(model.get_submodule("head")))
        expected = len(layers_of(model)) + (head_calls(model) - 1) * head
        with watched(model, context, expected):
            return Detections.of(model([pixels])[0])

    def _two_stages(
        self, model: GeneralizedRCNN, pixels: torch.Tensor, size: Size, context: RunContext
    ) -> Detections:
        with watched(model, context, expected_layer_calls(model, heads=True)):
            regions = propose_regions(model, pixels)
            return detect(model, regions, size.height, size.width)

    def _region_proposals(
        self, model: GeneralizedRCNN, pixels: torch.Tensor, size: Size, context: RunContext
    ) -> tuple[Proposal, ...]:
        with watched(model, context, expected_layer_calls(model, heads=False)):
            if context.parameters.get(INSPECT):
                return inspect_regions(model, pixels, size, self.spec.id)
            regions = propose_regions(model, pixels)
            boxes = to_original(regions, size.height, size.width)
        corners = boxes.cpu().double().numpy()[:MAX_CANDIDATES]
        scores = regions.objectness.cpu().double().numpy()
        context.checkpoint(1.0)
        return tuple(
            Proposal(number, Box.from_corners(*corner), float(scores[number]), "", self.spec.id)
            for number, corner in enumerate(corners.tolist())
        )

    def _proposals(
        self, found: Detections, size: Size, context: RunContext
    ) -> tuple[Proposal, ...]:
        corners = found.boxes.cpu().double().numpy().tolist()
        scores = found.scores.cpu().double().numpy().tolist()
        labels = found.labels.cpu().numpy().tolist()
        masks = _soft_values(found)
        joints = _joints(found)
        proposals: list[Proposal] = []
        for place, corner in enumerate(corners):
            context.checkpoint(1.0)
            box = Box.from_corners(*corner)
            geometry: Geometry = box if joints is None else joints[place]
            soft = None
            if masks is not None:
                geometry = paste_mask(masks[place], box, size)
                if geometry.is_empty:
                    continue
                soft = SoftMask(box, quantise(masks[place]))
            name = class_name(self.spec.categories, labels[place])
            proposals.append(
                Proposal(len(proposals), geometry, scores[place], name, self.spec.id, soft)
            )
        return tuple(proposals)


class RegionAdapter(DetectionAdapter):
    """The region proposals of an R-CNN only.

    The parameter ``inspect`` of a run gives the steps to them instead
    (``core.models.rpn_inspection``).
    """

    regions_only = True


class TinyMaskRcnnAdapter(DetectionAdapter):
    """The small Mask R-CNN that was trained on cells."""

    @classmethod
    def build(cls, spec: ModelSpec) -> nn.Module:
        """The small network, for pictures of the size in the specification."""
        model: nn.Module = build_tiny_maskrcnn(
            int(spec.preprocessing["short_side_px"]),
            int(spec.preprocessing["long_side_px"]),
            max(len(spec.categories), 1),
        )
        return model


class TinyRegionAdapter(TinyMaskRcnnAdapter):
    """Its region proposals only."""

    regions_only = True


def network_pixels(image: RgbImage, spec: ModelSpec) -> npt.NDArray[np.float32]:
    """Float32 (H, W, 3) in [0, 1], stretched where the specification asks for it."""
    if spec.preprocessing.get("normalisation") != "percentile":
        return image.astype(np.float32) / np.float32(255)
    low = float(spec.preprocessing.get("low_percent", 1.0))
    high = float(spec.preprocessing.get("high_percent", 99.0))
    stretched: npt.NDArray[np.float32] = normalise_percentiles(image, low, high).clip(0, 1)
    return stretched


def _soft_values(found: Detections) -> npt.NDArray[np.float32] | None:
    """Masks as float32 (N, 28, 28), None for a network without."""
    if found.masks is None:
        return None
    values: npt.NDArray[np.float32] = found.masks[:, 0].float().cpu().numpy()
    return values


def _joints(found: Detections) -> list[Keypoints] | None:
    """Keypoints of every detection; one whose heat map says "not here" counts as hidden."""
    if found.keypoints is None or found.keypoint_logits is None:
        return None
    places = found.keypoints[:, :, :2].cpu().double().numpy().tolist()
    sure = (found.keypoint_logits > _VISIBLE_LOGIT).cpu().numpy().tolist()
    seen = {True: Visibility.VISIBLE, False: Visibility.HIDDEN}
    return [
        Keypoints(tuple((x, y, seen[is_sure]) for (x, y), is_sure in zip(*pair, strict=True)))
        for pair in zip(places, sure, strict=True)
    ]
