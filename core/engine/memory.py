"""What to try when a device runs out of memory: a ladder of smaller ways to run a model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from core.document.geometry import Size
from core.errors import DeviceMemoryError

T = TypeVar("T")

TILE_PX = 1024
SMALLEST_SIDE_PX = 64

_OUT_OF_MEMORY = re.compile(
    r"out of memory|can't allocate memory|not enough memory|insufficient memory|alloc_failed",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to run a model on one image.

    ``half_precision`` lets the device compute with 16-bit numbers, ``tile_px`` cuts
    the image into tiles of that side (0: whole), ``with_whole`` adds a look at the
    whole image to them, ``shrink`` divides its sides.
    """

    device: str
    half_precision: bool = False
    tile_px: int = 0
    with_whole: bool = False
    shrink: int = 1

    def difference(self, wanted: Attempt) -> str:
        """What was given up against the attempt that was wanted, as a sentence; may be empty."""
        parts = []
        if self.device != wanted.device:
            parts.append(f"on {self.device} instead of {wanted.device}")
        if self.half_precision:
            parts.append("in half precision")
        if self.tile_px and self.tile_px != wanted.tile_px:
            parts.append(f"in tiles of {self.tile_px} px")
        if wanted.tile_px and not self.tile_px:
            parts.append("in one piece instead of in tiles")
        elif wanted.with_whole and not self.with_whole:
            parts.append("without a look at the whole picture")
        if self.shrink > 1:
            parts.append(f"at 1/{self.shrink} of the size")
        return f"Memory was short: run {' and '.join(parts)}." if parts else ""


def attempts(device: str, size: Size, tile_px: int = 0) -> tuple[Attempt, ...]:
    """The ways to run a model, best first.

    ``tile_px`` is the side of the tiles that are wanted anyway, 0 for the whole
    picture. Half precision is tried on devices that gain from it, then tiles or
    smaller ones, then a smaller input, then all of it on the CPU. Tiles go
    through a network one by one, so there is no batch of them to make smaller.
    """
    on_cpu = Attempt("cpu", tile_px=tile_px, with_whole=tile_px > 0)
    if device == "cpu":
        return tuple(_smaller_and_smaller(on_cpu, size))
    wanted = replace(on_cpu, device=device)
    on_device = _smaller_and_smaller(replace(wanted, half_precision=True), size, (2,))
    return (wanted, *on_device, *_smaller_and_smaller(on_cpu, size))


def run_within_memory(
    ladder: Iterable[Attempt], run: Callable[[Attempt], T], release: Callable[[], None]
) -> tuple[T, Attempt]:
    """The result of the first attempt that fits, and which one it was.

    ``release`` is called after an attempt that did not fit, when no exception
    holds on to its tensors any more. Raises DeviceMemoryError when none fits.
    """
    for attempt in ladder:
        try:
            return run(attempt), attempt
        except (MemoryError, RuntimeError, DeviceMemoryError) as error:
            if not is_out_of_memory(error):
                raise
        release()
    raise DeviceMemoryError(
        "There is not enough memory to run this model, not even on a smaller picture.",
        "Close other programs, or choose a smaller model.",
    )


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory ran out; devices say it in several ways."""
    if isinstance(error, MemoryError | DeviceMemoryError):
        return True
    return type(error).__name__ == "OutOfMemoryError" or bool(_OUT_OF_MEMORY.search(str(error)))


def _smaller_and_smaller(
    first: Attempt, size: Size, factors: tuple[int, ...] = (2, 4)
) -> Iterable[Attempt]:
    yield first
    tile_px = first.tile_px // 2 if first.tile_px else TILE_PX
    if max(size.width, size.height) > tile_px >= SMALLEST_SIDE_PX:
        yield Attempt(first.device, first.half_precision, tile_px=tile_px)
    for factor in factors:
        if min(size.width, size.height) >= factor * SMALLEST_SIDE_PX:
            yield Attempt(first.device, first.half_precision, shrink=factor)
