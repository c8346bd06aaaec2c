"""What models proposed for an image, kept in the project file until there is no more room."""

from __future__ import annotations

from core.errors import ReadError
from core.models.proposal import ProposalKey, ProposalSet
from core.project.project import Project
from core.project.proposal_codec import (
    decode_proposals,
    encode_proposals,
    image_prefix,
    key_text,
)


class ProposalCache:
    """Results by image content, model, weights and parameters; from any thread.

    Reading takes milliseconds for hundreds of masks: call it off the GUI thread.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def keep(self, found: ProposalSet) -> None:
        """Keep a result; those that were kept longest ago make room."""
        if found.key.image_digest:
            self._project.cache_proposals(key_text(found.key), encode_proposals(found))

    def find(self, key: ProposalKey) -> ProposalSet | None:
        """The result for exactly this key, None when there is none or it cannot be read."""
        record = self._project.cached_proposals(key_text(key))
        return None if record is None else _decoded(record)

    def all_of(self, image_digest: str) -> tuple[ProposalSet, ...]:
        """Every result for an image with this content, that kept last at the end."""
        records = self._project.cached_proposals_of(image_prefix(image_digest))
        return tuple(found for record in records if (found := _decoded(record)) is not None)

    def is_empty(self) -> bool:
        """Whether nothing is kept for any image."""
        return not self._project.has_cached_proposals()


def _decoded(record: bytes) -> ProposalSet | None:
    """A cache has nothing that cannot be made again: what is damaged is not there."""
    try:
        return decode_proposals(record)
    except ReadError:
        return None
