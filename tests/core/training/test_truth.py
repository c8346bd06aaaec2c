from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from core.document.annotation import Annotation, Geometry, Label, ReviewState
from core.document.document import ImageDocument, ImageState
from core.document.geometry import Box, Polygon, Scribble, Size
from core.document.mask import Mask
from core.document.semantic import SemanticMap
from core.training.data import UNLABELLED
from core.training.truth import RIM_PX, categories_of, is_complete, truth_of

SIZE = Size(40, 30)
CLASSES = {1: 1, 2: 2, 9: 0}


def _document(*items: Annotation, semantic: SemanticMap | None = None) -> ImageDocument:
    return ImageDocument(
        1,
        SIZE,
        MappingProxyType({item.id: item for item in items}),
        MappingProxyType({} if semantic is None else {1: semantic}),
    )


def _item(number: int, geometry: Geometry, label: int = 1, **more: object) -> Annotation:
    return Annotation(number, 1, label, geometry, order=number, **more)  # type: ignore[arg-type]


def _square(x: int, y: int, side: int = 8) -> Mask:
    return Mask.from_array(np.ones((side, side)), x, y)


def test_on_a_complete_image_all_else_is_background() -> None:
    truth = truth_of(_document(_item(1, _square(4, 4))), 1, CLASSES, complete=True)
    assert (truth.instances > 0).sum() == 64
    assert (truth.instances == 0).sum() == 40 * 30 - 64
    assert truth.boxes.tolist() == [[4, 4, 12, 12]]


def test_on_an_image_in_work_only_objects_and_their_rims_count() -> None:
    truth = truth_of(_document(_item(1, _square(10, 10))), 1, CLASSES, complete=False)
    assert (truth.instances == 1).sum() == 64
    known_ground = truth.instances == 0
    assert known_ground[13, 10 - RIM_PX : 10].all()
    assert not known_ground[13, 10 - RIM_PX - 1]
    assert truth.instances[0, 0] == UNLABELLED
    assert truth.labelled_px == int((truth.instances != UNLABELLED).sum())


def test_a_rim_does_not_eat_the_neighbour() -> None:
    items = _item(1, _square(10, 10)), _item(2, _square(19, 10))
    truth = truth_of(_document(*items), 1, CLASSES, complete=False)
    assert (truth.instances == 1).sum() == 64
    assert (truth.instances == 2).sum() == 64


def test_scribbles_count_and_have_no_rim() -> None:
    line = np.array([[5.0, 5.0], [20.0, 5.0]])
    items = (
        _item(1, Scribble(line, 2.0)),
        _item(2, Scribble(line + np.array([0, 12]), 2.0), label=9),
    )
    truth = truth_of(_document(*items), 1, CLASSES, complete=False)
    assert truth.instances[5, 10] == 1
    assert truth.instances[17, 10] == 0
    assert truth.instances[11, 10] == UNLABELLED
    assert len(truth.boxes) == 0


def test_boxes_hide_their_pixels_and_are_kept_as_boxes() -> None:
    truth = truth_of(_document(_item(1, Box(4, 4, 10, 10))), 1, CLASSES, complete=True)
    assert (truth.instances[4:14, 4:14] == UNLABELLED).all()
    assert truth.boxes.tolist() == [[4, 4, 14, 14]]
    assert not truth.has_masks
    assert truth.object_count == 1


@pytest.mark.parametrize(
    "more", [{"is_crowd": True}, {"review": ReviewState.REJECTED}, {"label_id": 77}]
)
def test_crowds_rejected_and_unknown_labels_are_no_objects(more: dict[str, object]) -> None:
    fields = {"id": 1, "layer_id": 1, "label_id": 1, "geometry": _square(4, 4)} | more
    truth = truth_of(_document(Annotation(**fields)), 1, CLASSES, complete=True)  # type: ignore[arg-type]
    assert not (truth.instances > 0).any()
    hidden = (truth.instances == UNLABELLED).sum()
    assert hidden == (0 if "review" in more else 64)


def test_what_lies_on_top_wins_and_keeps_its_class() -> None:
    items = _item(1, _square(4, 4)), _item(2, _square(8, 4), label=2)
    truth = truth_of(_document(*items), 1, CLASSES, complete=True)
    assert truth.classes[truth.instances[6, 10]] == 2
    assert truth.classes[truth.instances[6, 5]] == 1


def test_painted_classes_become_parts_and_unlabelled_stays() -> None:
    painted = np.full(SIZE.shape, 65534, np.uint16)
    painted[2:6, 2:6], painted[2:6, 20:26], painted[20:, :] = 1, 1, 9
    truth = truth_of(_document(semantic=SemanticMap(1, painted)), 1, CLASSES, complete=False)
    assert truth.object_count == 2
    assert truth.instances[25, 5] == 0
    assert truth.instances[10, 5] == UNLABELLED


def test_shapes_far_outside_are_left_out() -> None:
    far = Polygon.from_points([(1e8, 1), (1e8, 2), (1e8 + 1, 2)])
    truth = truth_of(_document(_item(1, far)), 1, CLASSES, complete=True)
    assert truth.object_count == 0


def test_classes_are_the_used_labels_without_background() -> None:
    labels = {n: Label(n, name, "#fff") for n, name in ((1, "a"), (2, "Background"), (3, "c"))}
    assert [item.name for item in categories_of(labels, frozenset({1, 2, 3}))] == ["a", "c"]
    assert [item.name for item in categories_of(labels, frozenset({3}))] == ["c"]


def test_images_of_a_file_that_nobody_touched_are_complete() -> None:
    read, drawn = _item(1, _square(4, 4), raw="{}"), _item(2, _square(14, 4))
    assert is_complete(_document(read), 1, ImageState.UNLABELLED)
    assert not is_complete(_document(read, drawn), 1, ImageState.UNLABELLED)
    assert not is_complete(_document(), 1, ImageState.UNLABELLED)
    assert is_complete(_document(), 1, ImageState.NEEDS_REVIEW)
    assert not is_complete(_document(read), 1, ImageState.IN_PROGRESS)
