"""A small data set whose objects differ in everything that is filtered by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from core.document.annotation import (
    Annotation,
    Label,
    Layer,
    LayerRole,
    Provenance,
    ReviewState,
)
from core.document.comment import Comment
from core.document.document import ImageDocument, ImageState, ProjectState
from core.document.geometry import Box, Size
from core.document.images import Dataset, ImageRecord

SIZE = Size(100, 80)
MINE, TRUTH = 1, 2
CAT, DOG = 1, 2

STATE = ProjectState(
    labels={CAT: Label(CAT, "cat", "#00ff00"), DOG: Label(DOG, "dog", "#ff0000")},
    layers={
        MINE: Layer(MINE, LayerRole.MINE, "Mine"),
        TRUTH: Layer(TRUTH, LayerRole.REFERENCE, "truth"),
    },
    states={2: ImageState.APPROVED},
)


def item(number: int, box: Box, label: int, layer: int = MINE, **changes: object) -> Annotation:
    found = Annotation(number, layer, label, box, number)
    return replace(found, **changes)  # type: ignore[arg-type]


def documents() -> dict[int, ImageDocument]:
    net = Provenance("model", "ann", "net", "abc", 0.8)
    first = (
        item(1, Box(10, 10, 20, 20), CAT, provenance=net),
        item(2, Box(60, 10, 10, 10), CAT, provenance=replace(net, score=0.4, edited_fraction=0.2)),
        item(
            3,
            Box(40, 50, 30, 20),
            DOG,
            provenance=Provenance("polygon", "bob"),
            review=ReviewState.APPROVED,
            attributes=MappingProxyType({"occluded": True}),
        ),
        item(11, Box(10, 10, 20, 20), CAT, TRUTH),
        item(12, Box(60, 10, 10, 10), DOG, TRUTH),
    )
    second = (item(4, Box(0, 0, 4, 4), DOG, provenance=Provenance("brush", "bob"), locked=True),)
    comment = Comment(1, 5, 5, "why?", annotation_id=3)
    return {
        1: ImageDocument(1, SIZE, {one.id: one for one in first}, comments={1: comment}),
        2: ImageDocument(2, SIZE, {one.id: one for one in second}),
        3: ImageDocument(3, SIZE),
    }


def dataset() -> Dataset:
    found = documents()
    records = tuple(ImageRecord(number, f"{number}.png", SIZE) for number in found)
    return Dataset(Path("/pictures"), records, STATE, found.__getitem__)
