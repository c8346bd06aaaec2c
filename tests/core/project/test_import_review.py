"""Reviews, states, origins and comments of a COCO file reach the project, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.document.annotation import LayerRole, ReviewState
from core.document.document import ImageState
from core.formats.coco import read_coco
from core.formats.exporting import ExportKind, export_layer
from core.project.opening import open_source
from core.project.project import Project
from tests.core.formats.datasets import coco_file, record

COMMENT = {"x": 2.5, "y": 3.5, "text": "too small", "reason": "bad outline", "author": "ann",
           "resolved": True, "made_at": 12.5, "annotation_id": 7}  # fmt: skip
IMAGES = [
    {"id": 5, "file_name": "a.png", "width": 32, "height": 24}
    | {"state": "approved", "comments": [COMMENT]}
]
OBJECT = record(
    7, review="rejected", provenance={"source": "model", "model": "unet", "author": "ann"}
)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Project]:
    project = open_source(coco_file(tmp_path, [OBJECT], images=IMAGES), author="tester").project
    yield project
    project.close()


def test_a_new_project_has_them_all_and_keeps_them(opened: Project, tmp_path: Path) -> None:
    opened.close()
    again = open_source(opened.path, author="tester").project
    try:
        document = again.history.document(1)
        (item,) = document.annotations.values()
        (said,) = document.comments.values()
        assert item.review is ReviewState.REJECTED
        assert (item.provenance.model, item.provenance.author) == ("unet", "ann")
        assert again.history.state.state_of(1) is ImageState.APPROVED
        assert (said.text, said.reason, said.author) == ("too small", "bad outline", "ann")
        assert (said.x, said.y, said.resolved, said.made_at) == (2.5, 3.5, True, 12.5)
        assert said.annotation_id == item.id
        export_layer(
            again.snapshot(), 1, tmp_path / "out.json", ExportKind.COCO_RLE, again.source_records(1)
        )
    finally:
        again.close()
    found = json.loads((tmp_path / "out.json").read_text())
    assert (found["annotations"], found["images"]) == ([OBJECT], IMAGES)


def test_a_layer_brings_what_is_new_and_leaves_the_states_alone(
    opened: Project, tmp_path: Path
) -> None:
    other = {**COMMENT, "text": "and this?", "annotation_id": 8}
    changed = [{**IMAGES[0], "state": "rejected", "comments": [COMMENT, other]}]
    folder = tmp_path / "theirs"
    folder.mkdir()
    imported = read_coco(coco_file(folder, [{**OBJECT, "id": 8}], images=changed))
    layer = opened.import_layer(imported, LayerRole.REFERENCE, "theirs")
    opened.history.apply(layer.change)
    document = opened.history.document(1)
    assert sorted(item.text for item in document.comments.values()) == ["and this?", "too small"]
    (new,) = [item for item in document.comments.values() if item.text == "and this?"]
    assert new.annotation_id is not None
    assert document.annotations[new.annotation_id].layer_id == layer.layer.id
    assert opened.history.state.state_of(1) is ImageState.APPROVED
    assert "keeps its own states" in "\n".join(map(str, layer.report.entries))
    opened.history.undo()
    assert len(opened.history.document(1).comments) == 1
