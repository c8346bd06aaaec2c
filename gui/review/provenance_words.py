"""Where an object comes from, what was made of it and what people said of it, in words."""

from __future__ import annotations

from core.document.annotation import Annotation, Provenance, ReviewState

REVIEW_MARKS = {
    ReviewState.UNREVIEWED: "",
    ReviewState.APPROVED: "✓",
    ReviewState.REJECTED: "✗",
}
HASH_SHOWN = 12


def origin(provenance: Provenance) -> str:
    """The model or tool, with its score, as short as a column is."""
    score = "" if provenance.score is None else f" {provenance.score:.2f}"
    return f"{provenance.model or provenance.source}{score}"


def provenance_lines(item: Annotation) -> tuple[str, ...]:
    """Everything that is known of an object's history, a sentence to a line."""
    found = item.provenance
    lines = [f"From {found.source}" if found.source else "From an unknown source"]
    if found.model:
        lines.append(f"Model {found.model}")
    if found.weights_hash:
        lines.append(f"Weights {found.weights_hash[:HASH_SHOWN]}")
    if found.score is not None:
        lines.append(f"Score {found.score:.3f}")
    if found.model or found.score is not None:
        edited = found.edited_fraction
        lines.append("Not edited by hand" if not edited else f"Edited by hand: {edited:.0%}")
    elif item.edited:
        lines.append("Edited since it was read")
    if found.author:
        lines.append(f"By {found.author}")
    lines += [f"{name}: {value}" for name, value in sorted(found.parameters.items())]
    if item.review is not ReviewState.UNREVIEWED:
        lines.append(f"Review: {item.review.value}")
    if item.locked:
        lines.append("Locked")
    return tuple(lines)
