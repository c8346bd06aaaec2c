"""Which of the project's labels a model's class becomes; remembered with the project."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from types import MappingProxyType

from core.document.annotation import Label

LEFT_OUT = 0
"""Stands for a label when candidates of a class are not shown at all."""
_SIMILAR = 0.82
_SAME_THINGS: tuple[frozenset[str], ...] = (
    frozenset({"aeroplane", "airplane", "plane"}),
    frozenset({"motorbike", "motorcycle"}),
    frozenset({"bike", "bicycle"}),
    frozenset({"tvmonitor", "tv", "monitor", "television"}),
    frozenset({"sofa", "couch"}),
    frozenset({"diningtable", "table"}),
    frozenset({"pottedplant", "plant"}),
    frozenset({"person", "people", "pedestrian", "human"}),
    frozenset({"cow", "cattle"}),
    frozenset({"nucleus", "nuclei"}),
    frozenset({"car", "automobile"}),
    frozenset({"cell phone", "cellphone", "mobile phone", "phone"}),
)
"""Names that data sets give the same thing."""

Choices = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class ClassMapping:
    """What people chose: by model, then by the model's class name, the id of a label.

    ``LEFT_OUT`` leaves a class out. Classes that nobody chose for go to the label of
    the same name.
    """

    choices: Choices = field(default_factory=lambda: MappingProxyType({}))

    def label_of(self, model: str, name: str, labels: Mapping[int, Label]) -> int | None:
        """The label id of a class, ``LEFT_OUT``, or None where there is no label for it yet.

        A choice for a label that was deleted since counts no more.
        """
        chosen = self.choices.get(model, {}).get(name)
        if chosen == LEFT_OUT or chosen in labels:
            return chosen
        if not name:
            return None
        exact = next((label.id for label in labels.values() if label.name == name), None)
        wanted = _plain(name)
        return exact or next(
            (label.id for label in labels.values() if _plain(label.name) == wanted), None
        )

    def chosen(self, model: str, name: str) -> int | None:
        """What was chosen for a class, None where nothing was."""
        return self.choices.get(model, {}).get(name)

    def with_choices(self, model: str, chosen: Mapping[str, int | None]) -> ClassMapping:
        """With other choices for some classes of a model; None takes a choice back."""
        kept = dict(self.choices.get(model, {}))
        for name, label_id in chosen.items():
            kept.pop(name, None)
            if label_id is not None:
                kept[name] = label_id
        return ClassMapping(MappingProxyType({**self.choices, model: MappingProxyType(kept)}))

    def to_text(self) -> str:
        """As it stands in the project's settings."""
        return json.dumps({model: dict(chosen) for model, chosen in self.choices.items() if chosen})

    @classmethod
    def from_text(cls, text: str | None) -> ClassMapping:
        """What ``to_text`` wrote; what is no mapping is none."""
        try:
            found = json.loads(text or "{}")
        except json.JSONDecodeError:
            return cls()
        if not isinstance(found, dict):
            return cls()
        return cls(
            MappingProxyType(
                {
                    model: MappingProxyType(
                        {
                            name: label
                            for name, label in chosen.items()
                            if isinstance(label, int) and not isinstance(label, bool)
                        }
                    )
                    for model, chosen in found.items()
                    if isinstance(chosen, dict)
                }
            )
        )


def suggested_label(name: str, labels: Collection[Label]) -> int | None:
    """The label that a class most likely belongs to: the same, a synonym, or a like name."""
    wanted = _plain(name)
    if not wanted:
        return None
    known = {_plain(label.name): label.id for label in labels}
    if wanted in known:
        return known[wanted]
    synonyms = next((names for names in _SAME_THINGS if _is_among(wanted, names)), frozenset())
    for other, label_id in known.items():
        if _is_among(other, synonyms):
            return label_id
    close = [(SequenceMatcher(None, wanted, other).ratio(), other) for other in known]
    ratio, best = max(close, default=(0.0, ""))
    return known[best] if ratio >= _SIMILAR else None


def _is_among(name: str, names: Collection[str]) -> bool:
    return name in {_plain(other) for other in names}


def _plain(name: str) -> str:
    """Without case, accents, separators and a plural's s, so that like names are equal."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    joined = re.sub(r"[\W_]+", "", "".join(c for c in letters if not unicodedata.combining(c)))
    return joined[:-1] if len(joined) > 3 and joined.endswith("s") else joined
