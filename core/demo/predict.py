"""Makes ``resources/demo/predictions.json``: what the bundled models say about the demo's cells.

Run it again whenever the bundled weights change:
``python -m core.demo.predict resources/demo/predictions.json``
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec

from core.demo.project import CELLS, copy_pictures
from core.document.images import ImageRecord
from core.formats.atomic import write_atomically
from core.formats.coco_results import write_proposals
from core.headless.proposing import propose_images
from core.models.proposal import ProposalSet

SCORE = 0.5
MODELS = {"nuclei": "unet-nuclei", "blood": "maskrcnn-cells"}
CLASS_OF_AGNOSTIC_MODEL = "cell"


def write_predictions(target: Path, reference: Path) -> int:
    """Propose on every cell picture and write COCO results; returns how many objects.

    ``reference`` is the COCO file whose numbers of images are used.
    """
    numbers = _image_numbers(reference)
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder)
        copy_pictures(pictures)
        sets = [_predict(pictures / name) for name in CELLS]
    images = [ImageRecord(numbers[name], name) for name in CELLS]
    write_proposals(target, images, sets)
    _number_categories(target, reference)
    return sum(len(found.items) for found in sets)


def _number_categories(results: Path, reference: Path) -> None:
    """Give the results the category numbers of the reference, as COCO wants; others follow."""
    categories = msgspec.json.decode(reference.read_bytes())["categories"]
    numbers = {category["name"]: category["id"] for category in categories}
    records = msgspec.json.decode(results.read_bytes())
    for record in records:
        name = record["category_name"]
        record["category_id"] = numbers.setdefault(name, max(numbers.values()) + 1)
    write_atomically(results, msgspec.json.encode(records))


def _predict(picture: Path) -> ProposalSet:
    model = MODELS[picture.name.split("-")[0]]
    (found,) = propose_images([picture], model, device="cpu")
    items = tuple(
        replace(item, label=item.label or CLASS_OF_AGNOSTIC_MODEL) for item in found.above(SCORE)
    )
    return replace(found, items=items)


def _image_numbers(reference: Path) -> dict[str, int]:
    images = msgspec.json.decode(reference.read_bytes())["images"]
    return {image["file_name"]: image["id"] for image in images}


if __name__ == "__main__":
    output = Path(sys.argv[1])
    print(write_predictions(output, output.with_name("reference.json")), "objects")
