"""Reading written VOC files back, by another way than the one they were written by."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
from defusedxml.ElementTree import fromstring
from PIL import Image

from core.errors import ReadError
from core.formats.findings import Findings
from core.formats.voc_boxes import Convention, edges_of_box
from core.formats.voc_document import EDGES
from core.formats.voc_layout import PlacedObject, PlannedImage, visible_parts
from core.formats.voc_masks import BACKGROUND, VOID, IndexArray

_TOLERANCE_PX = 1e-6


def count_mismatches(
    folder: Path, plan: PlannedImage, convention: Convention, findings: Findings
) -> int:
    """Pixels by which the files of an image differ from what its objects show.

    Pixels of an object that others cover are no mismatch: they are listed as
    losses. A box that differs counts as one. Raises ReadError when a file
    cannot be read back at all.
    """
    wrong = _wrong_boxes(folder / "Annotations" / f"{plan.stem}.xml", plan, convention)
    if wrong:
        findings.note(plan.record.path, f"{wrong} boxes differ after reading back", "written")
    if not plan.has_masks:
        return wrong
    objects = _indices(folder / "SegmentationObject" / f"{plan.stem}.png")
    classes = _indices(folder / "SegmentationClass" / f"{plan.stem}.png")
    differing = 0
    expected_any = np.zeros(plan.size.shape, np.bool_)
    for item, seen in visible_parts(plan):
        pixels = seen.to_array(plan.size)
        expected_any |= pixels
        differing += int(np.count_nonzero(objects[pixels] != item.index))
        differing += int(np.count_nonzero(classes[pixels] != item.class_index))
        if item.index not in (BACKGROUND, VOID):
            differing += int(np.count_nonzero((objects == item.index) & ~pixels))
    differing += int(np.count_nonzero(objects[~expected_any]))
    differing += int(np.count_nonzero(classes[~expected_any]))
    if differing:
        findings.note(plan.record.path, f"{differing} pixels differ after reading back", "written")
    return wrong + differing


def _wrong_boxes(path: Path, plan: PlannedImage, convention: Convention) -> int:
    try:
        found = fromstring(path.read_bytes(), forbid_dtd=True).findall("object")
    except (OSError, SyntaxError, ValueError) as error:
        raise ReadError(f"{path} could not be read back after writing: {error}.") from error
    wrong = abs(len(found) - len(plan.objects))
    for element, item in zip(found, plan.objects, strict=False):
        written = _edges(element)
        if item.pixels is not None and written == _edges_as_read(item):
            # The box of an object that others cover in part: it is not that of its pixels.
            continue
        meant = edges_of_box(item.box, convention)
        pairs = zip(written, _ordered(written, meant), strict=True)
        wrong += not all(abs(first - second) <= _TOLERANCE_PX for first, second in pairs)
    return wrong


def _edges(element: Element) -> list[float]:
    return [float(element.findtext(f"bndbox/{edge}") or "nan") for edge in EDGES]


def _edges_as_read(item: PlacedObject) -> list[float] | None:
    """The numbers in the record of an object that nobody edited."""
    raw = item.annotation.raw
    if item.annotation.edited or raw is None or not raw.startswith("<"):
        return None
    try:
        return _edges(fromstring(raw, forbid_dtd=True))
    except (SyntaxError, ValueError):
        return None


def _ordered(written: list[float], meant: tuple[float, ...]) -> tuple[float, ...]:
    """What is meant, with corners swapped where an untouched record has them so."""
    x0, y0, x1, y1 = meant
    if written[0] > written[2]:
        x0, x1 = x1, x0
    if written[1] > written[3]:
        y0, y1 = y1, y0
    return x0, y0, x1, y1


def _indices(path: Path) -> IndexArray:
    try:
        with Image.open(path) as image:
            return np.array(image, dtype=np.uint8)
    except (OSError, ValueError, SyntaxError) as error:
        raise ReadError(f"{path} could not be read back after writing: {error}.") from error
