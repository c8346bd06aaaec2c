"""Masks of a model moved onto the edges of the regions, all of an image together.

A post-process in the place of a conditional random field: every smallest region is
given as a whole to the mask that most of it belongs to, or to none, where that is
clear; where it is not, its pixels stay as the model had them. A mask is held back where
it is not likely to gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.document.mask import Mask
from core.grouping.agreement import is_improved
from core.grouping.browser import RegionBrowser
from core.grouping.color import RgbImage
from core.grouping.interruption import Check, unchecked
from core.grouping.snapping import fewest_nodes

CLEAR_SHARE = 0.65
"""From this share of a region on it is clear what all of it belongs to."""


@dataclass(frozen=True, slots=True)
class Sharpened:
    """The masks in their order, and how much of them is other than before.

    ``changed_share`` is the number of pixels that were added or taken away over that of
    all masks before. A mask that would have nothing left stays as it was;
    ``held_back_masks`` are those that would change, but hardly for the better.
    """

    masks: tuple[Mask, ...]
    changed_share: float
    changed_masks: int
    held_back_masks: int = 0


def sharpen(
    masks: Sequence[Mask],
    browser: RegionBrowser,
    image: RgbImage | None = None,
    check: Check = unchecked,
) -> Sharpened:
    """Sharpen the masks of one result; they stay disjoint where they were.

    With ``image`` (uint8 RGB, of the browser's size) only masks are changed that are
    likely to gain by it; see ``agreement``. ``check`` is called between masks and may
    raise to stop.
    """
    areas = np.asarray(browser.areas(np.arange(browser.hierarchy.leaf_count)), np.float64)
    moved, helps = [], []
    for mask in masks:
        check()
        shares = browser.leaf_counts(mask, check) / np.maximum(areas, 1e-9)
        moved.append(_sharpened(mask, shares, browser, check))
        check()
        helps.append(_helps(mask, moved[-1], image))
    kept = tuple(
        new if better else old for old, new, better in zip(masks, moved, helps, strict=True)
    )
    changes = [_difference(old, new) for old, new in zip(masks, kept, strict=True)]
    total = sum(mask.area for mask in masks)
    return Sharpened(
        kept,
        sum(changes) / max(total, 1),
        sum(change > 0 for change in changes),
        helps.count(False),
    )


def _helps(raw: Mask, moved: Mask, image: RgbImage | None) -> bool:
    if image is None or raw == moved:
        return True
    return is_improved(raw, moved, image)


def _sharpened(
    mask: Mask, shares: npt.NDArray[np.float64], browser: RegionBrowser, check: Check
) -> Mask:
    whole = shares >= CLEAR_SHARE
    unclear = (shares > 1 - CLEAR_SHARE) & ~whole
    kept = browser.union(fewest_nodes(browser.hierarchy, whole), check)
    if unclear.any():
        rest = browser.union(fewest_nodes(browser.hierarchy, unclear), check)
        kept = kept.united(mask.intersected(rest))
    return mask if kept.is_empty else kept


def _difference(one: Mask, other: Mask) -> int:
    shared = one.intersected(other).area
    return one.area + other.area - 2 * shared
