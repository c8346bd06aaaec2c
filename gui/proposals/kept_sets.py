"""The results that are at hand for each image, as many as there is room for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from core.models.proposal import ProposalSet
from gui.proposals.deck_items import set_name

IMAGES_KEPT = 64


class KeptSets:
    """Results by image and by name; those of images that were touched long ago make room."""

    def __init__(self) -> None:
        self._sets: OrderedDict[int, dict[str, ProposalSet]] = OrderedDict()

    def keep(self, image_id: int, found: Iterable[ProposalSet]) -> None:
        """Take results; each replaces an earlier one of the same name."""
        sets = self._sets.setdefault(image_id, {})
        sets.update((set_name(one), one) for one in found)
        self._sets.move_to_end(image_id)
        while len(self._sets) > IMAGES_KEPT:
            self._sets.popitem(last=False)

    def of(self, image_id: int) -> Mapping[str, ProposalSet]:
        """All results of an image by name."""
        return self._sets.get(image_id, {})

    def forget(self, image_id: int) -> None:
        """Let go of all results of an image."""
        self._sets.pop(image_id, None)
