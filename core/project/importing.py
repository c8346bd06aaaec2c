"""Bringing what was read from an annotation file into a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

from core.document.annotation import Annotation, AttributeValue, Label, Layer, LayerRole
from core.document.change import Change, Difference, ImageChange
from core.document.comment import Comment
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size
from core.document.history import History
from core.document.images import ImageRecord
from core.editing.palette import next_colors
from core.errors import ReadError
from core.formats.dataset import ImportedDataset, ImportedImage, ImportReport, ReportEntry
from core.project.image_table import ImageTable
from core.project.source_records import LayerSource


@dataclass(frozen=True, slots=True, eq=False)
class LayerImport:
    """A layer that is ready to come in: apply ``change`` to the history to have it.

    ``report`` also names the images of the file that the project does not have.
    """

    layer: Layer
    change: Change
    report: ImportReport


class ImportTarget(Protocol):
    """What an import needs of a project."""

    @property
    def history(self) -> History:
        """For the labels and layers there are."""

    @property
    def images(self) -> ImageTable:
        """To find the images of the file."""

    def size_of(self, image_id: int) -> Size:
        """Size of an image, read if need be; raises ReadError."""

    def record_image(self, image_id: int, size: Size) -> bool:
        """Keep the size of an image."""

    def load_ahead(self, image_ids: Iterable[int]) -> Mapping[int, ImageDocument]:
        """Documents of images as they are now; raises ReadError."""

    def source_layer_ids(self) -> frozenset[int]:
        """Layers that records of a file are kept of, deleted ones too."""

    def keep_source(self, source: LayerSource) -> None:
        """Keep the records of the file."""


def prepare_layer(
    project: ImportTarget,
    imported: ImportedDataset,
    role: LayerRole,
    name: str,
    source: str = "",
) -> LayerImport:
    """Make a change that adds a layer with everything that was read; on any thread.

    Images are matched by their path, else by their file name, else by that
    without its ending, where just one image of the project has it. Labels are
    matched by name and added where they are missing. ``source`` is the file, as
    people should see it. The project itself is not changed, but for the sizes
    of images and the records of the file, which are kept for the way back.
    """
    state = project.history.state
    layer = Layer(_free_layer_id(state, project.source_layer_ids()), role, name, source or name)
    labels, label_ids = merge_labels(state, imported.labels)
    matches, entries = _match(project, imported)
    changes: dict[int, ImageChange] = {}
    for image, record in matches:
        entries.extend(_learn_size(project, image, record))
        added = tuple(in_layer(image.annotations, layer.id, label_ids))
        attributes = _new_attributes(state, image, record)
        if project.images.by_id(record.id).size is None:
            continue
        comments = _new_comments(project, image, record.id)
        if added or attributes or comments:
            changes[record.id] = ImageChange(
                Difference(added=added),
                attributes=attributes,
                comments=Difference(added=comments),
            )
    entries.extend(_kept_states(imported.format_name, (image for image, _ in matches)))
    ids = {image.name: record.id for image, record in matches}
    project.keep_source(LayerSource.of(layer, imported, ids))
    change = Change(
        f"Import {name}",
        MappingProxyType(changes),
        Difference(added=labels, updated=_with_keypoints(state, imported.labels)),
        Difference(added=(layer,)),
    )
    return LayerImport(layer, change, _report(imported, changes, len(matches), entries))


def merge_labels(
    state: ProjectState, imported: Iterable[Label]
) -> tuple[tuple[Label, ...], dict[int, int]]:
    """Labels to add, and the id in the project of each imported label id."""
    by_name = {label.name: label.id for label in state.labels.values()}
    used = [label.color for label in state.labels.values()]
    digits = _free_digits(state)
    next_id = max(state.labels, default=0) + 1
    added: list[Label] = []
    ids: dict[int, int] = {}
    for label in imported:
        if label.name not in by_name:
            color = next_colors(used, 1)[0] if label.color in used else label.color
            added.append(replace(label, id=next_id, color=color, shortcut=next(digits, "")))
            used.append(color)
            by_name[label.name] = next_id
            next_id += 1
        ids[label.id] = by_name[label.name]
    return tuple(added), ids


def _with_keypoints(
    state: ProjectState, imported: Iterable[Label]
) -> tuple[tuple[Label, Label], ...]:
    """Labels that get the keypoints that the file names for them, before and after."""
    pairs = ((state.label_named(label.name), label) for label in imported if label.keypoint_names)
    return tuple(
        (
            known,
            replace(known, keypoint_names=label.keypoint_names, skeleton=label.skeleton),
        )
        for known, label in pairs
        if known is not None and not known.keypoint_names
    )


def _free_digits(state: ProjectState) -> Iterator[str]:
    """Keys that no label has yet."""
    taken = {label.shortcut for label in state.labels.values()}
    return (digit for digit in "123456789" if digit not in taken)


def in_layer(
    annotations: Iterable[Annotation], layer_id: int, label_ids: Mapping[int, int]
) -> Iterator[Annotation]:
    """The annotations as objects of a layer, under the project's labels."""
    for item in annotations:
        label_id = label_ids.get(item.label_id, item.label_id)
        # Most files become the first layer of a new project, where nothing has to be moved.
        if item.layer_id == layer_id and item.label_id == label_id:
            yield item
        else:
            yield replace(item, layer_id=layer_id, label_id=label_id)


def _match(
    project: ImportTarget, imported: ImportedDataset
) -> tuple[list[tuple[ImportedImage, ImageRecord]], list[ReportEntry]]:
    paths = project.images.paths()
    keys = (_file_name, _stem)
    unique = [_unique(paths, key) for key in keys]
    counts = [Counter(key(image.name) for image in imported.images) for key in keys]
    matches: list[tuple[ImportedImage, ImageRecord]] = []
    entries: list[ReportEntry] = []
    for image in imported.images:
        image_id = paths.get(image.name)
        for key, known, count in zip(keys, unique, counts, strict=True):
            if image_id is None and count[key(image.name)] == 1:
                image_id = known.get(key(image.name))
        if image_id is not None:
            matches.append((image, project.images.by_id(image_id)))
        elif image.annotations:
            entries.append(_entry(image, "the project has no image of this name", "left out"))
    return matches, entries


def _new_attributes(
    state: ProjectState, image: ImportedImage, record: ImageRecord
) -> tuple[Mapping[str, AttributeValue], Mapping[str, AttributeValue]] | None:
    """The attributes that the file says of an image and the project does not, before and after."""
    before = state.attributes_of_image(record.id)
    after = {**image.attributes, **before}
    return None if len(after) == len(before) else (before, MappingProxyType(after))


def _new_comments(
    project: ImportTarget, image: ImportedImage, image_id: int
) -> tuple[Comment, ...]:
    """What the file says about an image and nobody has said in the project."""
    if not image.comments:
        return ()
    document = project.load_ahead((image_id,))[image_id]
    known = set(map(_words_of, document.comments.values()))
    return tuple(item for item in image.comments if _words_of(item) not in known)


def _words_of(comment: Comment) -> tuple[object, ...]:
    return comment.text, comment.reason, comment.author, comment.made_at


def _kept_states(file: str, images: Iterable[ImportedImage]) -> Iterator[ReportEntry]:
    """States are about one's own work: a layer that comes in does not change them."""
    count = sum(image.state is not None for image in images)
    if count:
        reason = f"the file says of {count} images that they are approved, rejected or to review"
        yield ReportEntry(file or "the file", "", reason, "the project keeps its own states")


def _learn_size(
    project: ImportTarget, image: ImportedImage, record: ImageRecord
) -> tuple[ReportEntry, ...]:
    if record.size is None:
        try:
            project.size_of(record.id)
        except ReadError as error:
            if image.size is None:
                return (_entry(image, error.message, "its annotations were left out"),)
            project.record_image(record.id, image.size)
    size = project.images.by_id(record.id).size
    if image.size not in (None, size):
        reason = f"the file says {_words(image)}, the picture has another size"
        return (_entry(image, reason, "brought in as it stands", left_out=False),)
    return ()


def _report(
    imported: ImportedDataset,
    changes: Mapping[int, ImageChange],
    images: int,
    entries: list[ReportEntry],
) -> ImportReport:
    brought_in = sum(len(change.annotations.added) for change in changes.values())
    return replace(
        imported.report,
        entries=(*imported.report.entries, *entries),
        images=images,
        annotations=brought_in,
    )


def _entry(image: ImportedImage, reason: str, action: str, *, left_out: bool = True) -> ReportEntry:
    return ReportEntry(image.name, "", reason, action, left_out)


def _words(image: ImportedImage) -> str:
    return f"{image.size.width} × {image.size.height}" if image.size else "nothing"


def _free_layer_id(state: ProjectState, kept: frozenset[int]) -> int:
    """Never that of a layer that was deleted: an undo may bring it back with its records."""
    return max((*state.layers, *kept), default=0) + 1


def _unique(paths: Mapping[str, int], key: Callable[[str], str]) -> dict[str, int]:
    counts = Counter(map(key, paths))
    return {key(path): number for path, number in paths.items() if counts[key(path)] == 1}


def _file_name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _stem(path: str) -> str:
    return _file_name(path).rsplit(".", 1)[0]
