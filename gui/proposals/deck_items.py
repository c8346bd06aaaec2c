"""A candidate of the deck, and the sets that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from core.document.annotation import Annotation, Geometry, LayerRole, bounds_of_geometry
from core.document.geometry import Size
from core.document.mask import Mask
from core.models.candidates import Candidates, ShapesAtThreshold
from core.models.proposal import Proposal, ProposalSet
from core.models.region_of_interest import REGION_KEYS
from gui.session import Session

ItemKey = tuple[str, int]
SHARPENED = "sharpened"
"""Names the parameter of a result whose masks were moved onto the edges of the regions."""


class DeckItem:
    """A proposal with the set that it came in.

    ``key`` is unique within the image; ``raw`` is what the model gave, ``proposal``
    the same in the shape that the threshold for masks gives it. That is found when it
    is first looked at, so that a slider over 1,000 candidates pays for those it shows.
    """

    __slots__ = ("_proposal", "_shape", "key", "place", "raw", "source")

    def __init__(
        self,
        key: ItemKey,
        raw: Proposal,
        source: ProposalSet,
        place: int = 0,
        shape: Callable[[], Geometry] | None = None,
    ) -> None:
        self.key = key
        self.raw = raw
        self.source = source
        self.place = place
        self._shape = shape
        self._proposal = raw if shape is None else None

    @property
    def proposal(self) -> Proposal:
        """The proposal as it is shown and accepted."""
        if self._proposal is None:
            assert self._shape is not None  # noqa: S101 - set when there is no proposal yet
            raw, shape = self.raw, self._shape()
            self._proposal = raw if shape is raw.geometry else replace(raw, geometry=shape)
        return self._proposal

    def reshape(self, geometry: Geometry) -> None:
        """Be shown and accepted with another shape from now on."""
        shown = self.proposal
        self._proposal = Proposal(
            shown.id, geometry, shown.score, shown.label, shown.source, shown.soft_mask
        )

    def covers(self, x: float, y: float) -> bool:
        """Whether a point of the image lies in it."""
        geometry = self.proposal.geometry
        if isinstance(geometry, Mask):
            return geometry.contains(x, y)
        return bounds_of_geometry(geometry).contains(x, y)


class PreparedSets:
    """Some sets with all their candidates compared, and what of an image shows the same."""

    def __init__(self, sets: tuple[ProposalSet, ...]) -> None:
        self.sets = sets
        self.members = tuple(
            (set_name(found), proposal, found) for found in sets for proposal in found.items
        )
        self.candidates = Candidates.of([proposal for _, proposal, _ in self.members])
        size = sets[0].image_size if sets else Size(1, 1)
        self._shapes = ShapesAtThreshold(size)
        for place, (_, proposal, _) in enumerate(self.members):
            self._shapes.prepare(place, proposal)
        self._alike: dict[tuple[int, float], tuple[Annotation, Mapping[int, float]]] = {}

    def shape(self, place: int, threshold: float) -> Geometry:
        """The shape of a candidate with its soft mask cut at a threshold."""
        return self._shapes.shape(place, self.members[place][1], threshold)

    def places_like(self, item: Annotation, lowest_iou: float) -> Mapping[int, float]:
        """Places that show the same as an annotation, with their IoU; found once each."""
        known = self._alike.get((item.id, lowest_iou))
        if known is None or known[0] is not item:
            places = self.candidates.places_like(item.geometry, lowest_iou)
            known = (item, MappingProxyType(places))
            self._alike[item.id, lowest_iou] = known
        return known[1]


def set_name(found: ProposalSet) -> str:
    """The name of a set within its image: the model, the part it looked at, what was done."""
    parameters = found.key.parameters
    part = ",".join(str(parameters[key]) for key in REGION_KEYS if key in parameters)
    done = SHARPENED if SHARPENED in parameters else ""
    return " ".join(word for word in (found.key.model, part, done) if word)


def is_known(found: ProposalSet, sets: Mapping[str, ProposalSet]) -> bool:
    """Whether the very same result is there, as when it comes back from the cache as well."""
    known = sets.get(set_name(found))
    if known is None or not found.key.weights_hash or known.key != found.key:
        return False
    return len(known.items) == len(found.items) and all(
        (one.score, one.label) == (other.score, other.label)
        for one, other in zip(known.items, found.items, strict=True)
    )


def plain_name(name: str, models: Mapping[str, str]) -> str:
    """A set's name as people read it; ``models`` are the names of models by their ids."""
    model, *words = name.split(" ")
    if model not in models:
        return name
    details = [SHARPENED if word == SHARPENED else _plain_part(word) for word in words]
    return f"{models[model]} ({', '.join(details)})" if details else models[model]


def _plain_part(word: str) -> str:
    left, top, width, height = word.split(",")
    return f"{width} × {height} px at {left}, {top}"


def by_set(items: Iterable[DeckItem]) -> Iterator[tuple[ProposalSet, list[DeckItem]]]:
    """Items that came together, in the order of their first ones."""
    groups: dict[str, list[DeckItem]] = {}
    for item in items:
        groups.setdefault(item.key[0], []).append(item)
    return ((group[0].source, group) for group in groups.values())


def predictions_as_proposals(session: Session) -> dict[str, tuple[Proposal, ...]]:
    """The annotations of the image's prediction layers as candidates, by layer name."""
    document = session.document
    if document is None:
        return {}
    found: dict[str, tuple[Proposal, ...]] = {}
    for layer in session.state.layers_of(LayerRole.PREDICTIONS):
        name = f"{layer.name} ({layer.id})" if layer.name in found else layer.name
        found[name] = tuple(
            Proposal(
                id=place,
                geometry=item.geometry,
                score=1.0 if item.provenance.score is None else item.provenance.score,
                label=session.state.labels[item.label_id].name,
                source=name,
            )
            for place, item in enumerate(document.in_layer(layer.id))
        )
    return found
