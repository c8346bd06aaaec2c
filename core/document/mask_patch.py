"""What a stroke changes in a mask."""

from __future__ import annotations

from dataclasses import dataclass

from core.document.mask import Mask


@dataclass(frozen=True, slots=True, eq=False)
class MaskPatch:
    """The difference that a stroke makes: the pixels whose value changes.

    It is its own inverse but for the two hashes, and it is refused on any mask
    but the one it was made from, so that a stroke never lands on other pixels.
    """

    changed: Mask
    before: bytes
    after: bytes

    @classmethod
    def between(cls, before: Mask, after: Mask) -> MaskPatch:
        """Patch that turns one mask into the other."""
        return cls(before.difference(after), before.digest, after.digest)

    def applied_to(self, mask: Mask) -> Mask:
        """The mask after the stroke; raises ValueError on any other mask."""
        if mask.digest != self.before:
            raise ValueError("this stroke belongs to another mask")
        result = mask.toggled(self.changed)
        if result.digest != self.after:
            raise ValueError("the mask differs from the one that the stroke made")
        return result

    def inverted(self) -> MaskPatch:
        """Patch that takes this one back."""
        return MaskPatch(self.changed, before=self.after, after=self.before)

    def followed_by(self, later: MaskPatch) -> MaskPatch:
        """One patch for both; raises ValueError when the second does not follow."""
        if self.after != later.before:
            raise ValueError("these strokes do not follow each other")
        return MaskPatch(self.changed.toggled(later.changed), self.before, later.after)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MaskPatch):
            return NotImplemented
        return (self.changed, self.before, self.after) == (
            other.changed,
            other.before,
            other.after,
        )

    def __hash__(self) -> int:
        return hash((self.changed, self.before, self.after))
