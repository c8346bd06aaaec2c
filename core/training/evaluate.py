"""Score weights on held-out pictures: ``python -m core.training.evaluate --data DIR``.

Prints one JSON object; the model cards quote it.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from core.document.geometry import Box
from core.document.mask import Mask
from core.models.adapter import Adapter, RunContext
from core.models.proposal import Proposal
from core.models.registry import find_model, weights_path
from core.models.zoo.loading import load_adapter
from core.training.data import LabelledImage, read_bccd, read_dsb2018
from core.training.held_out import HeldOut, read_held_out
from core.training.metrics import (
    average_precision,
    box_ious,
    dice,
    f1,
    mask_ious,
    matches,
    recall,
)

Figures = dict[str, float]


def evaluate_unet(images: Sequence[LabelledImage], weights: Path) -> dict[str, Figures]:
    """Mean Dice of the foreground and F1 of the objects, over all and by group."""
    adapter = load_adapter(find_model("unet-nuclei"), weights, "cpu")
    dices: dict[str, list[float]] = defaultdict(list)
    counts: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for image in images:
        masks = masks_of(adapter.propose(image.pixels, RunContext()))
        truth = _instances(image)
        value = dice(union_of(masks, truth.shape), truth > 0)
        for group in ("all", image.group):
            dices[group].append(1.0 if value is None else value)
            counts[group].append(f1(mask_ious(masks, truth)))
    return {
        group: {
            "images": len(dices[group]),
            "dice": _mean(dices[group]),
            "worst_dice": round(min(dices[group]), 3),
            "f1_at_50": _f1(counts[group]),
        }
        for group in dices
    }


def evaluate_maskrcnn(images: Sequence[LabelledImage], weights: Path) -> dict[str, Figures]:
    """Average precision at IoU .5 and, from score .5 on, F1 and Dice where masks are known."""
    adapter = load_adapter(find_model("maskrcnn-cells"), weights, "cpu")
    by_group: dict[str, list[LabelledImage]] = defaultdict(list)
    for image in images:
        by_group[image.group].append(image)
    return {group: _detection_figures(adapter, members) for group, members in by_group.items()}


def evaluate_rpn(images: Sequence[LabelledImage], weights: Path) -> dict[str, Figures]:
    """Share of objects that one of the 100 first proposals covers with IoU .5 or more.

    ``recall_at_100`` is over all objects of a group, ``mean_recall_at_100`` the
    mean over its pictures. A picture of more than 100 objects cannot reach 1.
    """
    adapter = load_adapter(find_model("rpn-cells"), weights, "cpu")
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for image in images:
        corners = _corners(adapter.propose(image.pixels, RunContext()))
        result = recall(box_ious(corners, image.boxes.astype(np.float64)))
        kind = "blood" if image.group == "blood" else "nuclei"
        for group in {kind, image.group}:
            found[group].append(result)
    return {
        group: {
            "images": len(pairs),
            "recall_at_100": round(sum(p[0] for p in pairs) / sum(p[1] for p in pairs), 3),
            "mean_recall_at_100": _mean([hit / total for hit, total in pairs if total]),
        }
        for group, pairs in found.items()
    }


def held_out_images(
    data: Path, held_out: HeldOut
) -> tuple[list[LabelledImage], list[LabelledImage]]:
    """The held-out pictures of dsb2018 and of bccd."""
    nuclei = read_dsb2018(data / "dsb2018")
    blood = read_bccd(data / "bccd")
    return (
        [image for image in nuclei if image.name in held_out.dsb2018],
        [image for image in blood if image.name in held_out.bccd],
    )


def main() -> None:
    """Read the arguments, score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of dsb2018 and bccd")
    parser.add_argument("--unet", type=Path, help="weights instead of the bundled ones")
    parser.add_argument("--maskrcnn", type=Path, help="weights instead of the bundled ones")
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    nuclei, blood = held_out_images(arguments.data, read_held_out())
    unet = weights_path(find_model("unet-nuclei"), arguments.unet)
    maskrcnn = weights_path(find_model("maskrcnn-cells"), arguments.maskrcnn)
    started = time.process_time()
    figures: Mapping[str, object] = {
        "unet": evaluate_unet(nuclei, unet),
        "maskrcnn": evaluate_maskrcnn([*nuclei, *blood], maskrcnn),
        "rpn": evaluate_rpn([*nuclei, *blood], maskrcnn),
        "cpu_seconds": round(time.process_time() - started, 1),
    }
    print(json.dumps(figures, indent=1))


def _detection_figures(adapter: Adapter, images: Sequence[LabelledImage]) -> Figures:
    scores: list[float] = []
    is_right: list[npt.NDArray[np.bool_]] = []
    counts: list[tuple[int, int, int]] = []
    dices: list[float] = []
    for image in images:
        proposals = adapter.propose(image.pixels, RunContext())
        sure = [proposal for proposal in proposals if proposal.score >= 0.5]
        scores += [proposal.score for proposal in proposals]
        is_right.append(matches(_ious(proposals, image)))
        counts.append(f1(_ious(sure, image)))
        if image.instances is not None:
            union = union_of(masks_of(sure), image.instances.shape)
            value = dice(union, image.instances > 0)
            dices.append(1.0 if value is None else value)
    objects = sum(len(image.boxes) for image in images)
    figures = {
        "images": len(images),
        "ap_at_50": round(
            average_precision(np.array(scores), np.concatenate(is_right), objects), 3
        ),
        "f1_at_50": _f1(counts),
    }
    return figures | ({"dice": _mean(dices)} if dices else {})


def _ious(proposals: Sequence[Proposal], image: LabelledImage) -> npt.NDArray[np.float64]:
    """By masks where the truth has them, else by boxes."""
    if image.instances is not None:
        return mask_ious(masks_of(proposals), image.instances)
    return box_ious(_corners(proposals), image.boxes.astype(np.float64))


def masks_of(proposals: Sequence[Proposal]) -> list[Mask]:
    """The masks among what was proposed."""
    return [item.geometry for item in proposals if isinstance(item.geometry, Mask)]


def _corners(proposals: Sequence[Proposal]) -> npt.NDArray[np.float64]:
    boxes = [_box(proposal) for proposal in proposals]
    corners = [(box.x, box.y, box.right, box.bottom) for box in boxes]
    return np.array(corners, dtype=np.float64).reshape(-1, 4)


def _box(proposal: Proposal) -> Box:
    if proposal.soft_mask is not None:
        return proposal.soft_mask.box
    if isinstance(proposal.geometry, Box):
        return proposal.geometry
    raise TypeError("this proposal has neither a box nor a soft mask")


def union_of(masks: Sequence[Mask], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Pixels of any of the masks."""
    union = np.zeros(shape, np.bool_)
    for mask in masks:
        union[mask.box.slices] |= mask.crop()
    return union


def _instances(image: LabelledImage) -> npt.NDArray[np.int32]:
    if image.instances is None:
        raise ValueError(f"{image.name} has no masks")
    return image.instances


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 3)


def _f1(counts: Sequence[tuple[int, int, int]]) -> float:
    right, wrong, missed = (sum(count[part] for count in counts) for part in range(3))
    return round(2 * right / max(2 * right + wrong + missed, 1), 3)


if __name__ == "__main__":
    main()
