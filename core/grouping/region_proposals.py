"""Object proposals from the hierarchy: nodes and their combinations, ranked and diversified."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.document.geometry import Size
from core.grouping.browser import RegionBrowser
from core.grouping.combinations import NO_NODE, Candidates, combine
from core.grouping.diversity import Diversity, diverse
from core.grouping.hierarchy import Hierarchy, LeafRanges
from core.grouping.interruption import Check, unchecked
from core.grouping.node_statistics import AREA, NodeStatistics
from core.grouping.objectness import bundled_objectness, objectness
from core.grouping.perceptron import Perceptron
from core.grouping.region_graph import SumArray
from core.models.proposal import Proposal

SOURCE = "regions"

_POOL = 12_000
_PART_FACTORS = np.array([1.0, 0.6, 0.4])
"""Combinations are many and alike, so one must look better than a node to come first."""


@dataclass(frozen=True, slots=True, eq=False)
class RankedCandidates:
    """Candidates in the order in which they would be shown, with falling scores in [0, 1]."""

    candidates: Candidates
    scores: SumArray


def proposals(
    hierarchy: Hierarchy,
    size: Size,
    *,
    limit: int = 100,
    min_area_share: float = 0.0004,
    max_area_share: float = 0.7,
    max_overlap: float = 0.8,
    check: Check = unchecked,
) -> tuple[Proposal, ...]:
    """At most ``limit`` class-agnostic candidates with masks, best first.

    Nodes, pairs and triples of neighbouring nodes, scored by the bundled
    objectness; the score falls with the overlap with better ones. Candidates
    below or above the shares of the image are left out, and so are those whose
    intersection over union with a better one exceeds ``max_overlap``. ``check`` is
    called often and may raise to stop.
    """
    ranked = rank(
        hierarchy,
        bundled_objectness(),
        limit=limit,
        min_area_share=min_area_share,
        max_area_share=max_area_share,
        diversity=Diversity(max_overlap),
        check=check,
    )
    browser = RegionBrowser(hierarchy, size)
    return tuple(
        Proposal(number, browser.union(used_nodes(nodes), check), float(score), "", SOURCE)
        for number, (nodes, score) in enumerate(
            zip(ranked.candidates.nodes, ranked.scores, strict=True), start=1
        )
    )


def rank(
    hierarchy: Hierarchy,
    scorer: Perceptron,
    *,
    limit: int,
    min_area_share: float = 0.0004,
    max_area_share: float = 0.7,
    diversity: Diversity = Diversity(),  # noqa: B008 - frozen
    check: Check = unchecked,
) -> RankedCandidates:
    """The ranking behind ``proposals``, as nodes; made for measuring and for other scorers."""
    ranges = LeafRanges.of(hierarchy)
    statistics = NodeStatistics.of(hierarchy, ranges, check)
    found = combine(
        hierarchy,
        ranges,
        statistics,
        min_area_share=min_area_share,
        max_area_share=max_area_share,
        check=check,
    )
    check()
    scores = objectness(found, statistics.shape, scorer)
    scores *= _PART_FACTORS[(found.nodes != NO_NODE).sum(axis=1) - 1]
    order = np.argsort(-scores, kind="stable")[:_POOL]
    pool, leaf_areas = found.only(order), statistics.shapes[: hierarchy.leaf_count, AREA]
    chosen, lowered = diverse(pool, ranges, leaf_areas, scores[order], limit, diversity, check)
    return RankedCandidates(pool.only(chosen), lowered)


def used_nodes(nodes: npt.NDArray[np.int32]) -> tuple[int, ...]:
    """The nodes of one row of candidates."""
    return tuple(int(node) for node in nodes if node != NO_NODE)
