"""Proposes over a folder and writes COCO results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.document.images import ImageRecord
from core.errors import ReadError
from core.formats.coco_results import write_proposals
from core.formats.dataset import ExportReport
from core.headless.proposing import propose_images
from core.imaging.folders import find_images
from core.models.proposal import ProposalSet


def propose_to_file(
    images: Path,
    model_id: str,
    out: Path,
    *,
    weights: Path | None = None,
    device: str = "auto",
    min_score: float = 0.0,
    progress: Callable[[float], None] = lambda _share: None,
) -> ExportReport:
    """Run a model over an image or a folder and write what scores enough.

    Image ids are 1 … n in the natural order of the file names. Raises
    ReadError when there is no image, ModelError, WriteError.
    """
    root, names = find_named_images(images)
    paths = [root / name for name in names]

    def on_image(place: int, _found: ProposalSet) -> None:
        progress((place + 1) / len(paths))

    sets = propose_images(paths, model_id, weights=weights, device=device, on_image=on_image)
    kept = [replace(found, items=found.above(min_score)) for found in sets]
    records = [ImageRecord(number, name) for number, name in enumerate(names, start=1)]
    return write_proposals(out, records, kept)


def find_named_images(images: Path) -> tuple[Path, tuple[str, ...]]:
    """Folder and names of an image or of all images below a folder; raises ReadError."""
    if not images.exists():
        raise ReadError(f"There is no file or folder {images}.", "Check the path.")
    if images.is_file():
        return images.parent, (images.name,)
    names = find_images(images)
    if not names:
        raise ReadError(
            f"There is no image in {images} or the folders inside it.",
            "Name a folder with JPEG, PNG, TIFF or other pictures.",
        )
    return images, names
