"""Captions of COCO files: records without a shape, kept beside the project's objects.

``ImportedDataset.extra`` has them in its list of annotations, each as
``[place in the file, record]``; a COCO export puts them back in their places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from core.formats.dataset import ReportEntry
from core.formats.json_records import parse_object
from core.formats.labels import number_of

_PAIRS = msgspec.json.Decoder(list[tuple[int, msgspec.Raw]])
_SHAPES = ("segmentation", "bbox", "keypoints")


@dataclass(frozen=True, slots=True)
class Caption:
    """A record that says something about an image in words; ``place`` is that in the file."""

    place: int
    text: str

    @property
    def id(self) -> object:
        """Its id as it stands in the record."""
        return self._values.get("id")

    @property
    def image_id(self) -> int | str | None:
        """The id in the file of the image that it is about."""
        return number_of(self._values.get("image_id"))

    @property
    def _values(self) -> Mapping[str, object]:
        return parse_object(self.text) or {}


def is_caption(values: Mapping[str, object]) -> bool:
    """Whether a record is a caption and has no shape."""
    return isinstance(values.get("caption"), str) and not any(values.get(key) for key in _SHAPES)


def captions_as_list(captions: Iterable[Caption]) -> list[tuple[int, msgspec.Raw]]:
    """Captions as the list of annotations of ``extra``."""
    return [(item.place, msgspec.Raw(item.text.encode("utf-8"))) for item in captions]


def captions_of(annotations: msgspec.Raw | None) -> tuple[Caption, ...]:
    """The captions that were kept; none where the list is something else."""
    if annotations is None:
        return ()
    try:
        pairs = _PAIRS.decode(annotations)
        return tuple(Caption(place, bytes(raw).decode("utf-8")) for place, raw in pairs)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return ()


def ids_of_captions(captions: Iterable[Caption]) -> frozenset[int]:
    """Whole numbers that captions have as their ids."""
    found = (number_of(item.id) for item in captions)
    return frozenset(number for number in found if isinstance(number, int))


def left_out_captions(captions: Sequence[Caption], file: str, form: str) -> tuple[ReportEntry, ...]:
    """What an export without a place for captions says about them."""
    if not captions:
        return ()
    reason = f"{len(captions)} captions were read"
    return (ReportEntry(file, "", reason, f"{form} has no place for that", left_out=True),)
