"""What the select tool selects: objects with their groups."""

from __future__ import annotations

from collections.abc import Iterable

from core.document.annotation import Annotation
from core.editing.groups import with_groups
from gui.tools.responses import only_selected
from gui.tools.tool import ToolContext, ToolResponse


def selecting(ids: frozenset[int]) -> ToolResponse:
    """The answer that selects these objects."""
    return ToolResponse(selection=ids, draft_changed=True)


def with_visible_groups(context: ToolContext, ids: Iterable[int]) -> frozenset[int]:
    """The objects and those that are grouped with them, as far as they can be seen."""
    return with_groups(context.document, ids) - context.hidden_ids


def toggled(annotation_id: int, context: ToolContext) -> frozenset[int]:
    """The selection with the object and its group, or without them."""
    group = with_visible_groups(context, [annotation_id])
    selection = context.selection
    return selection - group if annotation_id in selection else selection | group


def editable_object(context: ToolContext) -> Annotation | None:
    """The single selected object, unless it is locked."""
    annotation = only_selected(context)
    return annotation if annotation and not annotation.locked else None
