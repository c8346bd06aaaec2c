"""What a training run starts from, learns from, is judged by and shall not forget."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelError
from core.models.registry import find_model, weights_path
from core.models.specification import ModelSpec
from core.models.trained import is_trained_id, read_trained_model
from core.training import events
from core.training.data import LabelledImage
from core.training.learnt import Learnt, learnt_by, rectangle_of
from core.training.pictures import Joined, PictureShelf, read_labelled, readable
from core.training.recipe import Recipe, Task
from core.training.replay import bundled_replay, knows_nuclei
from core.training.replay_set import gather_replay
from core.training.run import RunOrder
from core.training.snapshot import Snapshot, SnapshotImage
from core.training.split import Split, held_out_part, only_part, split_images, without_part

MOST_JUDGED = 8
"""More held-out images would make a round longer than it is worth."""

Report = Callable[[events.Event], None]


@dataclass(frozen=True, slots=True)
class Parent:
    """The model that a run starts from.

    ``ancestors`` are the ids it descends from, itself last; ``learnt`` are the
    pictures that they learnt from, None where that is not known.
    """

    spec: ModelSpec
    weights: Path
    ancestors: tuple[str, ...]
    learnt: Learnt | None


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a run learns from, is judged by, and shall not forget.

    ``replay_judged`` are the pictures by which forgetting is noticed.
    """

    learn: Sequence[LabelledImage]
    held_out: Sequence[LabelledImage]
    replay: Sequence[LabelledImage]
    replay_judged: Sequence[LabelledImage]
    by_parts: bool
    held_out_ids: tuple[int, ...]
    learnt: Learnt


def find_parent(order: RunOrder) -> Parent:
    """The model to start from; raises ModelError when it is not there."""
    named = Path(order.parent_weights) if order.parent_weights else None
    if is_trained_id(order.parent_id):
        if named is None:
            raise ModelError(f"The weights of {order.parent_id} are not known.")
        model = read_trained_model(named)
        ancestors = (*model.record.get("ancestors", ()), model.spec.id)
        return Parent(model.spec, named, ancestors, learnt_by(model))
    spec = find_model(order.parent_id)
    return Parent(spec, weights_path(spec, named), (spec.id,), {})


def gather(
    snapshot: Snapshot,
    recipe: Recipe,
    parent: Parent,
    held_out: tuple[int, ...],
    report: Report,
    replay_set: Snapshot | None = None,
) -> Material:
    """Read what can be read and split it; raises ModelError when nothing can be learnt."""
    images, problems = readable(snapshot, _suitable(snapshot, recipe.task))
    for sentence in (*snapshot.left_out, *problems):
        report(events.Notice(sentence))
    if not images:
        raise ModelError(
            "None of the labelled images can be learnt from by this model.",
            "Objects need masks for a U-Net; detectors learn from images that are approved.",
        )
    complete = {image.id: image.digest or image.path for image in images if image.is_complete}
    partial = {image.id for image in images if not image.is_complete}
    split = split_images(complete, partial, held_out, parent.learnt or ())
    parts = _held_out_parts(snapshot, images, split)
    learn, judged = _shelves(snapshot, images, split, parts)
    _check_labels(learn, recipe.task)
    replay, replay_judged = _replayed(snapshot, recipe, parent, replay_set, report)
    return Material(
        learn,
        judged,
        replay,
        replay_judged,
        split.by_parts,
        () if split.by_parts else tuple(sorted(split.judge)),
        {
            image.digest: None if (part := parts.get(image.id)) is None else rectangle_of(part)
            for image in images
            if image.id in split.learn and image.digest
        },
    )


def _replayed(
    snapshot: Snapshot,
    recipe: Recipe,
    parent: Parent,
    replay_set: Snapshot | None,
    report: Report,
) -> tuple[Sequence[LabelledImage], Sequence[LabelledImage]]:
    """Bundled pictures where they fit, and those that a person has named."""
    if recipe.replay_share <= 0:
        return (), ()
    bundled: Sequence[LabelledImage] = ()
    if _remembers(parent, snapshot, recipe.task):
        bundled = bundled_replay()
    if replay_set is None:
        return bundled, bundled
    own = frozenset(image.digest for image in snapshot.images)
    found, problems = gather_replay(replay_set, snapshot.categories, recipe.task, own)
    for sentence in problems:
        report(events.Notice(sentence))
    if not len(found.learn):
        report(
            events.Notice(
                "None of the pictures to replay fits this training: they are images of this "
                "project, have no masks, or show other classes."
            )
        )
    return Joined(bundled, found.learn), Joined(bundled, found.judge)


def _suitable(snapshot: Snapshot, task: Task) -> list[SnapshotImage]:
    if task is Task.DETECTION:
        # torchvision's losses take every place without a box for background.
        return [image for image in snapshot.images if image.is_complete]
    return [image for image in snapshot.images if image.has_masks]


Part = tuple[slice, slice] | None


def _held_out_parts(
    snapshot: Snapshot, images: Sequence[SnapshotImage], split: Split
) -> dict[int, Part]:
    """By image id, where parts of images are held out rather than whole ones."""
    if not split.by_parts:
        return {}
    judged = [image for image in images if image.id in split.judge][:MOST_JUDGED]
    return {image.id: _part_of(read_labelled(snapshot, image)) for image in judged}


def _shelves(
    snapshot: Snapshot, images: Sequence[SnapshotImage], split: Split, parts: Mapping[int, Part]
) -> tuple[Sequence[LabelledImage], Sequence[LabelledImage]]:
    learn = [image for image in images if image.id in split.learn]
    judged = [image for image in images if image.id in split.judge][:MOST_JUDGED]
    if not split.by_parts:
        return PictureShelf(snapshot, learn), PictureShelf(snapshot, judged)
    judged = [image for image in judged if parts[image.id] is not None]
    return (
        PictureShelf(snapshot, learn, lambda image, entry: _hidden(image, parts.get(entry.id))),
        PictureShelf(snapshot, judged, lambda image, entry: _shown(image, parts[entry.id])),
    )


def _part_of(image: LabelledImage) -> Part:
    return None if image.instances is None else held_out_part(image.instances)


def _hidden(image: LabelledImage, part: Part) -> LabelledImage:
    if part is None or image.instances is None:
        return image
    return dataclasses.replace(image, instances=without_part(image.instances, part))


def _shown(image: LabelledImage, part: Part) -> LabelledImage:
    if part is None or image.instances is None:
        return image
    return dataclasses.replace(image, instances=only_part(image.instances, part))


def _check_labels(images: Sequence[LabelledImage], task: Task) -> None:
    """Raise ModelError when all that is known is one thing."""
    if task is Task.DETECTION:
        return
    has_object = has_ground = False
    for image in images:
        if image.instances is not None:
            has_object = has_object or bool((image.instances > 0).any())
            has_ground = has_ground or bool((image.instances == 0).any())
        if has_object and has_ground:
            return
    if has_object:
        raise ModelError(
            "Everything that is labelled is an object; nothing says what background looks like.",
            "Approve an image when all of its objects are labelled, or scribble some "
            'background with a label named "background".',
        )
    raise ModelError(
        "No object is labelled where it can be learnt from.",
        "Label an object with a mask, an outline or a scribble.",
    )


def _remembers(parent: Parent, snapshot: Snapshot, task: Task) -> bool:
    """Whether the bundled pictures belong to what the parent knew and can be replayed here."""
    return (
        knows_nuclei(parent.ancestors)
        and task is not Task.SEMANTIC
        and len(snapshot.categories) == 1
    )
