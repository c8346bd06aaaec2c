"""Work that is shared out to processes which do not know of each other.

Torchrun and SLURM tell each process its number and how many there are; a
``Shard`` is that pair.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import MaskwrightError

_PAIR = re.compile(r"(\d{1,6})/(\d{1,6})")
_ENVIRONMENTS = (
    ("RANK", "WORLD_SIZE", None),
    ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN"),
    ("SLURM_PROCID", "SLURM_NTASKS", None),
)
"""Names of the number, of the count, and of what the numbers begin with."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Part ``index`` (0 …) of ``count``."""

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.count:
            raise MaskwrightError(
                f"There is no shard {self.index}/{self.count}.",
                "Shards are numbered from 0: 0/4, 1/4, 2/4, 3/4.",
            )

    def takes(self, number: int) -> bool:
        """Whether the piece of work of this number belongs to the shard."""
        return number % self.count == self.index


def parse_shard(text: str) -> Shard:
    """From "i/n"; raises MaskwrightError."""
    found = _PAIR.fullmatch(text.strip())
    if found is None:
        raise MaskwrightError(
            f"“{text}” is no shard.", "Write it as i/n, such as 0/4 for the first of four."
        )
    return Shard(int(found[1]), int(found[2]))


def shard_of_environment(environment: Mapping[str, str]) -> Shard | None:
    """What torchrun or SLURM say; None when neither started this process."""
    for number, count, first in _ENVIRONMENTS:
        if number in environment and count in environment:
            base = environment.get(first, "0") if first else "0"
            values = (environment[number], environment[count], base)
            if not all(value.isdigit() for value in values):
                raise MaskwrightError(
                    f"{number}={values[0]} and {count}={values[1]} name no shard.",
                    "Unset them, or say --shard i/n.",
                )
            return Shard(int(values[0]) - int(values[2]), int(values[1]))
    return None


def piece_size(count: int, shards: int, largest: int = 16) -> int:
    """How many images a piece has: small enough for every shard to have several."""
    return max(1, min(largest, count // (4 * shards)))


def pieces(names: Sequence[str], size: int) -> list[range]:
    """Places of the images of each piece."""
    return [range(start, min(start + size, len(names))) for start in range(0, len(names), size)]
