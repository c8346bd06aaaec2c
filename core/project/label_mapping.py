"""Which labels of the project the classes of a file become, where their names differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.document.annotation import Label
from core.document.document import ProjectState
from core.formats.dataset import ImportedDataset, ReportEntry
from core.models.class_mapping import suggested_label


@dataclass(frozen=True, slots=True)
class UnknownClass:
    """A class of a file that the project has no label for.

    ``suggestion`` is the id of the label that is most likely meant, if any.
    """

    label: Label
    objects: int
    suggestion: int | None


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """What becomes of an unknown class: a label of the project, a new label, or nothing."""

    label_id: int | None = None
    left_out: bool = False


NEW_LABEL = LabelChoice()


def unknown_classes(state: ProjectState, imported: ImportedDataset) -> tuple[UnknownClass, ...]:
    """The classes that no label has the name of, those with most objects first."""
    known = {label.name for label in state.labels.values()}
    counts = Counter(item.label_id for image in imported.images for item in image.annotations)
    found = [
        UnknownClass(
            label, counts[label.id], suggested_label(label.name, tuple(state.labels.values()))
        )
        for label in imported.labels
        if label.name not in known
    ]
    return tuple(sorted(found, key=lambda item: (-item.objects, item.label.name)))


def with_choices(
    state: ProjectState, imported: ImportedDataset, choices: Mapping[int, LabelChoice]
) -> ImportedDataset:
    """What was read, its classes under the labels that were chosen; by the file's label id.

    Objects of classes that are left out are listed in the report. Records for
    the way back stay as they are.
    """
    gone = {number for number, choice in choices.items() if choice.left_out}
    names = {
        number: state.labels[choice.label_id].name
        for number, choice in choices.items()
        if choice.label_id is not None and choice.label_id in state.labels
    }
    counts = Counter(item.label_id for image in imported.images for item in image.annotations)
    entries = [
        ReportEntry(
            imported.format_name or "the file",
            f"class “{label.name}”",
            "it was chosen not to bring it in",
            f"its {counts[label.id]} objects were left out",
            left_out=True,
        )
        for label in imported.labels
        if label.id in gone and counts[label.id]
    ]
    return replace(
        imported,
        images=tuple(
            replace(
                image,
                annotations=tuple(item for item in image.annotations if item.label_id not in gone),
            )
            for image in imported.images
        ),
        labels=tuple(
            replace(label, name=names.get(label.id, label.name))
            for label in imported.labels
            if label.id not in gone
        ),
        report=replace(imported.report, entries=(*imported.report.entries, *entries)),
    )
