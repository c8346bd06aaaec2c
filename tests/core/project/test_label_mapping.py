from dataclasses import replace
from pathlib import Path

from core.document.annotation import Annotation, Label, LayerRole
from core.document.document import ProjectState
from core.document.geometry import Box, Size
from core.formats.dataset import ImportedDataset, ImportedImage, ImportReport
from core.project.importing import merge_labels
from core.project.label_mapping import NEW_LABEL, LabelChoice, unknown_classes, with_choices

STATE = ProjectState(labels={1: Label(1, "cat", "#111111"), 2: Label(2, "airplane", "#222222")})
NAMES = ("cat", "cats", "plane", "zebra")


def _read() -> ImportedDataset:
    labels = tuple(Label(n, name, "#333333") for n, name in enumerate(NAMES, start=1))
    items = tuple(
        Annotation(number, 0, label, Box(0, 0, 3, 3))
        for number, label in enumerate((1, 2, 3, 3, 4, 4, 4), start=1)
    )
    image = ImportedImage("a.png", Size(9, 9), items, None)
    return ImportedDataset((image,), labels, LayerRole.PREDICTIONS, ImportReport(), Path(), "")


def test_unknown_classes_come_with_what_is_most_likely_meant() -> None:
    found = unknown_classes(STATE, _read())
    assert [(item.label.name, item.objects, item.suggestion) for item in found] == [
        ("zebra", 3, None),
        ("plane", 2, 2),
        ("cats", 1, 1),
    ]


def test_choices_rename_make_new_and_leave_out() -> None:
    choices = {2: LabelChoice(1), 3: LabelChoice(2), 4: LabelChoice(left_out=True)}
    mapped = with_choices(STATE, _read(), choices)
    added, ids = merge_labels(STATE, mapped.labels)
    assert added == ()
    assert ids == {1: 1, 2: 1, 3: 2}
    assert [item.label_id for item in mapped.images[0].annotations] == [1, 2, 3, 3]
    (entry,) = mapped.report.entries
    assert entry.left_out
    assert "zebra" in entry.item
    assert "3 objects" in entry.action


def test_new_labels_and_choices_that_are_gone_keep_their_name() -> None:
    mapped = with_choices(STATE, _read(), {2: NEW_LABEL, 3: LabelChoice(99)})
    assert [label.name for label in mapped.labels] == list(NAMES)
    assert mapped.report == replace(_read()).report
