"""Find, check and describe weights files, without torch and without running any code.

Two kinds are accepted: safetensors (a JSON header and plain numbers) and the
zip archives that ``torch.save`` writes, which are only ever read with
``weights_only=True``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import platformdirs

from core.errors import ModelError
from core.models.specification import ModelSpec

_TORCH_STARTS = (b"PK", b"\x80\x02")
_HEADER_LIMIT_BYTES = 50_000_000
_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.[A-Za-z]+$")
_CHOOSE = "Choose a .safetensors file, or a .pth file that holds only a state dict."


def bundled_folder() -> Path:
    """Folder of the weights that come with the program."""
    return Path(str(files("resources"))) / "weights"


def user_folder() -> Path:
    """Folder where people put weights that they fetched; it need not exist."""
    return Path(platformdirs.user_data_dir("maskwright", appauthor=False)) / "weights"


def hub_folder() -> Path:
    """Where torch keeps downloaded checkpoints, by its own rules; it need not exist."""
    home = os.environ.get("TORCH_HOME")
    if home:
        return Path(home).expanduser() / "hub" / "checkpoints"
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return Path(cache).expanduser() / "torch" / "hub" / "checkpoints"


def find_weights(spec: ModelSpec, override: Path | None) -> Path:
    """The file to load for a model; see ``core.models.registry.weights_path``."""
    path = override if override is not None else locate_weights(spec)
    if path is None:
        raise ModelError(f"The weights of {spec.name} are not on this computer.", _how_to_get(spec))
    return _checked(path, spec)


def locate_weights(spec: ModelSpec) -> Path | None:
    """Where the weights of a model lie, unread; None when they are not on this computer."""
    if spec.weights.file:
        trained = Path(spec.weights.file)
        return trained if trained.is_file() else None
    name = spec.weights.file_name
    if not name:
        return None
    folders = [bundled_folder()] if spec.weights.bundled else [user_folder(), hub_folder()]
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def file_hash(path: Path) -> str:
    """SHA-256 of a file as 64 hex digits; raises ModelError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error


def is_safetensors(path: Path) -> bool:
    """Whether a file is meant to be safetensors, going by its name."""
    return path.suffix.lower() == ".safetensors"


def read_metadata(path: Path) -> Mapping[str, str]:
    """The free-text part of a safetensors header; raises ModelError for any other file."""
    metadata = _read_header(path).get("__metadata__", {})
    if not isinstance(metadata, dict):
        raise _not_weights(path)
    return {str(key): str(value) for key, value in metadata.items()}


def read_json_metadata(path: Path, key: str) -> Mapping[str, Any]:
    """One JSON object out of the metadata, empty when it is not there."""
    text = read_metadata(path).get(key, "{}")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ModelError(f'{path}: the metadata "{key}" is not JSON.', _CHOOSE) from error
    if not isinstance(value, dict):
        raise ModelError(f'{path}: the metadata "{key}" is not a JSON object.', _CHOOSE)
    return value


def specification_of(spec: ModelSpec, path: Path) -> ModelSpec:
    """The specification with the preprocessing that a weights file was trained with.

    A file without such metadata keeps the registry's. Raises ModelError when the
    metadata is not what training writes.
    """
    if not is_safetensors(path):
        return spec
    trained_with = read_json_metadata(path, "preprocessing")
    for key, value in trained_with.items():
        if key in spec.preprocessing and not _is_like(value, spec.preprocessing[key]):
            raise ModelError(f'{path}: the preprocessing "{key}" cannot be {value!r}.', _CHOOSE)
    return replace(spec, preprocessing=MappingProxyType({**spec.preprocessing, **trained_with}))


def _is_like(value: object, usual: object) -> bool:
    """Whether two settings are both texts, or both positive numbers or zero."""
    if isinstance(usual, str):
        return isinstance(value, str)
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _checked(path: Path, spec: ModelSpec) -> Path:
    if not path.is_file():
        raise ModelError(f"The weights file {path} does not exist.", _how_to_get(spec))
    if is_safetensors(path):
        _read_header(path)
        return path
    named = _HASH_IN_NAME.search(path.name)
    if named is not None and not file_hash(path).startswith(named.group(1)):
        raise ModelError(
            f"{path} is damaged: its content does not fit the hash in its name.",
            "Delete it and fetch it again.",
        )
    if not _is_torch_file(path):
        raise _not_weights(path)
    return path


def _is_torch_file(path: Path) -> bool:
    """Whether a file starts like a zip archive or like torch's format before 1.6."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    return start[:2] in _TORCH_STARTS


def _read_header(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = file.read(length) if 2 <= length <= _HEADER_LIMIT_BYTES else b""
            size = file.seek(0, os.SEEK_END)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        parsed = json.loads(header)
        ends = [part["data_offsets"][1] for key, part in parsed.items() if key != "__metadata__"]
        complete = 8 + length + max(ends, default=0) == size
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _not_weights(path) from error
    if not complete:
        raise ModelError(f"{path} is not complete: it was cut off.", "Fetch it again.")
    return dict(parsed)


def _not_weights(path: Path) -> ModelError:
    return ModelError(f"{path} is not a weights file.", _CHOOSE)


def _how_to_get(spec: ModelSpec) -> str:
    if spec.weights.bundled:
        return "They come with Maskwright: install it again, or name a weights file."
    if not spec.weights.url:
        return "Name a weights file."
    megabytes = round(spec.weights.size_bytes / 1e6)
    return (
        f"Download {spec.weights.url} ({megabytes} MB, {spec.weights.licence}) "
        f"and put it into {user_folder()}, or name the file with --weights."
    )
