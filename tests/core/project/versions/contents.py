"""What every one of the old projects holds."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from core.document.annotation import Annotation, Label, Provenance, ReviewState
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageState
from core.document.geometry import Box, Polygon, Size
from core.document.mask import Mask
from core.project.project import Project
from core.project.records import DraftRow

IMAGES = ("first.png", "folder/second.png")
SIZE = Size(40, 30)
DRAFT = DraftRow("polygon", 2, '{"points": [[1, 2], [3, 4]]}', {"label": "1"})
RING = np.ones((6, 6), bool)
RING[2:4, 2:4] = False
SHAPES = (
    Annotation(11, 1, 1, Box(1.5, 2, 3, 4), attributes=MappingProxyType({"occluded": "yes"})),
    Annotation(12, 1, 2, Mask.from_array(RING, 5, 6), review=ReviewState.APPROVED),
    Annotation(
        13, 1, 1, Polygon.from_points([(1, 1), (9, 1), (5, 8.25)]),
        provenance=Provenance("model", "Ada", "unet-nuclei", "abc", 0.5),
        raw='{"id": 7, "extra": [1]}',
    ),
)  # fmt: skip


def fill(project: Project) -> None:
    """Four steps of the history, one of them undone; a draft and a setting."""
    history = project.history
    for image in project.images:
        project.record_image(image.id, SIZE, f"digest{image.id}")
    history.apply(Change("Add a label", labels=Difference(added=(Label(2, "ring", "#00aaff"),))))
    history.apply(Change.of_image("Draw", 1, ImageChange(annotations=Difference(added=SHAPES))))
    state = (history.state.state_of(1), ImageState.APPROVED)
    history.apply(Change.of_image("Done", 1, ImageChange(state=state)))
    history.apply(
        Change.of_image("Delete", 1, ImageChange(annotations=Difference(removed=SHAPES[:1])))
    )
    history.undo()
    project.set_setting("zoom", "2.5")
    project.cache_proposals("key", b"proposals")
    project.save_draft(DRAFT)
