"""What is chosen while objects are refined with a preview; a value, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.editing.refinement import RefineKind, RefinePreview
from gui.tools.draft import DraftMask

_FIRST_PLACES = {
    RefineKind.GROW: 1,
    RefineKind.SHRINK: 1,
    RefineKind.SMOOTH: 2,
    RefineKind.FILL_HOLES: 14,
    RefineKind.REMOVE_ISLANDS: 6,
}


@dataclass(frozen=True, slots=True)
class Refinement:
    """A kind and the place of its amount among those to choose from."""

    kind: RefineKind = RefineKind.SMOOTH
    place: int = _FIRST_PLACES[RefineKind.SMOOTH]

    @property
    def amount_px(self) -> int | None:
        """The amount; None for any area."""
        return self.kind.amounts[self.place]

    @property
    def words(self) -> str:
        """The amount in words."""
        amount = self.amount_px
        if self.kind is RefineKind.FILL_HOLES:
            return "all holes" if amount is None else f"holes up to {amount} px²"
        if self.kind is RefineKind.REMOVE_ISLANDS:
            return "all but the largest" if amount is None else f"pieces under {amount} px²"
        return f"{amount} px"

    def of_kind(self, kind: RefineKind) -> Refinement:
        """Another kind, with an amount that often fits."""
        return self if kind is self.kind else Refinement(kind, _FIRST_PLACES[kind])

    def at(self, place: int) -> Refinement:
        """Another amount."""
        return replace(self, place=min(max(place, 0), len(self.kind.amounts) - 1))

    def stepped(self, steps: int) -> Refinement:
        """A larger (positive) or smaller amount."""
        return self.at(self.place + steps)


def preview_masks(found: RefinePreview) -> tuple[DraftMask, ...]:
    """The pixels that would come and go, as the canvas draws them."""
    pairs = ((found.added, False), (found.removed, True))
    return tuple(
        DraftMask(mask, subtract=subtract, committed=False)
        for mask, subtract in pairs
        if not mask.is_empty
    )


def preview_words(found: RefinePreview) -> str:
    """How many pixels would come and go."""
    if found.change is None:
        return "nothing would change"
    return f"+{found.added.area:,} −{found.removed.area:,} px"
