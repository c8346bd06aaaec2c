"""Which images the list shows, and in which order: arrays of places, not lists of records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from core.document.document import ImageState
from core.document.images import ImageRecord
from core.project.image_names import ImageNames
from core.project.image_table import ImageTable
from gui.review.image_states import ImageFilter

Places = npt.NDArray[np.int64]
Chosen = npt.NDArray[np.bool_]


class ImageOrder(Enum):
    """How the list is sorted, as the combo box names it."""

    PROJECT = "In order"
    NAME = "By name"
    WORST_FIRST = "Worst score first"
    SUGGESTED = "Suggested next"


@dataclass(frozen=True, slots=True, eq=False)
class _Allowed:
    """The images that a filter lets through in these states, which are never changed in place."""

    wanted: ImageFilter
    states: Mapping[int, ImageState]
    images: Chosen

    def is_for(self, wanted: ImageFilter, states: Mapping[int, ImageState], count: int) -> bool:
        """Whether nothing has changed since."""
        return self.wanted is wanted and self.states is states and len(self.images) == count


class ImageRows:
    """The images that a filter lets through, as rows.

    Everything is worked out for all images at once, so that a key pressed in the
    search costs a few milliseconds at 100,000 images.
    """

    def __init__(self, images: ImageTable) -> None:
        self._images = images
        self._names: ImageNames | None = None
        self._allowed: _Allowed | None = None
        self._scores: dict[int, float | None] = {}
        self._badness: npt.NDArray[np.float64] | None = None
        self._ranks: Sequence[int] = ()
        self._take(np.arange(len(images)))

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, row: int) -> ImageRecord:
        return self._images[int(self._places[row])]

    def ids(self) -> tuple[int, ...]:
        """Ids of the listed images, in order."""
        return tuple(self._images.ids_at(self._places.tolist()))

    def row_of(self, image_id: int) -> int | None:
        """Where an image is listed, None when it is not."""
        if not self._images.has(image_id):
            return None
        place = self._images.place_of(image_id)
        # An image that was added since is listed from the next arrangement on.
        row = int(self._rows[place]) if place < len(self._rows) else -1
        return None if row < 0 else row

    def score(self, image_id: int) -> float | None:
        """The score of an image, None where there is none."""
        return self._scores.get(image_id)

    def set_scores(self, scores: Mapping[int, float | None]) -> None:
        """Take the scores of all images."""
        self._scores, self._badness = dict(scores), None

    def set_score(self, image_id: int, score: float | None) -> None:
        """Take the score of one image."""
        self._scores[image_id], self._badness = score, None

    def set_ranking(self, image_ids: Sequence[int]) -> None:
        """Take the order in which images are suggested; others follow in the project's order."""
        self._ranks = image_ids

    def arrange(
        self,
        text: str,
        wanted: ImageFilter,
        states: Mapping[int, ImageState],
        order: ImageOrder,
        only: frozenset[int] | None = None,
    ) -> None:
        """List the images whose path contains a text and whose state a filter lets through.

        ``only`` leaves out all others. Images of equal rank keep the project's order.
        """
        chosen = self._allowed_by(wanted, states)
        if text:
            chosen = chosen & self._known_names().containing(text)
        if only is not None:
            chosen = chosen & self._among(only)
        places = self._in_order(order)
        self._take(np.flatnonzero(chosen) if places is None else places[chosen[places]])

    def _take(self, places: Places) -> None:
        self._places = places
        self._rows = np.full(len(self._images), -1, np.int64)
        self._rows[places] = np.arange(len(places))

    def _known_names(self) -> ImageNames:
        if self._names is None or len(self._names) != len(self._images):
            self._names = ImageNames(self._images.names())
        return self._names

    def _allowed_by(self, wanted: ImageFilter, states: Mapping[int, ImageState]) -> Chosen:
        known = self._allowed
        if known is None or not known.is_for(wanted, states, len(self._images)):
            known = _Allowed(wanted, states, self._states_let_through(wanted, states))
            self._allowed = known
        return known.images

    def _states_let_through(self, wanted: ImageFilter, states: Mapping[int, ImageState]) -> Chosen:
        let_through = {state for state in ImageState if wanted.accepts(state)}
        untold = ImageState.UNLABELLED in let_through
        found = np.full(len(self._images), untold, np.bool_)
        if len(let_through) < len(ImageState):
            # Their own hash is slow, and there is one object of each.
            others = {id(state) for state in ImageState if (state in let_through) != untold}
            ids = (image_id for image_id, state in states.items() if id(state) in others)
            found[self._places_of(ids)] = not untold
        return found

    def _among(self, image_ids: Iterable[int]) -> Chosen:
        found = np.zeros(len(self._images), np.bool_)
        found[self._places_of(image_ids)] = True
        return found

    def _places_of(self, image_ids: Iterable[int]) -> list[int]:
        images = self._images
        return [images.place_of(image_id) for image_id in image_ids if images.has(image_id)]

    def _in_order(self, order: ImageOrder) -> Places | None:
        """Places of all images as they are sorted; None for the project's own order."""
        if order is ImageOrder.NAME:
            return self._known_names().natural_order
        if order is ImageOrder.WORST_FIRST:
            return np.argsort(self._all_badness(), kind="stable")
        if order is ImageOrder.SUGGESTED:
            ranks = np.full(len(self._images), len(self._ranks), np.int64)
            for rank, image_id in enumerate(self._ranks):
                ranks[self._places_of((image_id,))] = rank
            return np.argsort(ranks, kind="stable")
        return None

    def _all_badness(self) -> npt.NDArray[np.float64]:
        """The score of each image; images without one come last."""
        found = self._badness
        if found is None or len(found) != len(self._images):
            scored = {key: score for key, score in self._scores.items() if score is not None}
            found = np.full(len(self._images), np.inf)
            known = [key for key in scored if self._images.has(key)]
            found[self._places_of(known)] = [scored[key] for key in known]
            self._badness = found
        return found
