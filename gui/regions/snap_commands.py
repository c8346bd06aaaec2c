"""Snapping: objects and proposals moved onto the edges of the regions, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from core.document.annotation import Annotation, Geometry
from core.document.geometry import Box, Polygon, RotatedBox, Size
from core.document.mask import Mask
from core.editing.reshaping import reshape
from core.errors import MaskwrightError
from core.grouping.agreement import is_improved
from core.grouping.browser import RegionBrowser
from core.grouping.snapping import snap
from core.imaging.rasterise import rasterise
from gui.counting import counted
from gui.pictures.image_loading import LoadedImage
from gui.proposals.deck_items import DeckItem
from gui.proposals.proposal_deck import ProposalDeck
from gui.regions.image_regions import ImageRegions
from gui.regions.region_loading import RegionLoader
from gui.session import Session

LEAST_OVERLAP = 0.6
"""Regions that say less than this of a shape (IoU) know no edges of it, so it stays raw."""
_NO_EDGES = "The regions have no edges there that fit; refine them, or paint."
_NO_BETTER = "The regions' edges would not fit this proposal better; it stays as it is."
_ON_EDGES = "This lies on the edges of the regions already."


@dataclass(frozen=True, slots=True, eq=False)
class _Snapped:
    """A shape on the edges of the regions, and the one it came from."""

    raw: Geometry
    snapped: Geometry


class SnapCommands(QObject):
    """One key turns what is selected, or else the current proposal, to and fro."""

    def __init__(
        self,
        session: Session,
        deck: ProposalDeck,
        regions: RegionLoader,
        picture: Callable[[], LoadedImage | None],
        parent: QObject | None = None,
    ) -> None:
        """``picture`` gives the full picture on the screen, None while it is on its way."""
        super().__init__(parent)
        self._session = session
        self._deck = deck
        self._regions = regions
        self._picture = picture
        self._objects: dict[int, _Snapped] = {}
        self._proposals: dict[tuple[str, int], _Snapped] = {}
        session.image_changed.connect(lambda _image: self._forget())

    def toggle(self) -> None:
        """Snap, or bring the raw shape back; selected objects are one step that can be undone.

        What people selected is snapped because they say so; a proposal only where its
        colours speak for it, as ``SnapOffers`` says beforehand.
        """
        image = self._session.image
        regions = None if image is None else self._regions.source(image.id)
        chosen = self._session.selected()
        current = self._deck.current
        if image is None or self._session.document is None:
            return
        if regions is None:
            self._say("The regions of this image are still being computed.")
        elif chosen:
            self._toggle_objects(chosen, regions)
        elif current is not None:
            self._toggle_proposal(current, regions)
        else:
            self._say("Select an object, or point at a proposal, to snap it to the regions.")

    def _toggle_objects(self, chosen: tuple[Annotation, ...], regions: ImageRegions) -> None:
        document = self._session.document
        assert document is not None  # noqa: S101 - said by toggle
        known = [self._objects.get(item.id) for item in chosen]
        back = all(
            pair is not None and item.geometry == pair.snapped
            for item, pair in zip(chosen, known, strict=True)
        )
        shapes: dict[int, Geometry] = {}
        is_there = False
        for item, pair in zip(chosen, known, strict=True):
            if back and pair is not None:
                shapes[item.id] = pair.raw
            else:
                found = snapped_shape(item.geometry, regions, document.size)
                is_there = is_there or found == item.geometry
                if found is not None and found != item.geometry:
                    self._objects[item.id] = _Snapped(item.geometry, found)
                    shapes[item.id] = found
        if not shapes:
            self._say(_ON_EDGES if is_there else _NO_EDGES)
            return
        name = "Unsnap" if back else "Snap to regions"
        try:
            change = reshape(document, shapes, name)
        except MaskwrightError as error:
            self._session.error_raised.emit(error)
            return
        if self._session.apply(change):
            self._session.select(frozenset(item.id for item in chosen))
            word = "raw again" if back else "snapped to the regions"
            self._say(f"{counted(len(shapes), 'object')} {word}.")

    def _toggle_proposal(self, item: DeckItem, regions: ImageRegions) -> None:
        geometry = item.proposal.geometry
        pair = self._proposals.get(item.key)
        if pair is not None and geometry == pair.snapped:
            self._deck.reshape(item.key, pair.raw)
            self._say("The proposal is raw again.")
            return
        found = snapped_shape(geometry, regions, regions.browser.size)
        if found is None or found == geometry:
            self._say(_NO_EDGES if found is None else _ON_EDGES)
            return
        picture = self._picture()
        rgb = None if picture is None else picture.rgb
        if isinstance(geometry, Mask) and rgb is not None and not is_improved(geometry, found, rgb):
            self._say(_NO_BETTER)
            return
        self._proposals[item.key] = _Snapped(geometry, found)
        self._deck.reshape(item.key, found)
        self._say("The proposal is snapped to the regions.")

    def _forget(self) -> None:
        self._objects.clear()
        self._proposals.clear()

    def _say(self, text: str) -> None:
        self._session.message_posted.emit(text)


def snapped_shape(geometry: Geometry, regions: ImageRegions, size: Size) -> Mask | None:
    """The shape on the edges of the regions; None where they do not help.

    A mask or outline becomes the union of leaves that overlaps it best; a box
    becomes the regions that fill it best.
    """
    if isinstance(geometry, Box):
        inside = regions.in_box(geometry)
        return None if inside is None or inside.is_empty else inside
    if not isinstance(geometry, Mask | Polygon | RotatedBox):
        return None
    try:
        raw = rasterise(geometry, size)
    except ValueError:
        return None
    return snapped_mask(raw, regions.browser)


def snapped_mask(raw: Mask, browser: RegionBrowser) -> Mask | None:
    """A mask on the edges of the regions; None where they know no edges of it."""
    found = snap(raw, browser)
    shared = raw.intersected(found).area
    overlap = shared / max(raw.area + found.area - shared, 1)
    return found if overlap >= LEAST_OVERLAP else None
