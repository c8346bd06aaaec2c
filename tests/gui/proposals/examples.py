"""Small sets of proposals."""

from __future__ import annotations

from collections.abc import Sequence

from core.document.geometry import Box, Size
from core.models.proposal import Proposal, ProposalKey, ProposalSet


def proposal_set(
    scores: Sequence[float], *, model: str = "model", labels: Sequence[str] = ()
) -> ProposalSet:
    """A candidate of 4 × 4 pixels for each score."""
    items = tuple(
        Proposal(
            id=number,
            geometry=Box(number * 5.0, 2.0, 4.0, 4.0),
            score=score,
            label=labels[number] if number < len(labels) else "",
            source=model,
        )
        for number, score in enumerate(scores)
    )
    ranked = tuple(sorted(items, key=lambda item: -item.score))
    return ProposalSet(ProposalKey("digest", model, "weights"), Size(40, 30), ranked)
