"""A data set as an export has chosen it: fewer objects, fewer images, simpler shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from core.document.annotation import Annotation
from core.document.document import ImageDocument
from core.document.geometry import Size
from core.document.images import Dataset
from core.document.mask import Mask
from core.formats.dataset import ReportEntry
from core.formats.export_options import ExportOptions
from core.formats.outlines import exclusive_or
from core.imaging.rasterise import rasterise
from core.imaging.tracing import simplify, trace_mask

Edit = Callable[[ImageDocument, Iterable[Annotation]], Iterable[Annotation]]


@dataclass(slots=True)
class Simplified:
    """What was lost by simpler outlines; filled while the data set is read."""

    entries: dict[int, ReportEntry] = field(default_factory=dict)


def chosen_images(dataset: Dataset, options: ExportOptions) -> Dataset:
    """The data set with the images in one of the chosen states only."""
    if not options.states:
        return dataset
    state = dataset.state
    kept = tuple(image for image in dataset.images if state.state_of(image.id) in options.states)
    return replace(dataset, images=kept)


def chosen_objects(dataset: Dataset, layer_id: int, options: ExportOptions) -> Dataset:
    """The data set with the chosen objects of a layer only; labels that are not chosen go too."""
    if options.labels:
        labels = {
            key: label for key, label in dataset.state.labels.items() if key in options.labels
        }
        state = replace(dataset.state, labels=MappingProxyType(labels))
        dataset = replace(dataset, state=state)
    if not (options.labels or options.reviews):
        return dataset

    def choose(_: ImageDocument, items: Iterable[Annotation]) -> Iterable[Annotation]:
        return (item for item in items if is_chosen(item, options))

    return _edited(dataset, layer_id, choose)


def is_chosen(item: Annotation, options: ExportOptions) -> bool:
    """Whether an object is among those that were asked for."""
    return (not options.labels or item.label_id in options.labels) and (
        not options.reviews or item.review in options.reviews
    )


def with_front_labels(dataset: Dataset, layer_id: int, front_labels: tuple[int, ...]) -> Dataset:
    """The data set with the objects of these labels in front, the first label foremost.

    Within a label, and among all others, objects keep their order.
    """
    if not front_labels:
        return dataset
    ranks = {label_id: rank for rank, label_id in enumerate(reversed(front_labels), start=1)}

    def reorder(_: ImageDocument, items: Iterable[Annotation]) -> Iterable[Annotation]:
        ordered = sorted(items, key=lambda item: (ranks.get(item.label_id, 0), item.order, item.id))
        return (replace(item, order=place) for place, item in enumerate(ordered))

    return _edited(dataset, layer_id, reorder)


def with_simple_outlines(
    dataset: Dataset, layer_id: int, tolerance_px: float
) -> tuple[Dataset, Simplified]:
    """The data set with masks as outlines that are moved by ``tolerance_px`` at most.

    The loss of each object is noted when its image is loaded. A mask that
    nothing would be left of stays as it is.
    """
    found = Simplified()
    if tolerance_px <= 0:
        return dataset, found
    paths = {image.id: image.path for image in dataset.images}

    def simpler(document: ImageDocument, items: Iterable[Annotation]) -> Iterable[Annotation]:
        for number, item in enumerate(items, start=1):
            if not isinstance(item.geometry, Mask) or item.geometry.is_empty:
                yield item
                continue
            changed, sentence, pixels = _simpler(item, item.geometry, document.size, tolerance_px)
            if sentence:
                place = f"object {number}"
                found.entries[item.id] = ReportEntry(
                    paths[document.image_id], place, sentence[0], sentence[1], pixels=pixels
                )
            yield changed

    return _edited(dataset, layer_id, simpler), found


def _simpler(
    item: Annotation, mask: Mask, size: Size, tolerance_px: float
) -> tuple[Annotation, tuple[str, str] | None, int]:
    exact = trace_mask(mask)
    outline = simplify(exact, tolerance_px)
    before = mask.clipped(size)
    after = rasterise(outline, size)
    if after.is_empty:
        return item, ("nothing would be left of its simpler outline", "written exactly"), 0
    differing = exclusive_or(before, after)
    either = before.united(after).area
    iou = 1.0 if not either else 1 - differing / either
    corners = f"{exact.vertex_count} corners became {outline.vertex_count}"
    words = (f"its outline was simplified: {corners}", f"IoU with the exact one is {iou:.4f}")
    return item.with_geometry(outline), words, differing


def _edited(dataset: Dataset, layer_id: int, edit: Edit) -> Dataset:
    def load(image_id: int) -> ImageDocument:
        document = dataset.load(image_id)
        others = {
            key: item for key, item in document.annotations.items() if item.layer_id != layer_id
        }
        kept = {item.id: item for item in edit(document, document.in_layer(layer_id))}
        return replace(document, annotations=MappingProxyType({**others, **kept}))

    return replace(dataset, load=load)
