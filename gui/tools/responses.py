"""What several tools answer in the same way."""

from __future__ import annotations

from collections.abc import Callable

from core.document.annotation import Annotation, Geometry, Provenance, new_annotation_id
from core.document.change import Change
from core.document.geometry import Size
from core.editing.annotations import add_annotation, remove_annotations
from core.errors import MaskwrightError
from gui.tools.tool import NOTHING, ToolContext, ToolResponse


def new_object(context: ToolContext, geometry: Geometry, source: str, name: str) -> ToolResponse:
    """Add an object of the active label in front of all others, and select it."""
    annotation = Annotation(
        id=new_annotation_id(),
        layer_id=context.layer_id,
        label_id=context.label.id,
        geometry=geometry,
        order=context.document.next_order(),
        provenance=Provenance(source, context.author),
    )
    change = add_annotation(context.document, annotation, name)
    return ToolResponse(change, selection=frozenset({annotation.id}), draft_changed=True)


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
