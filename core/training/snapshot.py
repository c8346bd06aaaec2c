"""A copy of the annotations that a training run reads, as files that no edit changes.

A folder with ``set.json`` and one compressed NumPy archive for every labelled
image. It stays beside the run, so that a run can be repeated or resumed after
the annotations have changed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from core.document.annotation import LayerRole
from core.document.document import ImageDocument, ImageState, ProjectState
from core.document.images import Dataset, ImageRecord
from core.errors import FormatError, ModelError, ReadError
from core.formats.atomic import make_folder, write_atomically
from core.imaging.reading import content_digest
from core.training.truth import (
    BACKGROUND_NAME,
    COMPLETE_STATES,
    Truth,
    categories_of,
    is_complete,
    truth_of,
)

_INDEX = "set.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class SnapshotImage:
    """One labelled image: where its picture and its truth are, and how much is known."""

    id: int
    path: str
    truth_file: str
    is_complete: bool
    object_count: int
    has_masks: bool
    digest: str = ""
    """Content hash of the picture; equal pictures are never on both sides of a split."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a run learns from; ``categories`` are the names of class 1, class 2 and so on."""

    folder: Path
    categories: tuple[str, ...]
    images: tuple[SnapshotImage, ...]
    left_out: tuple[str, ...] = ()
    """Sentences about images that could not be taken."""

    @property
    def object_count(self) -> int:
        """Objects on all images."""
        return sum(image.object_count for image in self.images)


class _Index(msgspec.Struct, frozen=True):
    version: int
    categories: list[str]
    images: list[SnapshotImage]
    left_out: list[str]


def take_snapshot(
    dataset: Dataset,
    folder: Path,
    *,
    candidates: Collection[int] | None = None,
    only: Collection[int] | None = None,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[float], None] = lambda _share: None,
) -> Snapshot:
    """Write what is labelled in the layer "Mine" to a folder.

    ``candidates`` are the images that may have something in that layer, None when
    that is not known; the others are read only when they are marked complete.
    Images that are not among ``only`` are left out, where it is given.
    ``check`` may raise to call the work off. Raises ModelError when there is
    nothing to learn from, WriteError when the folder cannot be written.
    """
    layer = dataset.state.layer_of(LayerRole.MINE)
    if layer is None:
        raise ModelError("This project has no layer of your own to learn from.")
    wanted = dataset
    if only is not None:
        images = tuple(image for image in dataset.images if image.id in only)
        wanted = replace(dataset, images=images)
    labelled = _labelled(wanted, layer.id, candidates, check)
    used = frozenset(
        item.label_id for _, document in labelled for item in document.in_layer(layer.id)
    ) | _painted_labels(labelled, layer.id)
    categories = categories_of(dataset.state.labels, used)
    if not categories:
        raise nothing_labelled()
    class_of_label = _classes(dataset.state, tuple(label.id for label in categories))
    make_folder(folder)
    taken: list[SnapshotImage] = []
    left_out: list[str] = []
    for place, (record, document) in enumerate(labelled):
        check()
        progress(place / len(labelled))
        if not dataset.path_of(record).is_file():
            left_out.append(f"{record.path}: the picture is not there.")
            continue
        complete = is_complete(document, layer.id, dataset.state.state_of(record.id))
        truth = truth_of(document, layer.id, class_of_label, complete=complete)
        if not truth.labelled_px and not truth.object_count:
            left_out.append(f"{record.path}: nothing on it can be learnt from.")
            continue
        name = f"{record.id}.npz"
        write_atomically(folder / name, _packed(truth))
        path = dataset.path_of(record)
        digest = record.digest or content_digest(path)
        taken.append(
            SnapshotImage(
                record.id, str(path), name, complete, truth.object_count, truth.has_masks, digest
            )
        )
    if not any(image.object_count for image in taken):
        raise nothing_labelled()
    names = tuple(label.name for label in categories)
    index = _Index(_VERSION, list(names), taken, left_out)
    write_atomically(folder / _INDEX, msgspec.json.encode(index))
    return Snapshot(folder, names, tuple(taken), tuple(left_out))


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot in a folder; raises ReadError or FormatError."""
    path = folder / _INDEX
    try:
        index = msgspec.json.decode(path.read_bytes(), type=_Index)
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise FormatError(path, "", f"it is no training set ({error})") from error
    return Snapshot(folder, tuple(index.categories), tuple(index.images), tuple(index.left_out))


def read_truth(snapshot: Snapshot, image: SnapshotImage) -> Truth:
    """The truth of one image; raises ReadError or FormatError."""
    path = snapshot.folder / image.truth_file
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Truth(
                arrays["instances"],
                arrays["classes"],
                arrays["boxes"],
                arrays["box_classes"],
                image.object_count,
                int(arrays["labelled_px"]),
            )
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, EOFError) as error:
        raise FormatError(path, "", f"it holds no truth ({error})") from error


def nothing_labelled() -> ModelError:
    """The sentence for a project without labels."""
    return ModelError(
        "There is nothing to learn from yet.",
        "Label at least one object, then train. Approve an image (Ctrl+Shift+D) when "
        "everything on it is labelled.",
    )


def _labelled(
    dataset: Dataset,
    layer_id: int,
    candidates: Collection[int] | None,
    check: Callable[[], None],
) -> list[tuple[ImageRecord, ImageDocument]]:
    """Images with something in a layer, or that were marked complete."""
    found = []
    for record in dataset.images:
        check()
        state = dataset.state.state_of(record.id)
        if state is ImageState.REJECTED:
            continue
        complete = state in COMPLETE_STATES
        if not complete and candidates is not None and record.id not in candidates:
            continue
        document = dataset.load(record.id)
        if complete or document.in_layer(layer_id) or layer_id in document.semantic:
            found.append((record, document))
    return found


def _painted_labels(
    labelled: list[tuple[ImageRecord, ImageDocument]], layer_id: int
) -> frozenset[int]:
    maps = (document.semantic.get(layer_id) for _, document in labelled)
    return frozenset(
        label for semantic in maps if semantic is not None for label in np.unique(semantic.classes)
    )


def _classes(state: ProjectState, labels: tuple[int, ...]) -> dict[int, int]:
    ground = {
        number: 0
        for number, label in state.labels.items()
        if label.name.casefold() == BACKGROUND_NAME
    }
    return ground | {label: place for place, label in enumerate(labels, start=1)}


def _packed(truth: Truth) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(
        file,
        instances=truth.instances,
        classes=truth.classes,
        boxes=truth.boxes,
        box_classes=truth.box_classes,
        labelled_px=np.array(truth.labelled_px),
    )
    return file.getvalue()
