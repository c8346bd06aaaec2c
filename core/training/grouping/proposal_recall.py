"""Recall of region proposals on a COCO file, beside a selective-search grouping."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.document.geometry import Size
from core.grouping.build import build_hierarchy
from core.grouping.color import RgbImage
from core.grouping.hierarchy import Hierarchy, LeafRanges
from core.grouping.node_statistics import NodeStatistics
from core.grouping.objectness import bundled_objectness
from core.grouping.region_proposals import rank
from core.imaging.reading import read_image
from core.imaging.run_lengths import decode
from core.training.grouping.object_samples import node_overlaps, overlaps_with
from core.training.grouping.pictures import reduced
from core.training.grouping.recall import NUMBERS, recall
from core.training.grouping.references import selective_search_order, selective_search_trees

BoolArray = npt.NDArray[np.bool_]


def measure_proposals(
    annotations: Path, images: Path, left_out: Collection[int], every: int
) -> list[list[str]]:
    """Rows of a table: method, then AR, recall at .5 and .7 at each number, and time.

    Pictures whose licence id is in ``left_out`` are not used: those trained on.
    """
    ours, theirs, seconds = [], [], []
    rng = np.random.default_rng(0)
    for image, masks in labelled_objects(annotations, images, left_out, every):
        start = time.process_time()
        hierarchy = build_hierarchy(image)
        ranked = rank(hierarchy, bundled_objectness(), limit=max(NUMBERS))
        middle = time.process_time()
        ranges = LeafRanges.of(hierarchy)
        ours.append(overlaps_with(ranked.candidates, hierarchy, ranges, masks))
        begin = time.process_time()
        trees = selective_search_trees(reduced(image))
        order = selective_search_order(rng, trees)[: 4 * max(NUMBERS)]
        seconds.append((middle - start, time.process_time() - begin))
        theirs.append(_of_trees(trees, order, masks))
    ours_s, theirs_s = np.median(seconds, axis=0)
    return [
        ["nodes, pairs, triples, learned score", *_cells(ours), f"{1000 * ours_s:.0f}"],
        ["selective-search grouping (4 trees)", *_cells(theirs), f"{1000 * theirs_s:.0f}"],
    ]


def labelled_objects(
    annotations: Path, images: Path, left_out: Collection[int], every: int
) -> Iterator[tuple[RgbImage, list[BoolArray]]]:
    """Every n-th picture of a COCO file with the masks of its objects, crowds left out."""
    from pycocotools import mask as coco_masks

    content = json.loads(annotations.read_text(encoding="utf-8"))
    kept = [item for item in content["images"] if item.get("license") not in left_out]
    for entry in kept[::every]:
        height, width = entry["height"], entry["width"]
        masks = []
        for item in content["annotations"]:
            if item["image_id"] == entry["id"] and not item.get("iscrowd"):
                shape = item["segmentation"]
                if isinstance(shape, list):
                    shape = coco_masks.merge(coco_masks.frPyObjects(shape, height, width))
                mask = decode(shape, Size(width, height))
                masks.append(mask.to_array(Size(width, height)))
        if masks:
            yield read_image(images / entry["file_name"]), masks


def _of_trees(
    trees: list[Hierarchy], order: npt.NDArray[np.int64], masks: list[BoolArray]
) -> npt.NDArray[np.float64]:
    """Overlaps in ranked order; a region that several trees have counts once."""
    import cv2

    size = trees[0].leaf_labels.shape[::-1]
    small = [
        cv2.resize(mask.view(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(np.bool_)
        for mask in masks
    ]
    found = [node_overlaps(tree, LeafRanges.of(tree), small) for tree in trees]
    rows = np.stack([found[tree][node] for tree, node in order.tolist()])
    return np.asarray(rows[_first_of_each(trees, order)])


def _first_of_each(trees: list[Hierarchy], order: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    shapes = [NodeStatistics.of(tree, LeafRanges.of(tree)).shapes for tree in trees]
    # Area and first and second moments tell regions apart.
    keys = np.stack([shapes[tree][node] for tree, node in order.tolist()])
    _, first = np.unique(keys, axis=0, return_index=True)
    return np.sort(first)


def _cells(overlaps: list[npt.NDArray[np.float64]]) -> list[str]:
    return [
        f"{row.average:.3f} / {row.at_half:.3f} / {row.at_seventy:.3f}" for row in recall(overlaps)
    ]
