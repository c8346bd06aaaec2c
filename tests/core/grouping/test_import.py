from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.core.grouping.pictures import shapes_picture


def test_importing_grouping_loads_nothing_heavy() -> None:
    check = "import core.grouping, sys; print({'skimage', 'torch'} & set(sys.modules) or 'none')"
    done = subprocess.run(
        [sys.executable, "-c", check],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "none", done.stderr


def test_a_researcher_gets_a_tree_and_superpixels_by_two_names() -> None:
    import core.grouping

    assert core.grouping.__all__ == ["build_hierarchy", "superpixels"]
    image = shapes_picture(60, 80)
    tree = core.grouping.build_hierarchy(image)
    nodes = np.arange(len(tree.parents))
    assert tree.leaf_labels.shape == image.shape[:2]
    leaves = int(tree.leaf_labels.max()) + 1
    assert np.array_equal(np.unique(tree.leaf_labels), np.arange(leaves))
    assert len(nodes) == 2 * leaves - 1
    assert (tree.parents[:-1] > nodes[:-1]).all()
    assert tree.parents[-1] == nodes[-1]
    assert tree.altitudes.min() >= 0
    assert tree.altitudes.max() <= 1
    assert (tree.altitudes[tree.parents] >= tree.altitudes).all()
    labels = core.grouping.superpixels(image, 20)
    assert labels.shape == image.shape[:2]
    assert np.array_equal(np.unique(labels), np.arange(20))
