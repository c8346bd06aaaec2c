"""Judges models one after the other on the same images."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from core.engine.device import choose_device
from core.models.registry import find_model, weights_path
from core.models.specification import ModelSpec
from core.models.trained import is_trained_id, read_trained_model
from core.models.zoo.loading import load_adapter
from core.training import events
from core.training.comparison import Contestant, read_comparison
from core.training.data import LabelledImage
from core.training.learnt import slices_of
from core.training.pictures import PictureShelf
from core.training.replay import bundled_replay, knows_nuclei
from core.training.run import RunFolder
from core.training.scores import Scores
from core.training.snapshot import SnapshotImage, read_snapshot
from core.training.split import only_part
from core.training.validation import interesting_part, judge

OLD_EXAM_PX = 384


def compare(folder: RunFolder) -> events.Compared:
    """Scores of every model on the images of a comparison; raises MaskwrightError."""
    order = read_comparison(folder)
    snapshot = read_snapshot(folder.snapshot)
    device = choose_device(order.device).name

    def shown(image: LabelledImage, entry: SnapshotImage) -> LabelledImage:
        part = order.parts.get(entry.id)
        if part is None or image.instances is None:
            return image
        return dataclasses.replace(image, instances=only_part(image.instances, slices_of(part)))

    wanted = frozenset(order.images)
    shelf = PictureShelf(snapshot, [item for item in snapshot.images if item.id in wanted], shown)
    found = [_found(item) for item in order.models]
    scores: list[Scores] = []
    old: list[float | None] = []
    replay = (
        [interesting_part(image, OLD_EXAM_PX) for image in bundled_replay()]
        if all(knows_nuclei(ancestors) for _, _, ancestors in found)
        else []
    )
    for spec, weights, _ in found:
        adapter = load_adapter(spec, weights, device)
        scores.append(judge(adapter, shelf, snapshot.categories))
        old.append(judge(adapter, replay, ()).dice if replay else None)
    return events.Compared(
        tuple(item.model_id for item in order.models),
        tuple(scores),
        tuple(old),
        len(shelf),
        bool(order.parts),
    )


def _found(contestant: Contestant) -> tuple[ModelSpec, Path, tuple[str, ...]]:
    """Specification, weights and the ids a model descends from, itself last."""
    named = Path(contestant.weights) if contestant.weights else None
    if named is not None and is_trained_id(contestant.model_id):
        model = read_trained_model(named)
        return model.spec, named, (*model.record.get("ancestors", ()), model.spec.id)
    spec = find_model(contestant.model_id)
    return spec, weights_path(spec, named), (spec.id,)
