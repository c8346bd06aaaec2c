"""What people choose about an export: which objects, which images, which parts, which shapes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from core.document.annotation import ReviewState
from core.document.document import ImageState
from core.errors import MaskwrightError


class Pictures(Enum):
    """What happens to the pictures themselves."""

    LEAVE = "leave"
    COPY = "copy"
    LINK = "link"
    """A symbolic link; a copy where the system has none."""


@dataclass(frozen=True, slots=True)
class Split:
    """Parts of a set by their share of the images, such as train 70, val 15, test 15.

    The same ``seed`` gives the same parts. Images of one group stay together:
    ``group`` is "image" (each by itself), "folder", "prefix" (the name up to the
    first of ``_`` ``-`` and a space), or a regular expression whose first group,
    else whole match, in the path names it. The same picture twice is always one group.
    """

    shares: tuple[tuple[str, float], ...]
    seed: int = 0
    group: str = "image"

    @classmethod
    def parse(cls, text: str, seed: int = 0, group: str = "image") -> Split:
        """``70/15/15`` as train, val and test; ``80/20`` as train and val.

        Raises MaskwrightError for anything else.
        """
        try:
            shares = [float(part) for part in text.split("/")]
        except ValueError:
            shares = []
        if len(shares) not in (2, 3) or min(shares) < 0 or not 0 < sum(shares) < float("inf"):
            raise MaskwrightError(
                f"“{text}” is no split.", "Write the shares as 70/15/15 (train/val/test) or 80/20."
            )
        names = ("train", "val", "test")
        return cls(tuple(zip(names, shares, strict=False)), seed, group)


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Choices of one export; the empty ones choose everything.

    ``labels`` are label ids, ``states`` those of images, ``reviews`` those of
    objects. ``simplify_px`` is how far the outline of a mask may move, 0 for
    exact. ``front_labels`` are label ids from the front: in formats of one object to a
    pixel they lie over all others, the first over the second, and so on.
    ``with_reviews`` writes what was found of each object in review, where a format has
    a place for it; without, what was only looked at goes out as it came in.
    """

    labels: frozenset[int] = frozenset()
    states: frozenset[ImageState] = frozenset()
    reviews: frozenset[ReviewState] = frozenset()
    split: Split | None = None
    pictures: Pictures = Pictures.LEAVE
    simplify_px: float = 0.0
    front_labels: tuple[int, ...] = ()
    with_reviews: bool = False


EVERYTHING = ExportOptions()
