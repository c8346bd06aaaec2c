"""The steps of a region proposal network one by one, for people who want to see them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN
from torchvision.models.detection.rpn import (
    RegionProposalNetwork,
    concat_box_prediction_layers,
)
from torchvision.models.detection.transform import resize_boxes
from torchvision.ops import clip_boxes_to_image

from core.document.geometry import Box, Size
from core.models.pasting import quantise
from core.models.proposal import Proposal, SoftMask
from core.models.rpn_inspection import Stage, stage_label


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """The best candidates of all levels, in the network's picture; rows belong together."""

    anchors: Tensor
    boxes: Tensor
    scores: Tensor
    levels: Tensor


def inspect_regions(
    model: GeneralizedRCNN, image: Tensor, size: Size, source: str
) -> tuple[Proposal, ...]:
    """Every stage of every level for a picture (3, H, W) in [0, 1], as labelled proposals.

    ``size`` is that of the picture. What is left after suppression is what the network
    itself gives, to the bit.
    """
    images, _ = model.transform([image])
    maps = list(model.backbone(images.tensors).values())
    rpn = model.rpn
    logits, deltas = rpn.head(maps)
    anchors = rpn.anchor_generator(images, maps)
    per_level = [level[0].numel() for level in logits]
    objectness, flat = concat_box_prediction_layers(list(logits), list(deltas))
    decoded = rpn.box_coder.decode(flat, anchors).view(1, -1, 4)
    kept, kept_scores = rpn.filter_proposals(decoded, objectness, images.image_sizes, per_level)
    inner = images.image_sizes[0]
    found = _best(rpn, anchors[0], decoded[0], objectness.flatten()[None], per_level, inner)
    writer = _Writer(inner, size, source)
    padded = tuple(int(side) for side in images.tensors.shape[-2:])
    for number, level in enumerate(logits):
        writer.add_map(number, _inside(level[0].sigmoid().amax(dim=0), padded, inner))
        rows = found.levels == number
        writer.add(Stage.ANCHOR, number, found.anchors[rows], found.scores[rows])
        writer.add(Stage.BEFORE, number, found.boxes[rows], found.scores[rows])
    origins = _levels_of(kept[0], kept_scores[0], found)
    for number in range(len(logits)):
        rows = origins == number
        writer.add(Stage.AFTER, number, kept[0][rows], kept_scores[0][rows])
    return tuple(writer.items)


def _best(
    rpn: RegionProposalNetwork,
    anchors: Tensor,
    decoded: Tensor,
    objectness: Tensor,
    per_level: list[int],
    inner: tuple[int, int],
) -> _Candidates:
    """The candidates of each level that take part in suppression."""
    top = rpn._get_top_n_idx(objectness, per_level)[0]
    levels = torch.cat([torch.full((n,), number) for number, n in enumerate(per_level)])
    return _Candidates(
        anchors[top],
        clip_boxes_to_image(decoded[top], inner),
        objectness[0, top].sigmoid(),
        levels.to(top.device)[top],
    )


def _levels_of(boxes: Tensor, scores: Tensor, found: _Candidates) -> Tensor:
    """The level that each box which was left came from; boxes are equal to the bit."""
    places: dict[tuple[float, ...], int] = {}
    rows = torch.cat([found.boxes, found.scores[:, None]], dim=1).tolist()
    for row, level in zip(rows, found.levels.tolist(), strict=True):
        places.setdefault(tuple(row), level)
    kept = torch.cat([boxes, scores[:, None]], dim=1).tolist()
    return torch.tensor([places[tuple(row)] for row in kept], device=boxes.device)


def _inside(level: Tensor, padded: tuple[int, ...], inner: tuple[int, int]) -> Tensor:
    """The part of a map that lies over the picture and not over the padding beside it."""
    height = max(round(level.shape[0] * inner[0] / padded[0]), 1)
    width = max(round(level.shape[1] * inner[1] / padded[1]), 1)
    return level[:height, :width]


class _Writer:
    """Collects proposals in the coordinates of the picture."""

    def __init__(self, inner: tuple[int, int], size: Size, source: str) -> None:
        self.items: list[Proposal] = []
        self._inner = inner
        self._size = size
        self._source = source

    def add_map(self, level: int, values: Tensor) -> None:
        box = Box(0.0, 0.0, float(self._size.width), float(self._size.height))
        soft = SoftMask(box, quantise(values.float().cpu().numpy()))
        self._append(Stage.OBJECTNESS, level, box, 1.0, soft)

    def add(self, stage: Stage, level: int, boxes: Tensor, scores: Tensor) -> None:
        outer = (self._size.height, self._size.width)
        corners = resize_boxes(boxes, self._inner, outer).cpu().double().tolist()
        for corner, score in zip(corners, scores.cpu().double().tolist(), strict=True):
            self._append(stage, level, Box.from_corners(*corner), score)

    def _append(
        self, stage: Stage, level: int, box: Box, score: float, soft: SoftMask | None = None
    ) -> None:
        label = stage_label(stage, level)
        self.items.append(Proposal(len(self.items), box, score, label, self._source, soft))
