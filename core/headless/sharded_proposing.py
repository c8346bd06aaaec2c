"""Proposes over many images in several processes; any of them may die and be started again.

The images are cut into small pieces; piece k belongs to shard k modulo n. Each
finished piece is one file, written in one step, so that a process that is
killed loses its current piece only, and no piece is there twice. Whoever finds
all pieces there joins them to the file that was asked for.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from core.document.images import ImageRecord
from core.errors import FormatError, MaskwrightError, ReadError, WriteError
from core.formats.atomic import make_folder, write_atomically
from core.formats.coco_results import result_records
from core.headless.propose_command import find_named_images
from core.headless.proposing import propose_each
from core.headless.shards import Shard, piece_size, pieces
from core.models.proposal import ProposalSet
from core.models.registry import find_model, weights_path
from core.models.weights import file_hash

_PLAN, _DONE = "plan.json", "done.json"


class Plan(msgspec.Struct, frozen=True):
    """What all shards agree on."""

    model: str
    weights_sha256: str
    min_score: float
    piece_size: int
    names: list[str]


class Piece(msgspec.Struct, frozen=True):
    """What came of the images of one piece; ``failed`` are sentences."""

    results: list[dict[str, object]]
    failed: list[str]


class ShardReport(msgspec.Struct, frozen=True):
    """What a process did. ``joined`` is whether the whole result is written now."""

    images: int
    skipped: int
    proposals: int
    failed: tuple[str, ...]
    missing_pieces: int
    joined: bool


def propose_shard(
    images: Path,
    model_id: str,
    out: Path,
    shard: Shard,
    *,
    weights: Path | None = None,
    device: str = "auto",
    min_score: float = 0.0,
    progress: Callable[[float], None] = lambda _share: None,
) -> ShardReport:
    """Do the pieces of a shard that are not done yet, and join all when they are.

    Pieces lie in the folder ``OUT.parts``. Raises ReadError, ModelError,
    WriteError, and MaskwrightError when the folder belongs to other work.
    """
    root, names = find_named_images(images)
    folder = parts_folder(out)
    digest = file_hash(weights_path(find_model(model_id), weights))
    size = piece_size(len(names), shard.count)
    plan = _agree(folder, Plan(model_id, digest, min_score, size, list(names)))
    if (folder / _DONE).exists() and out.exists():
        return ShardReport(0, len(names), 0, (), 0, True)
    work = pieces(names, plan.piece_size)
    mine = [number for number in range(len(work)) if shard.takes(number)]
    open_pieces = [number for number in mine if not piece_file(folder, number).exists()]
    done = sum(len(work[number]) for number in mine) - sum(len(work[n]) for n in open_pieces)
    total = max(sum(len(work[number]) for number in open_pieces), 1)
    proposals, failed, count = 0, [], 0
    places = [place for number in open_pieces for place in work[number]]
    found = propose_each(
        [root / names[place] for place in places], model_id, weights=weights, device=device
    )
    with contextlib.closing(found):
        for number in open_pieces:
            piece = _run_piece(work[number], names, found, min_score)
            write_atomically(piece_file(folder, number), msgspec.json.encode(piece))
            count += len(work[number])
            proposals += len(piece.results)
            failed += piece.failed
            progress(count / total)
    missing = [n for n in range(len(work)) if not piece_file(folder, n).exists()]
    joined = not missing and _join(folder, len(work), out)
    return ShardReport(count, done, proposals, tuple(failed), len(missing), joined)


def parts_folder(out: Path) -> Path:
    """Folder of the pieces of a result file."""
    return out.with_name(f"{out.name}.parts")


def piece_file(folder: Path, number: int) -> Path:
    """File of one piece."""
    return folder / f"piece-{number:07d}.json"


def _run_piece(
    places: range,
    names: tuple[str, ...],
    found: Iterator[ProposalSet | MaskwrightError],
    min_score: float,
) -> Piece:
    results: list[dict[str, object]] = []
    failed: list[str] = []
    for place in places:
        outcome = next(found)
        if isinstance(outcome, MaskwrightError):
            failed.append(str(outcome))
            continue
        kept = replace(outcome, items=outcome.above(min_score))
        records, _ = result_records([ImageRecord(place + 1, names[place])], [kept])
        results += records
    return Piece(results, failed)


def _agree(folder: Path, plan: Plan) -> Plan:
    """The plan that is there already, or this one; raises MaskwrightError when they differ."""
    path = folder / _PLAN
    make_folder(folder)
    if not path.exists():
        write_atomically(path, msgspec.json.encode(plan))
    try:
        there = msgspec.json.decode(path.read_bytes(), type=Plan)
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise FormatError(path, "", f"it is no plan ({error})") from error
    if msgspec.structs.replace(plan, piece_size=there.piece_size) != there:
        raise MaskwrightError(
            f"{folder} holds pieces of other work: other images, another model, other weights "
            "or another lowest score.",
            "Delete that folder to begin anew, or name another file with --out.",
        )
    return there


def _join(folder: Path, count: int, out: Path) -> bool:
    """Write all pieces as one list; False when another process does it already."""
    with _lock(folder / _PLAN) as is_held:
        if not is_held:
            return False
        if (folder / _DONE).exists():
            return True
        categories: dict[str, int] = {}
        partial = out.with_name(f".{out.name}.joining")
        try:
            with partial.open("wb") as file:
                separator = b"["
                for number in range(count):
                    for record in _read_piece(piece_file(folder, number)).results:
                        name = str(record["category_name"])
                        record["category_id"] = categories.setdefault(name, len(categories) + 1)
                        file.write(separator + msgspec.json.encode(record))
                        separator = b",\n"
                file.write(b"[]" if separator == b"[" else b"]")
            partial.replace(out)
        except OSError as error:
            raise WriteError(
                f"{out} could not be written: {error.strerror or error}.",
                "The pieces are kept; free some space and run the command again.",
            ) from error
        write_atomically(folder / _DONE, b"{}")
        for number in range(count):
            piece_file(folder, number).unlink(missing_ok=True)
        return True


def _read_piece(path: Path) -> Piece:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Piece)
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise FormatError(
            path, "", f"it holds no results ({error})", "Delete it and run the command again."
        ) from error


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[bool]:
    """Whether this process is the one that joins; the lock ends with the process."""
    if sys.platform == "win32":
        yield True
        return
    import fcntl

    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
