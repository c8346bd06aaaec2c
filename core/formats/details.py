"""What a data set says beside shapes and labels, and which of it a format has no place for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from core.document.annotation import Annotation, ReviewState
from core.document.document import ImageDocument, ImageState
from core.document.geometry import Keypoints
from core.document.images import Dataset
from core.formats.dataset import ReportEntry
from core.formats.json_records import parse_object
from core.formats.source_text import family_of_record

FLAGS = frozenset({"truncated", "difficult", "occluded"})
DECIDED_STATES = frozenset({ImageState.NEEDS_REVIEW, ImageState.APPROVED, ImageState.REJECTED})
"""States of images that a person has chosen; the others follow from the work itself."""

_MOST_NAMES = 5


class Detail(Enum):
    """Something that is known beside shapes and labels; the value is for the report.

    ``{count}`` stands for how many have it and ``{names}`` for what is said there.
    """

    ATTRIBUTES = "{count} objects have attributes ({names})"
    GROUPS = "{count} objects belong to groups"
    POINTS = "{count} objects have keypoints beside their shape"
    REVIEWS = "{count} objects have been reviewed ({names})"
    ORIGINS = "of {count} objects it is known who or what made them ({names})"
    IMAGE_ATTRIBUTES = "{count} images have attributes ({names})"
    IMAGE_STATES = "{count} images have a state ({names})"
    COMMENTS = "{count} comments were made"
    SKELETONS = "{count} labels name their keypoints ({names})"


ALL_DETAILS = frozenset(Detail)


def unsaid(
    dataset: Dataset,
    layer_id: int,
    file: str,
    family: str,
    says: Collection[Detail],
    form: str,
    held_back: Collection[Detail] = (),
) -> tuple[ReportEntry, ...]:
    """One entry for each detail that a layer has and its export leaves out.

    ``says`` are the details that the format has a place for, ``form`` is its name
    for people, ``file`` that of what is written. Objects that nobody edited say in
    their record, if it is of this ``family``, what they said when they were read.
    Other layers are named too: an export is of one layer. ``held_back`` are details
    that nobody asked for: no loss, but a person should know that they can be had.
    """
    found = _Found()
    for image, document in dataset.documents():
        for item in document.in_layer(layer_id):
            kept = not item.edited and family_of_record(item.raw) == family
            for detail, names in _of_object(item, kept=kept):
                found.add(detail, names)
        found.add_image(dataset, image.id, document, layer_id)
    for label in dataset.state.labels.values():
        if label.keypoint_names:
            found.add(Detail.SKELETONS, (label.name,))
    lost = (
        found.entry(detail, file, form, could_be=detail in says)
        for detail in Detail
        if detail not in says or detail in held_back
    )
    return (*(entry for entry in lost if entry is not None), *found.other_layers(dataset, file))


@dataclass(slots=True)
class _Found:
    """How many have each detail, and what is said there, in the order it was met."""

    counts: Counter[Detail] = field(default_factory=Counter)
    names: dict[Detail, dict[str, None]] = field(default_factory=dict)
    layers: Counter[int] = field(default_factory=Counter)

    def add(self, detail: Detail, names: Iterable[str] = ()) -> None:
        self.counts[detail] += 1
        self.names.setdefault(detail, {}).update(dict.fromkeys(names))

    def add_image(
        self, dataset: Dataset, image_id: int, document: ImageDocument, layer_id: int
    ) -> None:
        """What is said of an image itself, and what other layers have on it."""
        values = dataset.state.attributes_of_image(image_id)
        if values:
            self.add(Detail.IMAGE_ATTRIBUTES, values)
        state = dataset.state.state_of(image_id)
        if state in DECIDED_STATES:
            self.add(Detail.IMAGE_STATES, (state.value,))
        self.counts[Detail.COMMENTS] += len(document.comments)
        self.layers.update(
            item.layer_id for item in document.annotations.values() if item.layer_id != layer_id
        )
        self.layers.update(number for number in document.semantic if number != layer_id)

    def entry(self, detail: Detail, file: str, form: str, *, could_be: bool) -> ReportEntry | None:
        """What is said about a detail that is not written; None where nothing has it."""
        if not self.counts[detail]:
            return None
        names = list(self.names.get(detail, {}))
        shown = ", ".join([*names[:_MOST_NAMES], *(["…"] if len(names) > _MOST_NAMES else [])])
        reason = detail.value.format(count=self.counts[detail], names=shown)
        if could_be:
            return ReportEntry(file, "", reason, "not asked for, so it is not in the file")
        return ReportEntry(file, "", reason, f"{form} has no place for that", left_out=True)

    def other_layers(self, dataset: Dataset, file: str) -> Iterator[ReportEntry]:
        """Layers with objects that are not in this export."""
        for number, count in sorted(self.layers.items()):
            layer = dataset.state.layers.get(number)
            if layer is not None:
                yield ReportEntry(
                    file,
                    f"layer “{layer.name}”",
                    f"an export is of one layer, and this one has {count} objects",
                    "not in this file; export it by itself",
                )


def _of_object(item: Annotation, *, kept: bool) -> Iterator[tuple[Detail, Iterable[str]]]:
    """What an object says; ``kept``: what it came in with is in its record.

    A flag of VOC that does not hold says nothing: every object of VOC has them.
    """
    reviewed = item.review is not ReviewState.UNREVIEWED
    if reviewed and not (kept and _record_says(item, "review", item.review.value)):
        yield Detail.REVIEWS, (item.review.value,)
    if kept:
        return
    names = [key for key, value in item.attributes.items() if key not in FLAGS or value]
    if names:
        yield Detail.ATTRIBUTES, names
    if item.group_id is not None:
        yield Detail.GROUPS, ()
    if item.keypoints is not None and not isinstance(item.geometry, Keypoints):
        yield Detail.POINTS, ()
    origin = item.provenance
    known = (origin.author, origin.model, "" if origin.score is None else "score")
    if any(known):
        yield Detail.ORIGINS, tuple(filter(None, known))


def _record_says(item: Annotation, key: str, value: str) -> bool:
    """Whether the record that an object was read from says this already."""
    return item.raw is not None and (parse_object(item.raw) or {}).get(key) == value
