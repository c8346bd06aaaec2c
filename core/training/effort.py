"""How much people still change by hand: the edit distance of each image after correction.

It is logged when an image is approved, so that one sees the effort fall while
the model learns. No torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from core.document.document import ImageDocument
from core.editing.provenance import is_proposed
from core.imaging.rasterise import rasterise

_FILE = "effort.jsonl"


@dataclass(frozen=True, slots=True)
class Effort:
    """What one image took.

    ``object_px`` are the pixels of all objects, ``edited_px`` those that a person
    drew or changed, ``model`` the id of the model that most objects came from,
    empty when they were drawn.
    """

    image_id: int
    object_px: int
    edited_px: int
    objects: int
    model: str = ""

    @property
    def share(self) -> float:
        """Edited pixels over pixels of all objects; 0 for an image without any."""
        return min(self.edited_px / self.object_px, 1.0) if self.object_px else 0.0


def effort_of(document: ImageDocument, layer_id: int) -> Effort:
    """What the objects of a layer took.

    An object that was proposed costs the share that was changed since
    (``Provenance.edited_fraction``), one that was drawn all of its pixels.
    """
    total = edited = 0.0
    models: dict[str, int] = {}
    items = document.in_layer(layer_id)
    for item in items:
        try:
            area = rasterise(item.geometry, document.size).area
        except ValueError:
            continue
        proposed = is_proposed(item.provenance)
        total += area
        edited += area * (item.provenance.edited_fraction if proposed else 1.0)
        name = item.provenance.model if proposed else ""
        models[name] = models.get(name, 0) + 1
    most = max(models, key=lambda name: models[name], default="")
    return Effort(document.image_id, round(total), round(edited), len(items), most)


def log_effort(folder: Path, effort: Effort) -> None:
    """Add to the log of a project's models; a log that cannot be written is left."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / _FILE).open("ab") as file:
            file.write(msgspec.json.encode(effort) + b"\n")
    except OSError:
        return


def read_efforts(folder: Path) -> tuple[Effort, ...]:
    """The log in the order of approval, each image by its last entry only."""
    latest: dict[int, Effort] = {}
    for effort in _entries(folder / _FILE):
        latest.pop(effort.image_id, None)
        latest[effort.image_id] = effort
    return tuple(latest.values())


def _entries(path: Path) -> Iterator[Effort]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=Effort)
        except msgspec.DecodeError:
            continue
