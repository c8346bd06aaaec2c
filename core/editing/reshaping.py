"""Objects that get a shape which was worked out elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from core.document.annotation import Geometry
from core.document.change import Change
from core.document.document import ImageDocument
from core.editing.annotations import unlocked
from core.editing.areas import change_of, reshaped


def reshape(document: ImageDocument, shapes: Mapping[int, Geometry], name: str) -> Change | None:
    """Give objects other shapes as one step; None when nothing differs.

    An empty mask removes its object. Raises MaskwrightError when one is locked
    or no longer there.
    """
    found = unlocked(document, shapes)
    return change_of(document, name, [reshaped(document, item, shapes[item.id]) for item in found])
