"""The pictures of a snapshot, read when they are needed and kept while there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from core.errors import MaskwrightError, ModelError
from core.imaging.reading import read_image
from core.training.data import LabelledImage
from core.training.snapshot import Snapshot, SnapshotImage, read_truth

KEPT_BYTES = 1_000_000_000

Shape = Callable[[LabelledImage, SnapshotImage], LabelledImage]


class PictureShelf(Sequence[LabelledImage]):
    """Images of a snapshot as ``LabelledImage``; the ones used last stay in memory.

    ``shape`` changes the truth after reading, such as hiding the held-out part.
    Asking for an image that cannot be read raises ReadError or ModelError.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        images: Sequence[SnapshotImage],
        shape: Shape = lambda image, _entry: image,
        *,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self._snapshot = snapshot
        self._images = tuple(images)
        self._shape = shape
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[int, LabelledImage] = OrderedDict()

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, place: int) -> LabelledImage:  # type: ignore[override]
        found = self._kept.get(place)
        if found is None:
            found = self._shape(
                read_labelled(self._snapshot, self._images[place]), self.entry(place)
            )
            self._kept[place] = found
            while len(self._kept) > 1 and sum(map(_size, self._kept.values())) > self._kept_bytes:
                self._kept.popitem(last=False)
        self._kept.move_to_end(place)
        return found

    def __iter__(self) -> Iterator[LabelledImage]:
        return (self[place] for place in range(len(self)))

    def entry(self, place: int) -> SnapshotImage:
        """What the snapshot says of an image."""
        return self._images[place]


class Joined(Sequence[LabelledImage]):
    """Some pictures, then others; each is read when it is asked for."""

    def __init__(self, first: Sequence[LabelledImage], second: Sequence[LabelledImage]) -> None:
        self._first = first
        self._second = second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def __getitem__(self, place: int) -> LabelledImage:  # type: ignore[override]
        if place < len(self._first):
            return self._first[place]
        return self._second[place - len(self._first)]

    def __iter__(self) -> Iterator[LabelledImage]:
        return (self[place] for place in range(len(self)))


def readable(
    snapshot: Snapshot, images: Sequence[SnapshotImage]
) -> tuple[list[SnapshotImage], list[str]]:
    """The images that can be read now, and a sentence for each that cannot."""
    found, problems = [], []
    for image in images:
        try:
            read_labelled(snapshot, image)
        except MaskwrightError as error:
            problems.append(str(error))
        else:
            found.append(image)
    return found, problems


def read_labelled(snapshot: Snapshot, image: SnapshotImage) -> LabelledImage:
    """Picture and truth of one image; raises ReadError, FormatError, ModelError."""
    path = Path(image.path)
    pixels = read_image(path)
    truth = read_truth(snapshot, image)
    if truth.instances.shape != pixels.shape[:2]:
        height, width = pixels.shape[:2]
        raise ModelError(
            f"{path} is {width} × {height} pixels now, but was annotated at another size.",
            "Look at its objects; it is left out of the training.",
        )
    return LabelledImage(
        path.name,
        "new",
        pixels,
        truth.instances if truth.has_masks else None,
        truth.boxes,
        truth.classes,
        truth.box_classes,
    )


def _size(image: LabelledImage) -> int:
    return image.pixels.nbytes + (0 if image.instances is None else image.instances.nbytes)
