"""Folders of real pictures, as people have them."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from core.demo.project import PHOTOGRAPHS

REFERENCE = "reference.json"


def folder_of_pictures(folder: Path, *names: str) -> Path:
    """Copies of the demo's pictures under their names in the demo."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name in PHOTOGRAPHS:
            source = files("skimage") / "data" / PHOTOGRAPHS[name]
        else:
            source = files("resources") / "demo" / "cells" / name
        with as_file(source) as path:
            shutil.copyfile(path, folder / name)
    return folder


def demo_reference(target: Path) -> Path:
    """A copy of the demo's hand-made reference, a COCO file."""
    with as_file(files("resources") / "demo" / REFERENCE) as path:
        shutil.copyfile(path, target)
    return target
