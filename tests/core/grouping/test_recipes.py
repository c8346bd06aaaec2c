from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document.geometry import Size
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.grouping.build import Recipe
from core.grouping.color import to_lab
from core.grouping.merging import merge_rounds
from core.grouping.ordering import ordered_hierarchy
from core.grouping.region_graph import RegionGraph
from core.grouping.similarity_cost import BOX_COLUMNS, SimilarityCost, similarity_sums
from core.grouping.ward_cost import WardCost
from tests.core.grouping.pictures import Picture, checkerboard, noise_picture, shapes_picture
from tests.core.grouping.test_hierarchy import assert_is_a_tree, leaves_below

RECIPES: list[Recipe] = ["learned", "contrast", "ward", "selective-search"]
PICTURES: dict[str, Picture] = {
    "shapes": shapes_picture(90, 110),
    "noise": noise_picture(40, 50),
    "two colours": checkerboard(40, 40),
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "a row": noise_picture(1, 50),
    "constant": np.full((30, 40, 3), 9, np.uint8),
}


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("name", PICTURES)
def test_every_recipe_gives_a_sound_tree(name: str, recipe: Recipe) -> None:
    assert_is_a_tree(build_hierarchy(PICTURES[name], recipe=recipe))


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_finds_a_thing_of_another_colour(recipe: Recipe) -> None:
    rows, columns = np.mgrid[:150, :200]
    disc = (rows - 70) ** 2 + (columns - 90) ** 2 < 45**2
    noise = np.random.default_rng(4).normal(0, 4, (150, 200, 3))
    colors = np.where(disc[..., None], (190, 60, 50), (60, 110, 70)) + noise
    browser = RegionBrowser(
        build_hierarchy(colors.clip(0, 255).astype(np.uint8), recipe=recipe), Size(200, 150)
    )
    regions = [
        browser.region(int(node)).to_array(browser.size)
        for node in browser.ancestors(browser.leaf_at(90, 70))
    ]
    assert max((region & disc).sum() / (region | disc).sum() for region in regions) > 0.95


def test_an_unknown_recipe_is_refused() -> None:
    with pytest.raises(ValueError, match="no grouping recipe"):
        build_hierarchy(shapes_picture(), recipe=cast(Recipe, "magic"))


def sets_of(hierarchy_parents: npt.NDArray[np.int32], leaves: int) -> set[frozenset[int]]:
    below: list[set[int]] = [{n} if n < leaves else set() for n in range(len(hierarchy_parents))]
    for node, parent in enumerate(hierarchy_parents[:-1].tolist()):
        below[parent] |= below[node]
    return {frozenset(item) for item in below}


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 30), st.integers(0, 10_000))
def test_ward_is_higras_where_every_region_neighbours_every_other(count: int, seed: int) -> None:
    higra = pytest.importorskip("higra")
    rng = np.random.default_rng(seed)
    areas, colors = rng.integers(1, 60, count).astype(np.float64), rng.normal(0, 30, (count, 3))
    pairs = np.array(np.triu_indices(count, 1), np.int32).T
    sums = np.concatenate([areas[:, None], colors * areas[:, None]], axis=1)
    graph = RegionGraph(sums, pairs, np.ones((len(pairs), 3)))
    parents, altitudes = merge_rounds(graph, WardCost(), lambda done: None)

    higra_graph = higra.UndirectedGraph(count)
    higra_graph.add_edges(pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64))
    tree, expected = higra.binary_partition_tree_ward_linkage(higra_graph, colors, areas)
    assert sets_of(parents, count) == sets_of(tree.parents(), count)
    growth = expected[count:]
    squashed = growth / (growth + WardCost().half_cost)
    assert np.allclose(np.sort(altitudes[count:]), np.sort(squashed), rtol=1e-9)


def test_similarities_are_those_of_the_united_pixels() -> None:
    rng = np.random.default_rng(1)
    lab = to_lab(shapes_picture(40, 50))
    labels = (np.arange(2000).reshape(40, 50) % 50 // 10).astype(np.int32)
    parts = similarity_sums(labels, lab)
    pairs = np.array([[n, n + 1] for n in range(4)], np.int32)
    graph = RegionGraph(parts, pairs, np.ones((4, 3)), maximum_columns=BOX_COLUMNS)
    seen: list[npt.NDArray[np.float64]] = []

    def cost(
        first: npt.NDArray[np.float64],
        second: npt.NDArray[np.float64],
        border: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.float64]:
        seen.extend([first, second])
        return SimilarityCost(2000.0)(first, second, border)

    parents, altitudes = merge_rounds(graph, cost, lambda done: None)
    rows = np.concatenate(seen)
    tree = ordered_hierarchy(labels, parents, altitudes)
    for leaves in leaves_below(tree):
        if len(leaves) == 5:
            continue
        united = np.isin(tree.leaf_labels, list(leaves)).astype(np.int32)
        expected = similarity_sums(united, lab)[1]
        assert np.isclose(rows, expected).all(axis=1).any()
    pair = rows[rng.permutation(len(rows))]
    costs = SimilarityCost(2000.0)(rows, pair, np.ones((len(rows), 3)))
    assert costs.min() >= 0
    assert costs.max() <= 1
