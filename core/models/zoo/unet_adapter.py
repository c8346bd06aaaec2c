"""Instances from a U-Net: class probabilities, tile by tile, then a watershed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from skimage.measure import regionprops
from torch import Tensor, nn

from core.document.mask import Mask, PixelBox
from core.errors import ModelError
from core.models.adapter import RgbImage, RunContext
from core.models.components import SemanticMap, connected_regions
from core.models.normalisation import normalise_percentiles
from core.models.proposal import Proposal
from core.models.specification import ModelSpec, SettingValue
from core.models.watershed import split_objects, split_settings
from core.models.weights import specification_of
from core.models.zoo.layer_watch import layers_of, watched
from core.models.zoo.reading import fill, read_state
from core.models.zoo.unet import UNet, filters_of

TILE_PX = 768
MARGIN_PX = 64
_NETWORK_SHARE = 0.85

FloatMap = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tile:
    """A window that the network sees, and the part of it whose answer is kept."""

    window: PixelBox
    kept: PixelBox


@dataclass(frozen=True, slots=True, eq=False)
class UNetAnswer:
    """Of every pixel the probability of foreground and of any interior, and the likeliest category.

    float32, float32 and uint8 (H, W); ``category`` counts from 0.
    """

    foreground: FloatMap
    interior: FloatMap
    category: npt.NDArray[np.uint8]


class UNetAdapter:
    """Objects one by one, from a U-Net that tells background, border and interiors.

    Output 0 is background, 1 the interior of the first category, 2 the border,
    and n + 1 the interior of category n; so a network of one category has three.
    Parameters of a run: ``tile_px`` (768), the side of the windows that large
    pictures are cut into, and those of ``SplitSettings``, which a model that was
    trained by a person carries in its preprocessing.
    """

    def __init__(self, spec: ModelSpec, model: UNet, device: str) -> None:
        self._spec = spec
        self._model = model
        self._device = device
        try:
            self._split = split_settings(spec.preprocessing)
        except ValueError as error:
            raise ModelError(
                f"{spec.name} says how to read its objects, but {error}.",
                "Train it again, or choose another weights file.",
            ) from error

    @property
    def encoder(self) -> nn.Module:
        """The narrowest block: below it the picture is read, above it the answer is drawn."""
        return self._model.down[-1]

    @classmethod
    def outputs(cls, spec: ModelSpec) -> int:
        """How many classes the network tells apart."""
        return 2 + max(len(spec.categories), 1)

    @classmethod
    def load(cls, spec: ModelSpec, weights: Path, device: str) -> Self:
        """Build the network and read its weights; raises ModelError."""
        state = read_state(weights)
        model = UNet(classes=cls.outputs(spec), filters=filters_of(state))
        fill(model, state, weights, spec)
        model.eval().requires_grad_(False)
        trained = specification_of(spec, weights)
        return cls(trained, model.to(device).to(memory_format=torch.channels_last), device)

    def propose(self, image: RgbImage, context: RunContext) -> tuple[Proposal, ...]:
        """One candidate with a mask for every object, best first.

        The score is the mean foreground probability over the object's pixels,
        the label that of most of its interior.
        """
        found = self.answer(image, context)
        settings = split_settings(self._split.record(), context.parameters)
        labels = split_objects(found.foreground, found.interior, settings)
        context.checkpoint((1 + _NETWORK_SHARE) / 2)
        proposals = self._proposals(labels, found)
        context.checkpoint(1.0)
        return proposals

    def probabilities(self, image: RgbImage, context: RunContext) -> tuple[FloatMap, FloatMap]:
        """Foreground (interior or border) and interior, float32 (H, W) each."""
        found = self.answer(image, context)
        return found.foreground, found.interior

    def answer(self, image: RgbImage, context: RunContext) -> UNetAnswer:
        """What the network says of every pixel."""
        shape = image.shape[:2]
        found = UNetAnswer(
            np.empty(shape, np.float32), np.empty(shape, np.float32), np.zeros(shape, np.uint8)
        )

        def keep(place: tuple[slice, slice], values: FloatMap) -> None:
            interiors = np.delete(values, (0, 2), axis=0)
            found.foreground[place] = 1 - values[0]
            found.interior[place] = interiors.sum(axis=0)
            if len(interiors) > 1:
                found.category[place] = interiors.argmax(axis=0)

        self._visit(image, context, keep)
        return found

    def _visit(
        self,
        image: RgbImage,
        context: RunContext,
        keep: Callable[[tuple[slice, slice], FloatMap], None],
    ) -> None:
        """Give ``keep`` the class probabilities of one part of the picture after the other."""
        height, width = image.shape[:2]
        tiles = list(tiles_of(width, height, int(context.parameters.get("tile_px", TILE_PX))))
        normal = _normalised(image, self._spec)
        part = _scaled(context, _NETWORK_SHARE)
        with (
            torch.inference_mode(),
            watched(self._model, part, len(tiles) * len(layers_of(self._model))),
        ):
            for tile in tiles:
                answer = self._run(normal[tile.window.slices])
                rows = slice(tile.kept.top - tile.window.top, tile.kept.bottom - tile.window.top)
                columns = slice(
                    tile.kept.left - tile.window.left, tile.kept.right - tile.window.left
                )
                keep(tile.kept.slices, answer[:, rows, columns])

    def _run(self, pixels: npt.NDArray[np.float32]) -> FloatMap:
        """Class probabilities (C, H, W) of one window."""
        inputs = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))[None]
        inputs = inputs.to(self._device).contiguous(memory_format=torch.channels_last)
        padded = _padded(inputs, self._model.stride)
        logits = self._model(padded)[:, :, : inputs.shape[2], : inputs.shape[3]]
        probabilities: FloatMap = logits.float().softmax(dim=1)[0].cpu().numpy()
        return probabilities

    def _proposals(self, labels: npt.NDArray[np.int32], answer: UNetAnswer) -> tuple[Proposal, ...]:
        regions = regionprops(labels, intensity_image=answer.foreground)
        found = [(float(region.intensity_mean), region) for region in regions]
        found.sort(key=lambda pair: -pair[0])
        return tuple(
            Proposal(
                id=number,
                geometry=Mask.from_array(region.image, region.bbox[1], region.bbox[0]),
                score=min(score, 1.0),
                label=self._label(answer.category[region.slice][region.image]),
                source=self._spec.id,
            )
            for number, (score, region) in enumerate(found)
        )

    def _label(self, categories: npt.NDArray[np.uint8]) -> str:
        names = self._spec.categories
        if len(names) < 2:
            return names[0] if names else ""
        return names[int(np.bincount(categories, minlength=len(names)).argmax())]


class SemanticUNetAdapter(UNetAdapter):
    """A class for every pixel; objects are the connected parts of a class.

    Output 0 is background, n is category n. Parameters of a run: ``tile_px``, and
    ``smallest_area_px`` (12).
    """

    @classmethod
    def outputs(cls, spec: ModelSpec) -> int:
        """How many classes the network tells apart."""
        return 1 + len(spec.categories)

    def propose(self, image: RgbImage, context: RunContext) -> tuple[Proposal, ...]:
        """One candidate with a mask for every connected part of a class, best first."""
        found = self.class_map(image, context)
        smallest = int(context.parameters.get("smallest_area_px", 12))
        regions = sorted(connected_regions(found, smallest), key=lambda region: -region.score)
        context.checkpoint(1.0)
        return tuple(
            Proposal(
                id=number,
                geometry=region.mask,
                score=region.score,
                label=self._spec.categories[region.number - 1],
                source=self._spec.id,
            )
            for number, region in enumerate(regions)
        )

    def class_map(self, image: RgbImage, context: RunContext) -> SemanticMap:
        """The likeliest class of every pixel and its probability."""
        shape = image.shape[:2]
        found = SemanticMap(np.zeros(shape, np.uint8), np.zeros(shape, np.float32))

        def keep(place: tuple[slice, slice], values: FloatMap) -> None:
            found.classes[place] = values.argmax(axis=0)
            found.probability[place] = values.max(axis=0)

        self._visit(image, context, keep)
        return found


def tiles_of(width: int, height: int, tile_px: int, margin_px: int = MARGIN_PX) -> Iterator[Tile]:
    """Windows of at most ``tile_px`` that cover a picture, overlapping by twice the margin.

    The kept parts are disjoint and cover every pixel; inside the picture each
    keeps ``margin_px`` away from its window's edge.
    """
    for top, bottom in _spans(height, tile_px, margin_px):
        for left, right in _spans(width, tile_px, margin_px):
            x0, y0 = max(left - margin_px, 0), max(top - margin_px, 0)
            x1, y1 = min(right + margin_px, width), min(bottom + margin_px, height)
            yield Tile(
                PixelBox(x0, y0, x1 - x0, y1 - y0), PixelBox(left, top, right - left, bottom - top)
            )


def _spans(extent: int, tile_px: int, margin_px: int) -> Iterator[tuple[int, int]]:
    if extent <= tile_px:
        yield 0, extent
        return
    step = max(tile_px - 2 * margin_px, margin_px)
    count = -(-extent // step)
    edges = np.linspace(0, extent, count + 1).round().astype(int)
    yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def _padded(inputs: Tensor, multiple: int) -> Tensor:
    """Grow to the right and below to a multiple, repeating the last pixels."""
    right, below = -inputs.shape[3] % multiple, -inputs.shape[2] % multiple
    return nn.functional.pad(inputs, (0, right, 0, below), mode="replicate")


def _normalised(image: RgbImage, spec: ModelSpec) -> npt.NDArray[np.float32]:
    low: SettingValue = spec.preprocessing.get("low_percent", 1.0)
    high: SettingValue = spec.preprocessing.get("high_percent", 99.0)
    return normalise_percentiles(image, float(low), float(high))


def _scaled(context: RunContext, share: float) -> RunContext:
    """A context whose whole progress is a share of another's."""
    return RunContext(
        context.cancelled, lambda fraction: context.progress(share * fraction), context.parameters
    )
