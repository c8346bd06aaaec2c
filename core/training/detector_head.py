"""A detector's last layers for other categories: rows of classes that it knows are kept."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from core.models.categories import class_count, class_name

_CLASS_FIRST = (
    "roi_heads.box_predictor.cls_score.",
    "roi_heads.box_predictor.bbox_pred.",
    "roi_heads.mask_predictor.mask_fcn_logits.",
)
"""Layers whose outputs are one block for each class."""
_CLASS_LAST = ("head.classification_head.cls_logits.",)
"""Layers whose outputs are, for each anchor, one for each class (RetinaNet, FCOS)."""


def matching_classes(after: tuple[str, ...], before: tuple[str, ...]) -> tuple[int | None, ...]:
    """For each new class, background first, the number of the parent's class like it.

    A parent that knows no classes has one, which every new class is like. Names
    are compared without case; None where the parent has nothing like it.
    """
    if not before:
        return (0, *(1 for _ in after or ("object",)))
    known = {
        class_name(before, number).casefold(): number for number in range(1, class_count(before))
    }
    known.pop("", None)
    return (0, *(known.get(name.casefold()) for name in after))


def fitted_state(
    model: nn.Module,
    state: Mapping[str, Tensor],
    after: tuple[str, ...],
    before: tuple[str, ...],
) -> dict[str, Tensor]:
    """A parent's weights for a network with other classes.

    Rows of classes that the parent does not have stay as the network was built.
    """
    matches = matching_classes(after, before)
    own = model.state_dict()
    result: dict[str, Tensor] = {}
    for name, value in state.items():
        target = own.get(name)
        if target is None:
            continue
        if name.startswith((*_CLASS_FIRST, *_CLASS_LAST)):
            count = max(class_count(before), 2)
            result[name] = _rows(target, value, matches, count, name.startswith(_CLASS_LAST))
        elif target.shape == value.shape:
            result[name] = value
    return result


def _rows(
    target: Tensor,
    value: Tensor,
    matches: tuple[int | None, ...],
    count_before: int,
    class_last: bool,
) -> Tensor:
    rest = value.shape[1:]
    ours = target.clone()
    if class_last:
        new = ours.view(-1, len(matches), *rest).transpose(0, 1)
        old = value.view(-1, count_before, *rest).transpose(0, 1)
    else:
        new = ours.view(len(matches), -1, *rest)
        old = value.view(count_before, -1, *rest)
    for number, like in enumerate(matches):
        if like is not None:
            new[number] = old[like]
    return ours
