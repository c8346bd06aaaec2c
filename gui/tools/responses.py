"""What several tools answer in the same way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.document.annotation import Annotation, Geometry, Provenance, new_annotation_id
from core.document.change import Change
from core.document.geometry import FloatArray, Polygon, Size
from core.document.mask import Mask
from core.editing.annotations import add_annotation, remove_annotations
from core.editing.paint_rules import add_painted, paint_on
from core.editing.strokes import stroke
from core.errors import MaskwrightError
from gui.tools.tool import NOTHING, ToolContext, ToolResponse

STILL_OPENING = ToolResponse(message="The picture is still being opened; try again in a moment.")

_SMALLEST_AREA_PX = 0.25


def new_object(context: ToolContext, geometry: Geometry, source: str, name: str) -> ToolResponse:
    """Add an object of the active label by the rule for painting, and select it.

    Boxes and keypoints always go in front of all others.
    """
    annotation = Annotation(
        id=new_annotation_id(),
        layer_id=context.layer_id,
        label_id=context.label.id,
        geometry=geometry,
        order=context.document.next_order(),
        provenance=Provenance(source, context.author),
    )
    if not isinstance(geometry, Mask | Polygon):
        change = add_annotation(context.document, annotation, name)
        return ToolResponse(change, selection=frozenset({annotation.id}), draft_changed=True)
    response = attempt(
        lambda: add_painted(context.document, annotation, context.paint_rule, name),
        frozenset({annotation.id}),
    )
    if response.change is None:
        message = response.message or "Every pixel here belongs to an object already."
        return ToolResponse(message=message, draft_changed=True)
    return response


def painted(
    context: ToolContext, annotation_id: int, pixels: Mask, subtract: bool, name: str = ""
) -> Change | None:
    """The change that adds pixels to an object by the rule for painting, or takes them away."""
    document, author = context.document, context.author
    if subtract:
        return stroke(document, annotation_id, pixels, True, author, name=name)
    return paint_on(document, annotation_id, pixels, author, context.paint_rule, name=name)


def attempt(
    edit: Callable[[], Change | None], selection: frozenset[int] | None = None
) -> ToolResponse:
    """The change of an edit; a refusal becomes the sentence for the status line."""
    try:
        change = edit()
    except MaskwrightError as error:
        return ToolResponse(message=str(error), draft_changed=True)
    return ToolResponse(change, selection=selection, draft_changed=True)


def delete_selected(context: ToolContext) -> ToolResponse:
    """Delete what is selected in the edited layer."""
    ids = [item.id for item in selected_objects(context)]
    if not ids:
        return NOTHING
    return attempt(lambda: remove_annotations(context.document, ids), selection=frozenset())


def clear_selection(context: ToolContext) -> ToolResponse:
    """Select nothing."""
    return ToolResponse(selection=frozenset(), draft_changed=True) if context.selection else NOTHING


def selected_objects(context: ToolContext) -> tuple[Annotation, ...]:
    """What is selected in the edited layer and can be seen."""
    annotations = context.document.annotations
    found = (annotations[number] for number in sorted(context.selection) if number in annotations)
    return tuple(
        item
        for item in found
        if item.layer_id == context.layer_id and item.id not in context.hidden_ids
    )


def only_selected(context: ToolContext) -> Annotation | None:
    """The selected object when it is exactly one."""
    found = selected_objects(context)
    return found[0] if len(found) == 1 and len(context.selection) == 1 else None


def clipped_point(x: float, y: float, size: Size) -> tuple[float, float]:
    """The nearest point of the image."""
    return min(max(x, 0.0), float(size.width)), min(max(y, 0.0), float(size.height))


def inside_image(x: float, y: float, size: Size) -> bool:
    """Whether there is a pixel under the point."""
    return 0 <= x < size.width and 0 <= y < size.height


def encloses_area(ring: FloatArray) -> bool:
    """Whether the points are not all on one line; an outline that crosses itself is allowed."""
    spread = np.linalg.svd(ring - ring.mean(axis=0), compute_uv=False)
    return bool(spread[0] * spread[1] >= _SMALLEST_AREA_PX)
