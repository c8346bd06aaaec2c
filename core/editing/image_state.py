"""How far the work on images is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from core.document.change import Change, ImageChange
from core.document.document import ImageState, ProjectState


def set_image_state(
    state: ProjectState, image_ids: Iterable[int], image_state: ImageState
) -> Change | None:
    """Say how far the work on images is; None when all of them are there already."""
    changed = {
        image_id: ImageChange(state=(state.state_of(image_id), image_state))
        for image_id in dict.fromkeys(image_ids)
        if state.state_of(image_id) is not image_state
    }
    if not changed:
        return None
    return Change(f"Mark as {image_state.value}", MappingProxyType(changed))


def mark_in_progress(change: Change, state: ProjectState) -> Change:
    """The change, which also moves unlabelled images that get objects to "in progress".

    One step for both, so that undoing the first object makes the image
    unlabelled again.
    """
    images = {
        image_id: _started(part) if _starts(part, state.state_of(image_id)) else part
        for image_id, part in change.images.items()
    }
    return replace(change, images=MappingProxyType(images))


def _starts(part: ImageChange, image_state: ImageState) -> bool:
    added = bool(part.annotations.added or part.semantic.added)
    return added and part.state is None and image_state is ImageState.UNLABELLED


def _started(part: ImageChange) -> ImageChange:
    return replace(part, state=(ImageState.UNLABELLED, ImageState.IN_PROGRESS))
