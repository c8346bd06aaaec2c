"""The best combination of regions for a box or a scribble."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.document.geometry import Box, FloatArray
from core.grouping.browser import RegionBrowser
from core.grouping.combinations import NO_NODE, Candidates, combine
from core.grouping.interruption import Check, unchecked
from core.grouping.node_statistics import NodeStatistics
from core.grouping.objectness import bundled_objectness, objectness
from core.grouping.region_graph import SumArray

_LEAST_AREA_SHARE = 0.00005


@dataclass(frozen=True, slots=True, eq=False)
class RegionSelector:
    """Chooses regions of one image; made once per image (about 0.2 s), then asked often.

    The candidates are nodes and pairs and triples of neighbours, so a choice is
    one to three nodes.
    """

    browser: RegionBrowser
    candidates: Candidates
    scores: SumArray
    shape: tuple[int, int]

    @classmethod
    def of(cls, browser: RegionBrowser, check: Check = unchecked) -> RegionSelector:
        """Find and score the candidates of an image; ``check`` may raise to stop."""
        statistics = NodeStatistics.of(browser.hierarchy, browser.ranges, check)
        found = combine(
            browser.hierarchy,
            browser.ranges,
            statistics,
            min_area_share=_LEAST_AREA_SHARE,
            check=check,
        )
        check()
        scores = objectness(found, statistics.shape, bundled_objectness())
        return cls(browser, found, scores, statistics.shape)

    def in_box(self, box: Box) -> tuple[int, ...]:
        """The nodes that fill a box best, with an outline like a thing's; () if none does.

        ``box`` lies in image coordinates, tight around the wanted object.
        """
        if not len(self.candidates):
            return ()
        height, width = self.shape
        across, down = width / self.browser.size.width, height / self.browser.size.height
        left, top, right, bottom = self.candidates.edges.T * [[-1], [-1], [1], [1]]
        shared_width = np.minimum(right, box.right * across) - np.maximum(left, box.x * across)
        shared_height = np.minimum(bottom, box.bottom * down) - np.maximum(top, box.y * down)
        shared = np.maximum(shared_width, 0) * np.maximum(shared_height, 0)
        wanted = box.width * across * box.height * down
        overlap = shared / np.maximum((right - left) * (bottom - top) + wanted - shared, 1e-9)
        return self._best(overlap**_BOX_POWER * (self.scores + _BASE_SCORE))

    def under_scribble(
        self, points: FloatArray, avoided: FloatArray | None = None
    ) -> tuple[int, ...]:
        """The nodes that hold a scribble and look most like one thing; () if none does.

        ``points`` is a line (n, 2) of the image inside the object, ``avoided``
        one outside it.
        """
        if not len(self.candidates):
            return ()
        held = self._share_inside(points)
        fit = held**_SCRIBBLE_POWER * (self.scores + _BASE_SCORE)
        if avoided is not None:
            fit *= (1.0 - self._share_inside(avoided)) ** _SCRIBBLE_POWER
        return self._best(fit)

    def _best(self, fit: SumArray) -> tuple[int, ...]:
        best = int(fit.argmax())
        if fit[best] <= 0:
            return ()
        return tuple(int(node) for node in self.candidates.nodes[best] if node != NO_NODE)

    def _share_inside(self, points: FloatArray) -> SumArray:
        """Of the pixels under a line the share that every candidate holds."""
        leaves = _leaves_under(self.browser, points)
        counts = np.bincount(leaves, minlength=self.browser.hierarchy.leaf_count)
        below = np.concatenate([[0], np.cumsum(counts)])
        nodes, ranges = self.candidates.nodes, self.browser.ranges
        used = np.where(nodes != NO_NODE, nodes, 0)
        inside = (below[ranges.last[used]] - below[ranges.first[used]]) * (nodes != NO_NODE)
        return np.asarray(inside.sum(axis=1) / max(len(leaves), 1))


def _leaves_under(browser: RegionBrowser, points: FloatArray) -> npt.NDArray[np.int64]:
    """Leaf of every pixel-long step along a line."""
    steps = [points[:1]]
    for one, other in itertools.pairwise(points):
        count = max(1, int(np.ceil(np.abs(other - one).max())))
        shares = np.arange(1, count + 1)[:, None] / count
        steps.append(one + (other - one) * shares)
    return np.array([browser.leaf_at(x, y) for x, y in np.concatenate(steps).tolist()], np.int64)


_BOX_POWER, _SCRIBBLE_POWER, _BASE_SCORE = 8.0, 4.0, 0.02
