"""Asks for models to be judged on the same images, none of which any of them has learnt from.

A comparison is a folder as a run is: a snapshot, ``comparison.json``, and the
trainer's process that carries it out (``comparing.py``). No torch.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from core.document.document import ImageState
from core.document.images import Dataset, ImageRecord
from core.errors import FormatError, ModelError, ReadError
from core.formats.atomic import write_atomically
from core.models.registry import find_model
from core.models.trained import TrainedModel, is_trained_id
from core.training.learnt import Learnt, Rectangle, learnt_by, together
from core.training.places import TrainingPlace
from core.training.run import RunFolder
from core.training.snapshot import SnapshotImage, take_snapshot
from core.training.truth import COMPLETE_STATES

COMPARISON_FILE = "comparison.json"
MOST_COMPARED = 12
"""More images would make one wait longer than the answer gets better."""


class Contestant(msgspec.Struct, frozen=True):
    """A model of a comparison; ``weights`` is its file where it is not the registered one."""

    model_id: str
    weights: str = ""


class Comparison(msgspec.Struct, frozen=True):
    """What is compared on which images of the snapshot; of some only a part, by image id."""

    models: list[Contestant]
    images: list[int]
    parts: dict[int, Rectangle]
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Common:
    """Images that no model has learnt from, and the parts where that holds of a part only."""

    images: tuple[SnapshotImage, ...]
    parts: Mapping[int, Rectangle]


def prepare_comparison(
    dataset: Dataset,
    place: TrainingPlace,
    model_ids: Sequence[str],
    *,
    weights: Mapping[str, Path] | None = None,
    candidates: Collection[int] | None = None,
    device: str = "auto",
    check: Callable[[], None] = lambda: None,
) -> RunFolder:
    """Choose the images and write the order; ``weights`` are files that were named for models.

    ``candidates`` are the images that may have objects, None when that is not known.
    Raises ModelError when there is no image that all can be judged by, WriteError.
    """
    trained = {model.spec.id: model for model in place.trained()[0]}
    named = weights or {}
    contestants = [_contestant(model_id, trained, named) for model_id in model_ids]
    learnt, unknown = _learnt([trained[item] for item in model_ids if item in trained])
    wanted = _complete(dataset, learnt, unknown, candidates)
    if not wanted:
        raise nothing_in_common()
    folder = RunFolder(place.runs / f"comparison-{secrets.token_hex(4)}")
    try:
        snapshot = take_snapshot(
            dataset, folder.snapshot, candidates=candidates, only=wanted, check=check
        )
        common = common_images(snapshot.images, learnt)
        if not common.images:
            raise nothing_in_common()
        order = Comparison(
            contestants, [image.id for image in common.images], dict(common.parts), device
        )
        write_atomically(folder.path / COMPARISON_FILE, msgspec.json.encode(order))
    except BaseException:
        folder.remove()
        raise
    return folder


def common_images(images: Sequence[SnapshotImage], learnt: Learnt) -> Common:
    """Complete images that nobody learnt from; only where there is none, parts of others."""
    complete = [image for image in images if image.is_complete and image.digest]
    fresh = [image for image in complete if image.digest not in learnt]
    if fresh:
        return Common(tuple(sorted(fresh, key=_order)[:MOST_COMPARED]), {})
    parts = {image.id: part for image in complete if (part := learnt.get(image.digest)) is not None}
    partly = sorted((image for image in complete if image.id in parts), key=_order)
    return Common(tuple(partly[:MOST_COMPARED]), parts)


def read_comparison(folder: RunFolder) -> Comparison:
    """What shall be compared; raises ReadError or FormatError."""
    path = folder.path / COMPARISON_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Comparison)
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.MsgspecError as error:
        raise FormatError(path, "", f"it describes no comparison ({error})") from error


def nothing_in_common() -> ModelError:
    """The sentence where every complete image was learnt from."""
    return ModelError(
        "There is no approved image that none of these models has learnt from.",
        "Approve one more image (Ctrl+Shift+D) and compare before you train on it.",
    )


def _contestant(
    model_id: str, trained: Mapping[str, TrainedModel], named: Mapping[str, Path]
) -> Contestant:
    if is_trained_id(model_id):
        if model_id not in trained:
            raise ModelError(f'This project has no trained model "{model_id}".')
        return Contestant(model_id, str(trained[model_id].path))
    find_model(model_id)
    return Contestant(model_id, str(named.get(model_id, "")))


def _learnt(models: Sequence[TrainedModel]) -> tuple[Learnt, frozenset[int] | None]:
    """What they have learnt; and, when one does not say, the images held out for all such."""
    known: list[Learnt] = []
    held_out: frozenset[int] | None = None
    for model in models:
        learnt = learnt_by(model)
        if learnt is not None:
            known.append(learnt)
        else:
            own = frozenset(model.held_out)
            held_out = own if held_out is None else held_out & own
    return together(known), held_out


def _complete(
    dataset: Dataset,
    learnt: Learnt,
    held_out: frozenset[int] | None,
    candidates: Collection[int] | None,
) -> frozenset[int]:
    """Images that may serve, the approved ones and those that came annotated."""

    def may_serve(image: ImageRecord) -> bool:
        state = dataset.state.state_of(image.id)
        if held_out is not None and image.id not in held_out:
            return False
        if state is ImageState.UNLABELLED:
            return candidates is None or image.id in candidates
        return state in COMPLETE_STATES

    found = [image for image in dataset.images if may_serve(image)]
    fresh = [image for image in found if image.digest not in learnt]
    chosen = sorted(fresh, key=lambda image: _hash(image.path))[: 2 * MOST_COMPARED]
    return frozenset(image.id for image in (chosen or found))


def _order(image: SnapshotImage) -> str:
    return _hash(image.digest)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
