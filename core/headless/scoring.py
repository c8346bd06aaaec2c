"""Scores one annotation file against another, both in any format that is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

from core.document.annotation import Annotation, Label, Layer, LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size
from core.document.images import Dataset, ImageRecord
from core.errors import ReadError
from core.formats.coco_results import read_coco_results
from core.formats.dataset import ImportedDataset, ImportedImage, ImportReport
from core.formats.registry import detect_format, read_annotations
from core.project.importing import in_layer, merge_labels
from core.project.locations import PROJECT_SUFFIX
from core.project.project import Project
from core.scoring.agreement import PairAgreement, agreement
from core.scoring.metrics import DatasetMetrics, measure_dataset
from core.scoring.report import DatasetScore, score_dataset

TRUTH_LAYER = Layer(1, LayerRole.REFERENCE, "truth")
PREDICTION_LAYER = Layer(2, LayerRole.PREDICTIONS, "prediction")
RESULTS_FORMAT = "coco results"


def score_files(
    truth: Path,
    prediction: Path,
    images: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[DatasetScore, Dataset, tuple[str, ...]]:
    """Score ``prediction`` against ``truth``; returns scores, what was compared, and notes.

    Images are matched by their path, else by their file name; labels by name.
    A project counts as truth by its reference (else by what people drew), as
    prediction by what people drew. ``images`` is the folder of the images where
    they do not lie with the files. Raises ReadError and FormatError.
    """
    if truth.suffix == PROJECT_SUFFIX and truth == prediction:
        project = Project.open(truth, author="score")
        try:
            score, dataset = score_project(project, progress)
            return score, dataset, ()
        finally:
            project.close()
    dataset, notes = _read_both(truth, prediction, images)
    score = score_dataset(dataset, TRUTH_LAYER.id, PREDICTION_LAYER.id, progress=progress)
    return score, dataset, notes


@contextmanager
def measured_files(
    truth: Path,
    prediction: Path,
    images: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> Iterator[tuple[DatasetMetrics, Dataset, tuple[str, ...]]]:
    """Every number instead of the overlap alone; else as ``score_files``.

    The data set can be read, for pictures of its worst images, until the end of
    the ``with`` block.
    """
    if truth.suffix == PROJECT_SUFFIX and truth == prediction:
        project = Project.open(truth, author="score")
        try:
            layers = _compared_layers(project)
            dataset = project.snapshot()
            yield measure_dataset(dataset, *layers, progress=progress), dataset, ()
        finally:
            project.close()
        return
    dataset, notes = _read_both(truth, prediction, images)
    layers = TRUTH_LAYER.id, PREDICTION_LAYER.id
    yield measure_dataset(dataset, *layers, progress=progress), dataset, notes


def score_project(
    project: Project, progress: Callable[[float], None] | None = None
) -> tuple[DatasetScore, Dataset]:
    """Score what people drew against the project's reference; raises ReadError without one."""
    dataset = project.snapshot()
    return score_dataset(dataset, *_compared_layers(project), progress=progress), dataset


def layers_agreement(
    path: Path, progress: Callable[[float], None] | None = None
) -> tuple[tuple[PairAgreement, ...], dict[int, str]]:
    """How well every two layers of a project agree, and the names of the layers by id.

    Raises ReadError when there are not two layers with people's or models' objects.
    """
    if path.suffix != PROJECT_SUFFIX:
        raise ReadError(f"{path} is no project.", "Agreement is between layers of a project.")
    project = Project.open(path, author="score")
    try:
        layers = project.history.state.layers
        names = {layer.id: layer.name for layer in layers.values()}
        if len(names) < 2:
            raise ReadError(
                f"{path} has one layer only.", "Import the other annotators' files as layers."
            )
        return agreement(project.snapshot(), sorted(names), progress), names
    finally:
        project.close()


def _compared_layers(project: Project) -> tuple[int, int]:
    """Ids of the reference and of what people drew; raises ReadError without a reference."""
    state = project.history.state
    reference = state.layer_of(LayerRole.REFERENCE)
    mine = state.layer_of(LayerRole.MINE)
    if reference is None or mine is None:
        raise ReadError(
            f"{project.path} has no reference to score against.",
            "Import one in the window (File, Import a reference).",
        )
    return reference.id, mine.id


def _read_both(
    truth: Path, prediction: Path, images: Path | None
) -> tuple[Dataset, tuple[str, ...]]:
    return _joined(_read(truth, images, None), _read(prediction, images, truth))


def _read(path: Path, images: Path | None, truth: Path | None) -> ImportedDataset:
    if path.suffix == PROJECT_SUFFIX:
        return _read_project(path, as_truth=truth is None)
    if detect_format(path).name == RESULTS_FORMAT:
        dataset_json = truth if truth is not None and truth.suffix == ".json" else None
        return read_coco_results(path, dataset_json, images)
    return read_annotations(path, images)


def _read_project(path: Path, *, as_truth: bool) -> ImportedDataset:
    project = Project.open(path, author="score")
    try:
        state = project.history.state
        reference = state.layer_of(LayerRole.REFERENCE) if as_truth else None
        layer = reference or state.layer_of(LayerRole.MINE)
        layer_id = -1 if layer is None else layer.id
        dataset = project.snapshot()
        found = tuple(
            ImportedImage(record.path, document.size, document.in_layer(layer_id), None)
            for record, document in dataset.documents()
        )
        return ImportedDataset(
            images=found,
            labels=tuple(state.labels.values()),
            role_hint=LayerRole.MINE,
            report=ImportReport(),
            image_root=project.image_root,
            extra="",
        )
    finally:
        project.close()


def _joined(truth: ImportedDataset, prediction: ImportedDataset) -> tuple[Dataset, tuple[str, ...]]:
    """Both files as two layers of one data set, with what did not find its other half."""
    labels, label_ids = merge_labels(ProjectState(labels=_by_id(truth.labels)), prediction.labels)
    records: list[ImageRecord] = []
    documents: dict[int, ImageDocument] = {}
    partners = _partners(truth, prediction)
    for number, image in enumerate(truth.images, start=1):
        partner = partners.get(image.name)
        size = image.size or (partner.size if partner else None) or Size(1, 1)
        items = (
            *in_layer(image.annotations, TRUTH_LAYER.id, {}),
            *in_layer(partner.annotations if partner else (), PREDICTION_LAYER.id, label_ids),
        )
        records.append(ImageRecord(number, image.name, size))
        documents[number] = ImageDocument(number, size, _annotations(items))
    state = ProjectState(
        labels=_by_id((*truth.labels, *labels)),
        layers=MappingProxyType({1: TRUTH_LAYER, 2: PREDICTION_LAYER}),
    )
    dataset = Dataset(truth.image_root, tuple(records), state, documents.__getitem__)
    return dataset, _notes(truth, prediction, partners)


def _partners(truth: ImportedDataset, prediction: ImportedDataset) -> dict[str, ImportedImage]:
    """The predicted image that belongs to each true one."""
    by_path = {image.name: image for image in prediction.images}
    by_name: dict[str, list[ImportedImage]] = {}
    for image in prediction.images:
        by_name.setdefault(_file_name(image.name), []).append(image)
    found: dict[str, ImportedImage] = {}
    for image in truth.images:
        same_name = by_name.get(_file_name(image.name), [])
        if image.name in by_path:
            found[image.name] = by_path[image.name]
        elif len(same_name) == 1:
            found[image.name] = same_name[0]
    return found


def _notes(
    truth: ImportedDataset, prediction: ImportedDataset, partners: dict[str, ImportedImage]
) -> tuple[str, ...]:
    used = {image.name for image in partners.values()}
    unused = [image.name for image in prediction.images if image.name not in used]
    notes = [str(entry) for report in (truth.report, prediction.report) for entry in report.entries]
    if unused:
        shown = ", ".join(unused[:3]) + (" …" if len(unused) > 3 else "")
        notes.append(f"{len(unused)} predicted images are not in the truth, left out: {shown}")
    other_size = sum(
        image.size is not None
        and image.name in partners
        and partners[image.name].size not in (None, image.size)
        for image in truth.images
    )
    if other_size:
        notes.append(
            f"{other_size} images have another size in the prediction; the truth's is used"
        )
    return (*notes, *_unknown_labels(truth, prediction))


def _unknown_labels(truth: ImportedDataset, prediction: ImportedDataset) -> list[str]:
    """A sentence for each label that only the prediction has, with the nearest of the truth."""
    known = {label.name for label in truth.labels}
    notes = []
    for label in prediction.labels:
        if label.name not in known:
            near = get_close_matches(label.name, sorted(known), n=1)
            meant = f"; “{near[0]}” is meant?" if near else ""
            notes.append(f"The truth has no label “{label.name}”: all of it counts as extra{meant}")
    return notes


def _annotations(items: tuple[Annotation, ...]) -> MappingProxyType[int, Annotation]:
    """Numbered anew: two copies of one project know their objects by the same ids."""
    return MappingProxyType(
        {number: replace(item, id=number) for number, item in enumerate(items, start=1)}
    )


def _by_id(labels: tuple[Label, ...]) -> MappingProxyType[int, Label]:
    return MappingProxyType({label.id: label for label in labels})


def _file_name(path: str) -> str:
    return path.rsplit("/", 1)[-1]
