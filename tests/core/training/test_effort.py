from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import numpy as np

from core.document.annotation import Annotation, Provenance
from core.document.document import ImageDocument
from core.document.geometry import Size
from core.document.mask import Mask
from core.training.effort import Effort, effort_of, log_effort, read_efforts


def _square(number: int, provenance: Provenance) -> Annotation:
    mask = Mask.from_array(np.ones((10, 10)), 12 * number, 5)
    return Annotation(number, 1, 1, mask, provenance=provenance)


def test_drawn_objects_cost_all_and_proposed_ones_what_was_changed() -> None:
    items = (
        _square(0, Provenance("brush")),
        _square(1, Provenance("model", model="trained-a", score=0.9, edited_fraction=0.25)),
        _square(2, Provenance("model", model="trained-a", score=0.8)),
    )
    document = ImageDocument(7, Size(60, 30), MappingProxyType({item.id: item for item in items}))
    effort = effort_of(document, 1)
    assert (effort.object_px, effort.edited_px, effort.objects) == (300, 125, 3)
    assert effort.model == "trained-a"
    assert effort.share == 125 / 300
    assert effort_of(ImageDocument(7, Size(4, 4)), 1).share == 0


def test_the_log_keeps_the_last_of_each_image_and_survives_a_cut_line(tmp_path: Path) -> None:
    assert read_efforts(tmp_path / "nowhere") == ()
    for effort in (Effort(1, 10, 10, 1), Effort(2, 10, 5, 1), Effort(1, 10, 2, 1)):
        log_effort(tmp_path, effort)
    with (tmp_path / "effort.jsonl").open("ab") as file:
        file.write(b'{"image_id": 3, "obj')
    assert [(item.image_id, item.edited_px) for item in read_efforts(tmp_path)] == [(2, 5), (1, 2)]
