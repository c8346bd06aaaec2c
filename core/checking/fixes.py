"""One change of the history that puts kinds of problems right, all over a data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from core.checking.check import Progress, count_uses, document_problems
from core.checking.clipping import clipped
from core.checking.problem import Kind
from core.document.annotation import Annotation, Geometry, Label, Layer, LayerRole
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size
from core.document.images import Dataset, ImageRecord
from core.editing.annotations import with_shape
from core.editing.palette import next_colors
from core.errors import ReadError
from core.imaging.rasterise import rasterise
from core.imaging.tracing import trace_mask

_DELETING = frozenset(
    {Kind.NO_PIXELS, Kind.OUTSIDE, Kind.TINY, Kind.DUPLICATE, Kind.NEAR_DUPLICATE}
)


def fix_change(dataset: Dataset, kinds: Collection[Kind], progress: Progress) -> Change | None:
    """A change that fixes all problems of these kinds; None when there is nothing to fix.

    Problems are looked for anew, so that the change fits the data set as it is.
    """
    images: dict[int, ImageChange] = {}
    labels: Counter[int] = Counter()
    layers: Counter[int] = Counter()
    for number, image in enumerate(dataset.images):
        progress(number / len(dataset.images))
        try:
            document = dataset.load(image.id)
        except ReadError:
            # The check says so; what cannot be read cannot be fixed.
            continue
        count_uses(document, labels, layers)
        pairs = list(_fixed(document, _kinds_by_id(document, image, dataset.state, kinds)))
        labels.subtract(before.label_id for before, after in pairs if after is None)
        if pairs:
            images[image.id] = ImageChange(annotations=Difference.of_pairs(pairs))
    added, removed = _labels(dataset.state, +labels, kinds)
    change = Change(
        "Fix problems",
        MappingProxyType(images),
        Difference(added=added, removed=removed),
        Difference(added=_missing_layers(dataset.state, layers, kinds)),
    )
    return change if images or change.labels or change.layers else None


def _kinds_by_id(
    document: ImageDocument, image: ImageRecord, state: ProjectState, kinds: Collection[Kind]
) -> Mapping[int, list[Kind]]:
    found: dict[int, list[Kind]] = {}
    for problem in document_problems(document, image, state):
        if problem.kind in kinds and problem.fixable:
            found.setdefault(problem.annotation_ids[0], []).append(problem.kind)
    return found


def _fixed(
    document: ImageDocument, kinds_by_id: Mapping[int, list[Kind]]
) -> Iterator[tuple[Annotation, Annotation | None]]:
    for number, kinds in kinds_by_id.items():
        item = document.annotations[number]
        if not _DELETING.isdisjoint(kinds):
            yield item, None
            continue
        geometry = item.geometry
        for kind in kinds:
            geometry = _better(geometry, kind, document.size)
        if geometry != item.geometry:
            yield item, with_shape(document, item, geometry)


def _better(geometry: Geometry, kind: Kind, size: Size) -> Geometry:
    """The shape with this problem gone; as it was when there is no better one."""
    if kind in (Kind.OVER_EDGE, Kind.OUTLINE_OVER_EDGE):
        return clipped(geometry, size) or geometry
    if kind is Kind.SELF_CROSSING:
        try:
            mask = rasterise(geometry, size)
        except ValueError:
            return geometry
        return geometry if mask.is_empty else trace_mask(mask)
    return geometry


def _labels(
    state: ProjectState, used: Mapping[int, int], kinds: Collection[Kind]
) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
    """Labels to make and labels to delete; at least one stays."""
    missing = sorted(used.keys() - state.labels.keys()) if Kind.LABEL_MISSING in kinds else []
    colors = next_colors([label.color for label in state.labels.values()], len(missing))
    added = tuple(
        Label(number, f"recovered {number}", color)
        for number, color in zip(missing, colors, strict=True)
    )
    unused = [label for label in state.labels.values() if label.id not in used]
    if Kind.LABEL_UNUSED not in kinds or (len(unused) == len(state.labels) and not added):
        unused = []
    return added, tuple(unused)


def _missing_layers(
    state: ProjectState, used: Mapping[int, int], kinds: Collection[Kind]
) -> tuple[Layer, ...]:
    if Kind.LAYER_MISSING not in kinds:
        return ()
    return tuple(
        Layer(number, LayerRole.REFERENCE, f"Recovered {number}")
        for number in sorted(used.keys() - state.layers.keys())
    )
