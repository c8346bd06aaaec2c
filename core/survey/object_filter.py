"""Which objects of a project are wanted: by what they are, where they come from, how they agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from core.document.annotation import ReviewState
from core.document.document import ImageState, ProjectState
from core.scoring.difference import Disagreement
from core.survey.object_rows import ObjectRow


class Order(Enum):
    """In which order objects are listed."""

    IMAGES = "images"
    SCORE = "score"
    UNSURE = "unsure"
    IOU = "iou"
    LARGEST = "largest"
    SMALLEST = "smallest"


class Handwork(Enum):
    """Whether people changed what was proposed."""

    ANY = "any"
    UNTOUCHED = "untouched"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Span:
    """From ``low`` to ``high``, both included; None leaves an end open."""

    low: float | None = None
    high: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether everything lies in it, what has no value too."""
        return self.low is None and self.high is None

    def holds(self, value: float | None) -> bool:
        """Whether a value lies in it; what has none lies in an open span only."""
        if value is None:
            return self.is_open
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class ObjectFilter:
    """All conditions must hold; an empty set of choices lets everything through.

    ``side`` is the length of a square of the object's area, in pixels: people
    think of sizes in lengths. ``attribute`` is a name, and ``attribute_value``
    the text of its value; an empty value asks only that there is one.
    """

    layer_ids: frozenset[int] = frozenset()
    label_ids: frozenset[int] = frozenset()
    sources: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    reviews: frozenset[ReviewState] = frozenset()
    image_states: frozenset[ImageState] = frozenset()
    disagreements: frozenset[Disagreement] = frozenset()
    score: Span = Span()
    side: Span = Span()
    iou: Span = Span()
    handwork: Handwork = Handwork.ANY
    attribute: str = ""
    attribute_value: str = ""
    with_comments: bool = False

    def accepts(self, row: ObjectRow, state: ProjectState) -> bool:
        """Whether an object is wanted."""
        return (
            _among(row.layer_id, self.layer_ids)
            and _among(row.label_id, self.label_ids)
            and _among(row.source, self.sources)
            and _among(row.author, self.authors)
            and _among(row.review, self.reviews)
            and (not self.disagreements or row.disagreement in self.disagreements)
            and self.score.holds(row.score)
            and self.side.holds(row.area**0.5)
            and self.iou.holds(row.iou)
            and self._fits_handwork(row)
            and self._fits_attribute(row)
            and (not self.with_comments or row.comments > 0)
            and (not self.image_states or state.state_of(row.image_id) in self.image_states)
        )

    def _fits_handwork(self, row: ObjectRow) -> bool:
        if self.handwork is Handwork.ANY:
            return True
        touched = row.edited_fraction > 0 or row.is_edited
        return touched is (self.handwork is Handwork.EDITED)

    def _fits_attribute(self, row: ObjectRow) -> bool:
        if not self.attribute:
            return True
        if self.attribute not in row.attributes:
            return False
        return not self.attribute_value or _text(row.attributes[self.attribute]) == (
            self.attribute_value
        )


@dataclass(frozen=True, slots=True)
class Facets:
    """The values that objects have, to be chosen from."""

    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


def facets_of(rows: Iterable[ObjectRow]) -> Facets:
    """Sources, annotators and names of attributes, each once."""
    sources: set[str] = set()
    authors: set[str] = set()
    attributes: set[str] = set()
    for row in rows:
        sources.add(row.source)
        authors.add(row.author)
        attributes.update(row.attributes)
    return Facets(tuple(sorted(sources)), tuple(sorted(authors)), tuple(sorted(attributes)))


def filtered(
    rows: Iterable[ObjectRow], wanted: ObjectFilter, state: ProjectState, order: Order
) -> tuple[ObjectRow, ...]:
    """The objects that are wanted, in an order; what has no value for it comes last."""
    found = [row for row in rows if wanted.accepts(row, state)]
    if order is Order.SCORE:
        found.sort(key=lambda row: (row.score is None, -(row.score or 0.0)))
    elif order is Order.UNSURE:
        found.sort(key=lambda row: (row.score is None, abs((row.score or 0.0) - 0.5)))
    elif order is Order.IOU:
        found.sort(key=lambda row: (row.iou is None, row.iou or 0.0))
    elif order is Order.LARGEST:
        found.sort(key=lambda row: -row.area)
    elif order is Order.SMALLEST:
        found.sort(key=lambda row: row.area)
    return tuple(found)


def _among(value: object, choices: frozenset[object] | frozenset[int] | frozenset[str]) -> bool:
    return not choices or value in choices


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
