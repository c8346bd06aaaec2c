"""Small pictures and projects of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from core.document.annotation import Annotation, Geometry, new_annotation_id
from core.document.change import Change, Difference, ImageChange
from core.document.geometry import Box
from core.project.project import Project


def write_picture(path: Path, width: int = 40, height: int = 30, value: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((height, width, 3), value, np.uint8)).save(path)
    return path


def new_project(folder: Path, count: int = 2, side: int = 0) -> Path:
    """A closed project of so many pictures, square ones if a side is given."""
    paths = [f"picture{number}.png" for number in range(count)]
    for path in paths:
        write_picture(folder / path, side or 40, side or 30)
    project = Project.create(folder / "test.maskwright", folder, paths, author="tester")
    project.close()
    return project.path


@contextmanager
def open_project(path: Path, author: str = "tester") -> Iterator[Project]:
    project = Project.open(path, author=author)
    try:
        yield project
    finally:
        project.close()


def box(x: float = 1, layer_id: int = 1, label_id: int = 1) -> Annotation:
    return shape(Box(x, 2, 3, 4), layer_id, label_id)


def shape(geometry: Geometry, layer_id: int = 1, label_id: int = 1) -> Annotation:
    return Annotation(new_annotation_id(), layer_id, label_id, geometry)


def add(*items: Annotation, image_id: int = 1, name: str = "Add") -> Change:
    return Change.of_image(name, image_id, ImageChange(annotations=Difference(added=items)))
