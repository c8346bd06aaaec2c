from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.grouping import build_hierarchy
from core.grouping.combinations import combine
from core.grouping.hierarchy import LeafRanges
from core.grouping.node_statistics import NodeStatistics
from core.grouping.objectness import bundled_objectness, object_features
from core.grouping.region_proposals import rank, used_nodes
from core.training.grouping.boundaries import best_boundary_f, boundary_counts, score_superpixels
from core.training.grouping.covering import cover_scales, summarise
from core.training.grouping.grabcut_robot import grabcut_overlaps
from core.training.grouping.measure import table
from core.training.grouping.object_samples import node_overlaps, overlaps_with, recall_share
from core.training.grouping.proposal_recall import labelled_objects, measure_proposals
from core.training.grouping.recall import recall
from core.training.grouping.references import higra_watershed, selective_search_trees
from tests.core.grouping.pictures import shapes_picture
from tests.core.grouping.test_hierarchy import assert_is_a_tree
from tests.core.training.grouping.test_measures import four_columns


def halves() -> np.ndarray:
    return np.repeat([[7, 9]], 10, axis=0).repeat(10, axis=1)


def test_superpixels_that_fit_have_full_marks() -> None:
    quarters = np.repeat([[0, 1, 2, 3]], 10, axis=0).repeat(5, axis=1)
    score = score_superpixels(quarters, [halves()])
    assert (score.recall, score.undersegmentation, score.asa) == (1.0, 0.0, 1.0)
    thirds = np.repeat(np.repeat([[0, 1]], 10, axis=0), [5, 15], axis=1)
    leaking = score_superpixels(thirds, [halves()])
    # The right part leaks 50 of its 150 pixels, counted on both sides of the border.
    assert leaking.undersegmentation == pytest.approx(100 / 200)
    assert leaking.asa == pytest.approx(150 / 200)
    assert leaking.recall == 0.0


def test_boundaries_of_a_fitting_cut_have_an_f_of_one() -> None:
    assert best_boundary_f([boundary_counts(four_columns(), [halves()])]) == pytest.approx(1.0)


def test_flat_scales_cover_as_a_tree_would() -> None:
    quarters = np.repeat([[0, 1, 2, 3]], 10, axis=0).repeat(5, axis=1)
    score = summarise([cover_scales([quarters, halves()], [halves()])])
    assert score.ods == score.best == 1.0
    assert summarise([cover_scales([quarters], [halves()])]).ods == pytest.approx(0.5)


def test_recall_counts_the_objects_found_among_the_first() -> None:
    overlaps = np.zeros((20, 2))
    overlaps[3, 0], overlaps[15, 1] = 0.55, 1.0
    first, later, _ = recall([overlaps])
    assert (first.number, first.at_half, first.at_seventy) == (10, 0.5, 0.0)
    assert first.average == pytest.approx(0.1)
    assert (later.at_half, later.at_seventy) == (1.0, 0.5)
    assert later.average == pytest.approx(0.6)
    assert recall([np.zeros((0, 3))])[0].average == 0


def test_overlaps_are_those_of_the_pixels() -> None:
    hierarchy = build_hierarchy(shapes_picture(50, 60))
    ranges = LeafRanges.of(hierarchy)
    statistics = NodeStatistics.of(hierarchy, ranges)
    found = combine(hierarchy, ranges, statistics, regions=12)
    mask = np.zeros((50, 60), np.bool_)
    mask[10:30, 5:40] = True
    overlaps = overlaps_with(found, hierarchy, ranges, [mask])
    singles = node_overlaps(hierarchy, ranges, [mask])
    for row in range(0, len(found), 17):
        leaves = [
            np.arange(ranges.first[node], ranges.last[node])
            for node in used_nodes(found.nodes[row])
        ]
        pixels = np.isin(hierarchy.leaf_labels, np.concatenate(leaves))
        assert overlaps[row, 0] == pytest.approx((pixels & mask).sum() / (pixels | mask).sum())
        if len(leaves) == 1:
            assert overlaps[row, 0] == singles[found.nodes[row, 0], 0]
    assert recall_share(np.array([0.3, 0.975, 1.0])).tolist() == [0, 1, 1]


def test_objectness_prefers_things_and_its_features_are_finite() -> None:
    rows, columns = np.mgrid[:120, :160]
    disc = (rows - 55) ** 2 + (columns - 90) ** 2 < 30**2
    noise = np.random.default_rng(1).normal(0, 3, (120, 160, 3))
    colors = np.where(disc[..., None], (210, 60, 50), (60, 90, 110)) + noise
    hierarchy = build_hierarchy(colors.clip(0, 255).astype(np.uint8))
    ranges = LeafRanges.of(hierarchy)
    statistics = NodeStatistics.of(hierarchy, ranges)
    found = combine(hierarchy, ranges, statistics)
    assert np.isfinite(object_features(found, statistics.shape)).all()
    ranked = rank(hierarchy, bundled_objectness(), limit=5)
    assert (np.diff(ranked.scores) <= 0).all()
    assert overlaps_with(ranked.candidates, hierarchy, ranges, [disc]).max() > 0.95


def test_references_give_sound_trees() -> None:
    picture = shapes_picture(60, 70)
    for tree in selective_search_trees(picture):
        assert_is_a_tree(tree)
    pytest.importorskip("higra")
    for attribute in ("area", "dynamics", "volume"):
        assert_is_a_tree(higra_watershed(picture, attribute))


def test_grabcut_starts_with_the_box_and_gets_better() -> None:
    rows, columns = np.mgrid[:80, :100]
    disc = (rows - 40) ** 2 + (columns - 50) ** 2 < 22**2
    noise = np.random.default_rng(1).normal(0, 8, (80, 100, 3))
    colors = np.where(disc[..., None], (210, 60, 50), (60, 90, 110)) + noise
    image = colors.clip(0, 255).astype(np.uint8)
    overlaps = grabcut_overlaps(image, disc, np.ones_like(disc), 3)
    assert len(overlaps) == 3
    assert max(overlaps) > 0.9


def test_objects_of_a_coco_file_are_measured(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), shapes_picture(60, 80))
    square = [10, 10, 50, 10, 50, 50, 10, 50]
    runs = {"counts": [0, 60, 4740], "size": [60, 80]}
    image = {"file_name": "one.png", "width": 80, "height": 60}
    content = {
        "images": [{"id": 1, "license": 1, **image}, {"id": 2, "license": 4, **image}],
        "annotations": [
            {"image_id": 1, "segmentation": [square], "iscrowd": 0},
            {"image_id": 1, "segmentation": runs, "iscrowd": 0},
            {"image_id": 1, "segmentation": runs, "iscrowd": 1},
            {"image_id": 2, "segmentation": [square], "iscrowd": 0},
        ],
    }
    file = tmp_path / "a.json"
    file.write_text(json.dumps(content))
    ((_, masks),) = labelled_objects(file, tmp_path, {4}, 1)
    assert [int(mask.sum()) for mask in masks] == [1600, 60]
    rows = measure_proposals(file, tmp_path, {4}, 1)
    assert [len(row) for row in rows] == [5, 5]
    assert "| a | b |" in table("T", ["a", "b"], [["1", "2"]])


def beaten(shared_data: Path) -> tuple[list[str], list[str]]:
    folder = shared_data / "coco_tiny"
    first, second = measure_proposals(folder / "instances.json", folder / "images", {4, 5, 7}, 1)
    return first, second


@pytest.mark.slow
def test_proposals_beat_selective_search_at_every_number(shared_data: Path) -> None:
    ours, theirs = beaten(shared_data)
    for one, other in zip(ours[1:4], theirs[1:4], strict=True):
        pairs = zip(one.split(" / "), other.split(" / "), strict=True)
        assert all(float(value) >= float(reference) for value, reference in pairs)
