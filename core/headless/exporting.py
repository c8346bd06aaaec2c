"""Exports a layer of an open project."""

from __future__ import annotations

from pathlib import Path

from core.document.annotation import Layer, LayerRole
from core.document.document import ProjectState
from core.errors import MaskwrightError
from core.formats.dataset import ExportReport
from core.formats.exporting import ExportKind, export_layer
from core.project.project import Project


def export_project(project: Project, layer_id: int, target: Path, kind: ExportKind) -> ExportReport:
    """Write one layer, read it back and compare; ``target`` is a folder for VOC, else a file.

    May run on any thread: it works on a snapshot. Raises WriteError.
    """
    source = project.source_records(layer_id)
    return export_layer(project.snapshot(), layer_id, target, kind, source)


def layer_to_export(state: ProjectState, name: str | None) -> Layer:
    """The layer of this name or role; without one the layer that people draw in.

    Raises MaskwrightError that names the layers there are.
    """
    if name is None:
        layer = state.layer_of(LayerRole.MINE)
    else:
        layer = next(
            (item for item in state.layers.values() if name in (item.name, item.role.value)), None
        )
    if layer is None:
        names = ", ".join(f"“{item.name}”" for item in state.layers.values())
        raise MaskwrightError(f"There is no layer “{name}”.", f"The layers are: {names}.")
    return layer
