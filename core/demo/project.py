"""Builds the demo project in a folder: pictures, project file, reference, predictions."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

from core.document.annotation import Annotation, Label, Layer, LayerRole
from core.document.document import ProjectState
from core.errors import ReadError, WriteError
from core.formats.coco import read_coco
from core.formats.coco_results import read_coco_results
from core.formats.dataset import ImportedDataset
from core.project.creation import ProjectContents, mine_layer, write_project
from core.project.importing import in_layer, merge_labels
from core.project.records import NewImage

PROJECT_NAME = "demo.maskwright"
PICTURES_FOLDER = "pictures"

PHOTOGRAPHS = {
    "coins.png": "coins.png",
    "cat.png": "chelsea.png",
    "coffee.png": "coffee.png",
    "astronaut.png": "astronaut.png",
    "rocket.jpg": "rocket.jpg",
    "camera.png": "camera.png",
    "tissue.png": "ihc.png",
    "retina.jpg": "retina.jpg",
}
"""Name in the demo, and the file of scikit-image's own data it is."""

CELLS = (
    "nuclei-1.png",
    "nuclei-2.png",
    "nuclei-3.png",
    "nuclei-4.png",
    "blood-1.jpg",
    "blood-2.jpg",
)

REFERENCE_LAYER_ID = 2
PREDICTIONS_LAYER_ID = 3


def build_demo(folder: Path, author: str = "demo") -> Path:
    """The demo project in ``folder``, made where there is none yet; returns its file.

    Raises WriteError when the folder cannot be written to, ReadError when the
    photographs are missing from the installed scikit-image.
    """
    project = folder / PROJECT_NAME
    if project.exists():
        return project
    pictures = folder / PICTURES_FOLDER
    copy_pictures(pictures)
    with as_file(files("resources") / "demo") as resources:
        reference = read_coco(resources / "reference.json", pictures)
        predictions = read_coco_results(
            resources / "predictions.json", resources / "reference.json", pictures
        )
    write_project(project, pictures, _contents(reference, predictions, author))
    return project


def copy_pictures(folder: Path) -> tuple[Path, ...]:
    """Put the demo's pictures into a folder; those that are there already stay."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in PHOTOGRAPHS.items():
            _copy(_photograph(source), folder / name)
        with as_file(files("resources") / "demo" / "cells") as cells:
            for name in CELLS:
                _copy(cells / name, folder / name)
    except OSError as error:
        raise WriteError(
            f"The demo's pictures cannot be written to {folder}: {error.strerror}.",
            "Name another folder with --folder.",
        ) from error
    return tuple(folder / name for name in (*PHOTOGRAPHS, *CELLS))


def _photograph(name: str) -> Path:
    with as_file(files("skimage") / "data" / name) as path:
        if path.is_file():
            return path
    raise ReadError(
        f"scikit-image brings no picture {name}.",
        "Reinstall it: pip install --force-reinstall scikit-image.",
    )


def _copy(source: Path, target: Path) -> None:
    if not target.exists():
        shutil.copyfile(source, target)


def _contents(
    reference: ImportedDataset, predictions: ImportedDataset, author: str
) -> ProjectContents:
    names = (*PHOTOGRAPHS, *CELLS)
    ids = {name: number for number, name in enumerate(names, start=1)}
    labels = _numbered(reference.labels)
    added, label_ids = merge_labels(
        ProjectState(labels={label.id: label for label in labels}), predictions.labels
    )
    known = {label.name: label.id for label in labels}
    reference_ids = {label.id: known[label.name] for label in reference.labels}
    annotations: dict[int, tuple[Annotation, ...]] = {}
    for imported, layer_id, mapping in (
        (reference, REFERENCE_LAYER_ID, reference_ids),
        (predictions, PREDICTIONS_LAYER_ID, label_ids),
    ):
        for image in imported.images:
            items = tuple(in_layer(image.annotations, layer_id, mapping))
            image_id = ids[image.name]
            annotations[image_id] = (*annotations.get(image_id, ()), *items)
    return ProjectContents(
        images=tuple(NewImage(number, name) for name, number in ids.items()),
        layers=(
            mine_layer(author),
            Layer(REFERENCE_LAYER_ID, LayerRole.REFERENCE, "Reference", "drawn by hand"),
            Layer(PREDICTIONS_LAYER_ID, LayerRole.PREDICTIONS, "Bundled models", "predictions"),
        ),
        labels=(*labels, *added),
        annotations=annotations,
    )


def _numbered(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """Labels with ids from 1 and the digits as keys."""
    return tuple(
        replace(label, id=number, shortcut=str(number) if number < 10 else "")
        for number, label in enumerate(labels, start=1)
    )
