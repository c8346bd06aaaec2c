"""Which pictures no bundled weights are trained on.

The choice is made once from the file names and kept in
``resources/weights/held_out.json``, so that scores can be repeated by anyone.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import FormatError, ReadError
from core.models.weights import bundled_folder

DSB2018_COUNT = 26
BCCD_COUNT = 22


@dataclass(frozen=True, slots=True)
class HeldOut:
    """File names of held-out pictures, by data set."""

    dsb2018: frozenset[str]
    bccd: frozenset[str]


def held_out_path() -> Path:
    """The file that records the choice."""
    return bundled_folder() / "held_out.json"


def read_held_out(path: Path | None = None) -> HeldOut:
    """The recorded choice; raises ReadError or FormatError."""
    path = path or held_out_path()
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return HeldOut(frozenset(record["dsb2018"]), frozenset(record["bccd"]))
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(path, "", "it does not list dsb2018 and bccd pictures") from error


def choose_held_out(groups: Mapping[str, str], count: int) -> tuple[str, ...]:
    """Names to hold out, in proportion to the groups and at least one of each.

    ``groups`` gives the group of every name. Inside a group the order is that
    of a hash of the name, so it depends neither on the folder nor on chance.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for name, group in groups.items():
        members[group].append(name)
    chosen: list[str] = []
    for names in members.values():
        share = max(1, math.ceil(count * len(names) / len(groups)))
        chosen += sorted(names, key=_hash)[:share]
    return tuple(sorted(chosen))


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
