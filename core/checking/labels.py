"""Checks of labels and layers: unused, alike, missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.checking.problem import Kind, Problem
from core.document.document import ProjectState


def label_problems(
    state: ProjectState, used: Mapping[int, int], layers: Mapping[int, int]
) -> Iterator[Problem]:
    """What is wrong with labels and layers.

    ``used`` and ``layers`` count objects and painted maps by label id and by layer id.
    """
    alike: dict[str, list[str]] = {}
    for label in state.labels.values():
        alike.setdefault("".join(label.name.casefold().split()), []).append(label.name)
    for names in alike.values():
        if len(names) > 1:
            words = ", ".join(f"“{name}”" for name in names)
            yield Problem(Kind.LABELS_ALIKE, "labels", words)
    unused = [label for label in state.labels.values() if label.id not in used]
    # A project needs a label: one that nothing uses yet is no problem by itself.
    can_go = len(unused) < len(state.labels)
    for label in unused if len(state.labels) > 1 else ():
        yield Problem(
            Kind.LABEL_UNUSED, f"label “{label.name}”", "no object has it", fixable=can_go
        )
    for label_id in sorted(used.keys() - state.labels.keys()):
        yield Problem(
            Kind.LABEL_MISSING,
            f"label {label_id}",
            f"{used[label_id]} objects have it",
            fixable=True,
        )
    for layer_id in sorted(layers.keys() - state.layers.keys()):
        yield Problem(
            Kind.LAYER_MISSING,
            f"layer {layer_id}",
            f"{layers[layer_id]} objects are in it",
            fixable=True,
        )
