"""Pictures much larger than a network's input: tiles, and each object once. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.document.annotation import bounds_of_geometry
from core.document.geometry import Size
from core.document.mask import PixelBox
from core.errors import ModelError
from core.models.adapter import RgbImage
from core.models.overlap import Extent, overlap, same_kind
from core.models.proposal import Proposal, SoftMask
from core.models.specification import ModelFamily, ModelSpec, SettingValue

OVERLAP = 0.2
MUCH_LARGER = 4.0
LOWEST_SCORE_IN_TILES = 0.05
SMALLEST_TILE_PX = 64
_EDGE_PENALTY = 0.5
_SAME_IOU = 0.5
_SAME_SHARE = 0.7
_EDGE_PX = 1.5

Propose = Callable[[RgbImage], tuple[Proposal, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class TileFinding:
    """A candidate in the coordinates of the image.

    ``tile`` numbers where it was found, −1 being the whole image; ``is_cut``
    says that it touches an inner edge of its tile, so that it likely goes on.
    """

    proposal: Proposal
    tile: int
    is_cut: bool


def tile_side_px(spec: ModelSpec, size: Size, settings: Mapping[str, SettingValue]) -> int:
    """Side of the tiles that a picture should be cut into, 0 for leaving it whole.

    A detector shrinks a picture to its input size, and objects below about 10 px
    vanish there: a picture that would be shrunk ``MUCH_LARGER`` times or more is
    cut. The setting ``tile_px`` decides instead where it is given (0: whole).
    Semantic models see a picture of any size in their own way.
    Raises ModelError for a setting that is no side.
    """
    if spec.family is ModelFamily.SEMANTIC:
        return 0
    if "tile_px" in settings:
        return _wanted_side(settings["tile_px"])
    fixed = int(spec.preprocessing.get("fixed_side_px", 0))
    short = int(spec.preprocessing.get("short_side_px", fixed))
    long = int(spec.preprocessing.get("long_side_px", 2 * fixed))
    if not short or not long:
        return 0
    shrunk = max(min(size.width, size.height) / short, max(size.width, size.height) / long)
    if fixed:
        shrunk = max(size.width, size.height) / fixed
    return long if shrunk >= MUCH_LARGER else 0


def _wanted_side(value: SettingValue) -> int:
    if isinstance(value, str) or not (value == 0 or value >= SMALLEST_TILE_PX):
        raise ModelError(
            f"The setting tile_px cannot be {value!r}.",
            f"It is 0 for the whole picture, or a side of at least {SMALLEST_TILE_PX} pixels.",
        )
    return int(value)


def tiles(size: Size, tile_px: int) -> tuple[PixelBox, ...]:
    """Tiles of at most this side that cover the image and overlap by a fifth or more."""
    width, height = min(tile_px, size.width), min(tile_px, size.height)
    return tuple(
        PixelBox(left, top, width, height)
        for top in _starts(size.height, height)
        for left in _starts(size.width, width)
    )


def propose_in_tiles(
    image: RgbImage, tile_px: int, propose: Propose, *, with_whole: bool = False
) -> tuple[Proposal, ...]:
    """Candidates of overlapping tiles, each object once, best first.

    ``with_whole`` runs the model over the whole image too, for objects that no
    tile holds; that comes first.
    """
    size = Size(image.shape[1], image.shape[0])
    found: list[TileFinding] = []
    if with_whole:
        largest_in_a_tile = OVERLAP * tile_px
        found.extend(
            TileFinding(item, -1, is_cut=False)
            for item in propose(image)
            if _longer_side(item) >= largest_in_a_tile
        )
    for number, tile in enumerate(tiles(size, tile_px)):
        for item in propose(np.ascontiguousarray(image[tile.slices])):
            if item.score >= LOWEST_SCORE_IN_TILES:
                is_cut = _is_cut(item, tile, size)
                found.append(TileFinding(_moved(item, tile.left, tile.top), number, is_cut))
    return merge_findings(found)


def merge_findings(found: Sequence[TileFinding]) -> tuple[Proposal, ...]:
    """Candidates best first, each object once.

    One that was cut loses half of its score. Of two of the same class from
    different tiles the better one stays when they overlap with IoU above 0.5, or
    share more than 0.7 of the smaller one, as a piece does with the whole. A piece
    gives way to a whole that is not much worse.
    """
    items = [
        replace(one.proposal, score=one.proposal.score * (_EDGE_PENALTY if one.is_cut else 1.0))
        for one in found
    ]
    order = sorted(range(len(items)), key=lambda place: -items[place].score)
    ranked = [items[place] for place in order]
    origins = np.array([found[place].tile for place in order], np.int64)
    cut = np.array([found[place].is_cut for place in order], np.bool_)
    alive = _survivors(ranked, origins, cut)
    kept = [item for item, stays in zip(ranked, alive.tolist(), strict=True) if stays]
    return tuple(replace(item, id=number) for number, item in enumerate(kept))


def _survivors(
    ranked: Sequence[Proposal], origins: npt.NDArray[np.int64], cut: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Which of the candidates, best first, are not covered by a better one."""
    extent = Extent.of([item.geometry for item in ranked])
    numbers: dict[str, int] = {}
    labels = np.array([numbers.setdefault(item.label, len(numbers)) for item in ranked], np.int64)
    alive = np.ones(len(ranked), np.bool_)
    for place in range(len(ranked)):
        if not alive[place]:
            continue
        later = np.arange(place + 1, len(ranked))
        later = later[alive[later] & (labels[later] == labels[place])]
        later = later[origins[later] != origins[place]]
        later = later[extent.shared(place, later) > 0]
        rivals = [rival for rival in later.tolist() if _are_same(ranked[place], ranked[rival])]
        wholes = (rival for rival in rivals if cut[place] and not cut[rival])
        lowest = _EDGE_PENALTY * ranked[place].score
        if any(
            ranked[whole].score >= lowest and extent.areas[whole] > extent.areas[place]
            for whole in wholes
        ):
            alive[place] = False
        else:
            alive[rivals] = False
    return alive


def _are_same(one: Proposal, other: Proposal) -> bool:
    if not same_kind(one.geometry, other.geometry):
        return False
    iou, share = overlap(one.geometry, other.geometry)
    return iou > _SAME_IOU or share > _SAME_SHARE


def _starts(length: int, tile: int) -> Iterator[int]:
    """Where tiles begin along one side, evenly spread."""
    if length <= tile:
        yield 0
        return
    count = int(np.ceil((length - tile) / (tile * (1 - OVERLAP)))) + 1
    for start in np.linspace(0, length - tile, count):
        yield int(start)


def _is_cut(item: Proposal, tile: PixelBox, size: Size) -> bool:
    """Whether a candidate, in its tile's coordinates, touches an edge inside the image."""
    box = bounds_of_geometry(item.geometry)
    return (
        (tile.left > 0 and box.x < _EDGE_PX)
        or (tile.top > 0 and box.y < _EDGE_PX)
        or (tile.right < size.width and box.right > tile.width - _EDGE_PX)
        or (tile.bottom < size.height and box.bottom > tile.height - _EDGE_PX)
    )


def _longer_side(item: Proposal) -> float:
    box = bounds_of_geometry(item.geometry)
    return max(box.width, box.height)


def _moved(item: Proposal, dx: int, dy: int) -> Proposal:
    soft = item.soft_mask
    return replace(
        item,
        geometry=item.geometry.moved(dx, dy),
        soft_mask=SoftMask(soft.box.moved(dx, dy), soft.values) if soft else None,
    )
