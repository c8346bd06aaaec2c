"""The first images of a large COCO file, before all of its annotations are read.

The file is split into records without looking into them; only the records of
the first images that are there are turned into shapes. A fault of any kind ends
in no preview: reading the whole says what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec

from core.document.annotation import LayerRole
from core.errors import MaskwrightError
from core.formats.coco_dialects import dialect_of
from core.formats.coco_images import ImageEntry, image_root_of, read_images
from core.formats.coco_panoptic_reading import is_panoptic
from core.formats.coco_reading import AnnotationReader
from core.formats.dataset import ImportedDataset
from core.formats.findings import Findings
from core.formats.image_names import ImageFinder
from core.formats.json_records import RawRecord, collector_paused, parse_object, records_of
from core.formats.labels import LabelTable, add_categories, number_of

LARGE_BYTES = 8_000_000
"""Smaller files are read whole in less than a second."""

IMAGES_READ = 3
_LOOKED_AT = 200


class _Owner(msgspec.Struct):
    """What says to which image a record belongs; the rest is passed over."""

    image_id: object = None


_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_OWNERS = msgspec.json.Decoder(list[_Owner])
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])


def preview_annotations(path: Path, large_bytes: int = LARGE_BYTES) -> ImportedDataset | None:
    """All images of a large COCO file, with the annotations of the first that are there.

    None for anything else, and for a file that has to be repaired first.
    """
    try:
        if not path.is_file() or path.suffix.lower() != ".json":
            return None
        if path.stat().st_size < large_bytes:
            return None
        with collector_paused():
            return _preview(path)
    except (OSError, UnicodeError, msgspec.DecodeError, RecursionError, MaskwrightError):
        return None


def _preview(path: Path) -> ImportedDataset | None:
    parts = _PARTS.decode(path.read_bytes())
    if not {"images", "annotations", "categories"} <= parts.keys() or is_panoptic(parts):
        return None
    findings = Findings(path.name)
    images = records_of(parts["images"], "images", findings)
    finder = ImageFinder(image_root_of(path, images))
    entries = read_images(images, finder, findings, probe=False)
    first = _first(entries)
    entries = _with_sizes(entries, images, first, finder.root)
    table = LabelTable()
    categories = records_of(parts["categories"], "categories", findings)
    add_categories(table, [(record.place, record.values or {}) for record in categories], findings)
    crowds_are_masks = dialect_of(path, parts) == "CVAT"
    reader = AnnotationReader(
        path.name, entries, table, findings, crowds_are_masks=crowds_are_masks
    )
    for index, record in _records_of_images(parts["annotations"], first):
        reader.read(index, record)
    return reader.finish(finder.root, "", len(images), LayerRole.REFERENCE)


def _first(entries: Sequence[ImageEntry]) -> set[int | str]:
    """Keys of the first images whose file is there; of the very first where none is."""
    looked_at = list(islice(entries, _LOOKED_AT))
    there = [entry for entry in looked_at if not entry.missing] or looked_at
    return {entry.key for entry in there[:IMAGES_READ] if entry.key is not None}


def _with_sizes(
    entries: Sequence[ImageEntry], records: Sequence[RawRecord], keys: set[int | str], root: Path
) -> list[ImageEntry]:
    """The entries, those of the first images with the size of the picture itself."""
    chosen = [item for item in records if number_of((item.values or {}).get("id")) in keys]
    read = read_images(chosen, ImageFinder(root), Findings(""), probe=True)
    sized = {entry.key: entry for entry in read}
    return [
        replace(sized[entry.key], name=entry.name) if entry.key in sized else entry
        for entry in entries
    ]


def _records_of_images(
    annotations: msgspec.Raw, keys: set[int | str]
) -> list[tuple[int, RawRecord]]:
    data = bytes(annotations)
    owners = _OWNERS.decode(data)
    places = [place for place, owner in enumerate(owners) if number_of(owner.image_id) in keys]
    raws = _RAWS.decode(data)
    return [
        (place, RawRecord(f"annotations[{place}]", text.decode("utf-8"), parse_object(text)))
        for place, text in ((place, bytes(raws[place])) for place in places)
    ]
