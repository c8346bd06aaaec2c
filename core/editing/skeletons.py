"""Which keypoints the objects of a label have, and how they are joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

from core.document.annotation import Annotation, Label
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Keypoints, Visibility
from core.editing.annotations import with_shape
from core.editing.labels import checked_label
from core.errors import MaskwrightError

ABSENT = (0.0, 0.0, Visibility.UNLABELLED)


def define_keypoints(
    state: ProjectState,
    documents: Iterable[ImageDocument],
    label_id: int,
    names: Sequence[str],
    skeleton: Sequence[tuple[int, int]],
    origins: Sequence[int | None],
) -> Change | None:
    """Give a label other keypoints; objects keep the points that stay, as one step.

    ``skeleton`` joins keypoints by their numbers, from 1 on, as COCO does.
    ``origins`` says for each keypoint which one (from 0 on) it was before, None
    for a new one. ``documents`` are all images with objects of the label. Raises
    MaskwrightError for empty or repeated names, edges that lead nowhere, objects
    that would lose all of their points, or locked ones.
    """
    label = checked_label(state, label_id)
    after = replace(label, keypoint_names=_checked_names(names), skeleton=_checked(skeleton, names))
    moves = list(origins) != list(range(len(label.keypoint_names)))
    images: dict[int, ImageChange] = {}
    for document in documents if moves else ():
        pairs = _moved(document, label, origins)
        if pairs:
            images[document.image_id] = ImageChange(Difference.of_pairs(pairs))
    if after == label and not images:
        return None
    return Change(
        f"Keypoints of {label.name}",
        MappingProxyType(images),
        labels=Difference.of_pairs([(label, after)]),
    )


def edges_of(label: Label) -> tuple[tuple[int, int], ...]:
    """The skeleton as pairs of places in the list of points; edges that lead nowhere left out."""
    count = len(label.keypoint_names)
    return tuple(
        (first - 1, second - 1)
        for first, second in label.skeleton
        if 1 <= first <= count and 1 <= second <= count
    )


def skeleton_lines(
    keypoints: Keypoints, edges: Sequence[tuple[int, int]]
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The lines of a skeleton between points that are there."""
    points = keypoints.points
    pairs = [
        (points[first], points[second])
        for first, second in edges
        if max(first, second) < len(points)
    ]
    return [((a[0], a[1]), (b[0], b[1])) for a, b in pairs if a[2] and b[2] and a[:2] != b[:2]]


def _moved(
    document: ImageDocument, label: Label, origins: Sequence[int | None]
) -> list[tuple[Annotation, Annotation]]:
    pairs: list[tuple[Annotation, Annotation]] = []
    for item in document.annotations.values():
        shown = item.geometry if isinstance(item.geometry, Keypoints) else item.keypoints
        if item.label_id != label.id or shown is None:
            continue
        if item.locked:
            raise MaskwrightError(
                f"Objects of “{label.name}” are locked, so its keypoints were not changed.",
                "Unlock them with L first.",
            )
        points = shown.points
        moved = tuple(
            ABSENT if place is None or place >= len(points) else points[place] for place in origins
        )
        beside = shown is item.keypoints
        left = any(seen for _, _, seen in moved)
        if not left and not beside:
            raise MaskwrightError(
                "An object would lose all of its keypoints, so nothing was changed.",
                "Delete the object first.",
            )
        if beside:
            after = Keypoints(moved) if left else None
            pairs.append((item, replace(item, keypoints=after, edited=True)))
        else:
            pairs.append((item, with_shape(document, item, Keypoints(moved))))
    return pairs


def _checked_names(names: Sequence[str]) -> tuple[str, ...]:
    tidy = tuple(" ".join(name.split()) for name in names)
    if "" in tidy or len(set(tidy)) < len(tidy):
        raise MaskwrightError("Each keypoint needs a name of its own.", "Fill in every row.")
    return tidy


def _checked(
    skeleton: Sequence[tuple[int, int]], names: Sequence[str]
) -> tuple[tuple[int, int], ...]:
    for first, second in skeleton:
        if first == second or not (1 <= first <= len(names) and 1 <= second <= len(names)):
            raise MaskwrightError(
                f"The line {first}–{second} joins no two keypoints.",
                f"Use two numbers from 1 to {len(names)}.",
            )
    return tuple(dict.fromkeys(skeleton))
