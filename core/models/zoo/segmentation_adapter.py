"""Every semantic segmenter of torchvision behind the one adapter interface."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torchvision.transforms import functional

from core.document.geometry import Size
from core.models.adapter import RgbImage, RunContext
from core.models.categories import class_name
from core.models.components import connected_regions, likeliest_classes, whole_classes
from core.models.proposal import Proposal
from core.models.specification import ModelSpec
from core.models.weights import specification_of
from core.models.zoo.layer_watch import layers_of, watched
from core.models.zoo.rcnn_pass import input_tensor
from core.models.zoo.reading import load_state
from core.models.zoo.segmenters import build_segmenter, without_auxiliary

SHORT_SIDE_PX = 520
SMALLEST_SHARE = 1e-4
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
_NETWORK_SHARE = 0.9


class SegmentationAdapter:
    """A class for every pixel, from a network that sees the picture at its own scale.

    Parameters of a run: ``objects`` (True) gives an object for every connected
    part of a class, False one for every class; ``smallest_area_px`` (a ten
    thousandth of the picture) leaves specks out.
    """

    def __init__(self, spec: ModelSpec, model: nn.Module, device: str) -> None:
        self.spec = spec
        self.model = model
        self.device = device

    @classmethod
    def load(cls, spec: ModelSpec, weights: Path, device: str) -> Self:
        """Build the network and read its weights; raises ModelError."""
        spec = specification_of(spec, weights)
        model = build_segmenter(spec)
        load_state(model, weights, spec)
        without_auxiliary(model).eval().requires_grad_(False)
        return cls(spec, model.to(device), device)

    def use_channels_last(self) -> None:
        """Put the channels of weights last; results stay the same but for rounding."""
        self.model.to(memory_format=torch.channels_last)

    def propose(self, image: RgbImage, context: RunContext) -> tuple[Proposal, ...]:
        """One candidate with a mask for every object, best first.

        The score is the mean probability of the class over the object's pixels.
        """
        size = Size(image.shape[1], image.shape[0])
        found = likeliest_classes(self.probabilities(image, context), size)
        context.checkpoint(_NETWORK_SHARE)
        if context.parameters.get("objects", True):
            usual = round(size.width * size.height * SMALLEST_SHARE)
            smallest = int(context.parameters.get("smallest_area_px", usual))
            regions = list(connected_regions(found, smallest))
        else:
            regions = list(whole_classes(found))
        context.checkpoint(1.0)
        regions.sort(key=lambda region: -region.score)
        return tuple(
            Proposal(
                id=number,
                geometry=region.mask,
                score=region.score,
                label=class_name(self.spec.categories, region.number),
                source=self.spec.id,
            )
            for number, region in enumerate(regions)
        )

    def probabilities(self, image: RgbImage, context: RunContext) -> npt.NDArray[np.float32]:
        """Of every class, background first: float32 (classes, h, w) at the network's scale."""
        pixels = self.network_input(image)
        part = RunContext(
            context.cancelled, lambda fraction: context.progress(_NETWORK_SHARE * fraction)
        )
        with torch.inference_mode(), watched(self.model, part, len(layers_of(self.model))):
            logits: Tensor = self.model(pixels)["out"]
            values: npt.NDArray[np.float32] = logits.float().softmax(dim=1)[0].cpu().numpy()
        return values

    def network_input(self, image: RgbImage) -> Tensor:
        """A picture as (1, 3, h, w), scaled and normalised as the weights were trained."""
        pixels = input_tensor(image, self.device)
        short_side = int(self.spec.preprocessing.get("short_side_px", SHORT_SIDE_PX))
        scaled = functional.resize(pixels, [short_side], antialias=True)
        normal: Tensor = functional.normalize(
            functional.convert_image_dtype(scaled, torch.float),
            list(_IMAGENET_MEAN),
            list(_IMAGENET_DEVIATION),
        )
        return normal[None]
