"""The regions of one image as tools ask for them: the tree, and its best combinations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.document.geometry import Box, FloatArray
from core.document.mask import Mask
from core.grouping.browser import RegionBrowser
from core.grouping.selection import RegionSelector
from core.grouping.superpixel_methods import SuperpixelMethod


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """Which regions a person wants: the hierarchy's own leaves, or so many superpixels."""

    method: SuperpixelMethod = "hierarchy"
    count: int = 0

    def key(self, digest: str) -> str:
        """Name of the regions of an image in the project's cache."""
        return f"{digest}/{self.method}/{self.count}"


class ImageRegions:
    """Answers a region tool. ``selector`` comes a moment after the tree.

    Of a large image a first tree comes with smaller labels, so that it can be used
    at once; it is not ``final``, and the one that follows has the same nodes.
    """

    def __init__(
        self,
        browser: RegionBrowser,
        choice: RegionChoice,
        selector: RegionSelector | None = None,
        *,
        final: bool = True,
    ) -> None:
        self.final = final
        self.blurred: Callable[[int], None] = lambda _node: None
        """Told of a region that was shown while its borders were not known exactly."""
        self.browser = browser
        self.choice = choice
        self.selector = selector

    def leaf_at(self, x: float, y: float, /) -> int:
        """The smallest region under a point."""
        return self.browser.leaf_at(x, y)

    def levels(self, leaf: int, /) -> npt.NDArray[np.integer[Any]]:
        """The regions around a leaf that a step stops at."""
        return self.browser.levels(leaf)

    def areas(self, nodes: npt.NDArray[np.integer[Any]], /) -> npt.NDArray[np.float64]:
        """Pixels of several regions."""
        return self.browser.areas(nodes)

    def region(self, node: int, /) -> Mask:
        """The pixels of a region."""
        return self.browser.region(node)

    def glance(self, node: int, /) -> Mask:
        """The pixels of a region, to be shown at once; borders may be a few pixels off."""
        if not self.browser.is_sharp(node):
            self.blurred(node)
        return self.browser.glance(node)

    def is_sharp(self, node: int, /) -> bool:
        """Whether ``glance`` gives what ``region`` does."""
        return self.browser.is_sharp(node)

    def opening_node(self, x: float, y: float, area_px: float | None, /) -> int:
        """The region under a point whose area is nearest to the one accepted last."""
        return self.browser.opening_node(x, y, area_px)

    def in_box(self, box: Box, /) -> Mask | None:
        """The regions that fill a box best together."""
        if self.selector is None:
            return None
        return self.browser.union(self.selector.in_box(box))

    def under_scribble(self, points: FloatArray, /) -> Mask | None:
        """The regions that hold a line best together."""
        if self.selector is None:
            return None
        return self.browser.union(self.selector.under_scribble(points))

    @property
    def byte_count(self) -> int:
        """Memory of the tree; the picture itself belongs to the image loader."""
        tree = self.browser.hierarchy
        return tree.leaf_labels.nbytes + tree.parents.nbytes + tree.altitudes.nbytes
