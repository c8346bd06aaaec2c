"""Object proposals from the hierarchy: nodes that stand out, without near copies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.document.geometry import Size
from core.grouping.browser import RegionBrowser
from core.grouping.hierarchy import Hierarchy
from core.models.proposal import Proposal

SOURCE = "regions"


def proposals(
    hierarchy: Hierarchy,
    size: Size,
    *,
    limit: int = 100,
    min_area_share: float = 0.0004,
    max_area_share: float = 0.7,
    max_overlap: float = 0.7,
) -> tuple[Proposal, ...]:
    """At most ``limit`` class-agnostic candidates with masks, best first.

    A node scores high when it is uniform inside and its surroundings are not
    like it: its own altitude is low and its parent's is high. Nodes below or
    above the shares of the image are left out, and so are nodes whose
    intersection over union with a better one exceeds ``max_overlap``: in a tree
    two regions are apart or one inside the other, so that is a ratio of areas.
    """
    browser = RegionBrowser(hierarchy, size)
    nodes = np.arange(hierarchy.root, dtype=np.int32)
    shares = browser.areas(nodes) / (size.width * size.height)
    nodes = nodes[(shares >= min_area_share) & (shares <= max_area_share)]
    scores = objectness(browser, nodes)
    order = np.lexsort((nodes, -scores))
    kept = _diverse(browser, nodes[order], limit, max_overlap)
    score_of = dict(zip(nodes.tolist(), scores.tolist(), strict=True))
    return tuple(
        Proposal(number, browser.region(node), score_of[node], "", SOURCE)
        for number, node in enumerate(kept, start=1)
    )


def objectness(browser: RegionBrowser, nodes: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """How much each node looks like a thing of its own, within [0, 1]."""
    altitudes = browser.hierarchy.altitudes.astype(np.float64)
    around = altitudes[browser.hierarchy.parents[nodes]]
    stability = around - altitudes[nodes]
    shares = browser.areas(nodes) / (browser.size.width * browser.size.height)
    # Specks stand out easily; size is what tells them from things.
    bigness = np.clip(np.log(shares / 1e-4) / np.log(1e3), 0.0, 1.0)
    score = around * (0.5 + 0.5 * stability) * np.sqrt(bigness)
    return np.asarray(np.clip(score, 0.0, 1.0))


def _diverse(
    browser: RegionBrowser, nodes: npt.NDArray[np.int32], limit: int, max_overlap: float
) -> list[int]:
    """The first ``limit`` nodes that overlap no earlier one by more than ``max_overlap``."""
    first, last = browser.ranges.first[nodes], browser.ranges.last[nodes]
    areas = browser.areas(nodes)
    alive = np.ones(len(nodes), np.bool_)
    kept: list[int] = []
    for place, node in enumerate(nodes.tolist()):
        if not alive[place]:
            continue
        kept.append(node)
        if len(kept) == limit:
            break
        inside = (first >= first[place]) & (last <= last[place])
        around = (first <= first[place]) & (last >= last[place])
        ratio = np.minimum(areas, areas[place]) / np.maximum(areas, areas[place])
        alive &= ~((inside | around) & (ratio > max_overlap))
    return kept
