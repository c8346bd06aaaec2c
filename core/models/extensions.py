"""Models of other people: a small TOML file in a folder, or an entry point of a package.

A file is data only: it names an adapter that is installed, never code of its own.
A package lists ``ModelSpec`` objects under the entry-point group
``maskwright.models``; its module is imported to read them, so it should import
torch no earlier than its adapter is loaded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import platformdirs

from core.errors import ModelError
from core.models.specification import ModelFamily, ModelSpec, SettingValue, WeightsSpec

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "maskwright.models"
_INFO_FOLDERS = (".dist-info", ".egg-info", "EGG-INFO")
_TORCHVISION_BUILDERS: Mapping[ModelFamily, str] = MappingProxyType(
    {
        ModelFamily.BOXES: "core.models.zoo.detection_adapter:DetectionAdapter",
        ModelFamily.INSTANCES: "core.models.zoo.detection_adapter:DetectionAdapter",
        ModelFamily.KEYPOINTS: "core.models.zoo.detection_adapter:DetectionAdapter",
        ModelFamily.PROPOSALS: "core.models.zoo.detection_adapter:RegionAdapter",
        ModelFamily.SEMANTIC: "core.models.zoo.segmentation_adapter:SegmentationAdapter",
    }
)
_TEXTS = ("id", "name", "builder", "architecture", "description")
_KEYS = {*_TEXTS, "family", "categories", "preprocessing", "weights"}
_WEIGHTS_KEYS = {"url", "sha256", "size_bytes", "licence"}


@dataclass(frozen=True, slots=True)
class Extensions:
    """The entries that were found, and a sentence for each that could not be taken."""

    specs: tuple[ModelSpec, ...]
    problems: tuple[str, ...] = ()


def extension_folder() -> Path:
    """Folder of the model files that people write; it need not exist."""
    return Path(platformdirs.user_data_dir("maskwright", appauthor=False)) / "models"


def find_extensions(folder: Path | None = None) -> Extensions:
    """Models of files, in the order of their names, and of installed packages.

    A broken entry is left out and told about; it never hinders the others. Of
    two entries with the same id the first one counts.
    """
    specs: dict[str, ModelSpec] = {}
    problems: list[str] = []
    sources: tuple[_File | _Package, ...] = (
        *_files(folder or extension_folder()),
        *_entry_points(),
    )
    for source in sources:
        try:
            for spec in source.read():
                if spec.id in specs:
                    problems.append(f'{source}: the id "{spec.id}" is there twice.')
                specs.setdefault(spec.id, spec)
        except ModelError as error:
            problems.append(str(error))
    return Extensions(tuple(specs.values()), tuple(problems))


def read_model_file(path: Path) -> ModelSpec:
    """The model that a TOML file describes; raises ModelError, naming file and key."""
    import tomllib

    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} is not TOML: {error}.") from error
    return _Table(path, content).specification()


@dataclass(frozen=True, slots=True)
class _File:
    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def read(self) -> tuple[ModelSpec, ...]:
        return (read_model_file(self.path),)


@dataclass(frozen=True, slots=True)
class _Package:
    entry: EntryPoint

    def __str__(self) -> str:
        owner = self.entry.dist.name if self.entry.dist is not None else "a package"
        return f'The models "{self.entry.name}" of {owner}'

    def read(self) -> tuple[ModelSpec, ...]:
        """What the entry point names: a ModelSpec, several, or a function that gives them."""
        try:
            found = self.entry.load()
            found = found() if callable(found) else found
            specs = (found,) if isinstance(found, ModelSpec) else tuple(found)
        except Exception as error:  # code of strangers may raise anything
            raise ModelError(f"{self} cannot be read: {error!r}.") from error
        if not all(isinstance(spec, ModelSpec) for spec in specs):
            raise ModelError(f"{self} hold something that is no ModelSpec.")
        return specs


def _files(folder: Path) -> Iterable[_File]:
    return map(_File, sorted(folder.glob("*.toml")))


def _entry_points() -> Iterator[_Package]:
    for entry in _installed(tuple(sys.path)):
        yield _Package(entry)


@lru_cache(maxsize=1)
def _installed(search_path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Looked up once for a search path."""
    if not any(map(_names_models, search_path)):
        # importlib.metadata and reading all that is installed would take 40 ms of the start.
        return ()
    from importlib.metadata import entry_points

    return tuple(sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda item: item.name))


def _names_models(place: str) -> bool:
    """Whether a place that Python imports from may hold a package with models."""
    folder = Path(place or ".")
    if folder.is_file():
        return True
    try:
        entries = [entry.path for entry in os.scandir(folder) if entry.name.endswith(_INFO_FOLDERS)]
    except OSError:
        return False
    group = f"[{ENTRY_POINT_GROUP}]".encode()
    return any(group in _content(Path(entry) / "entry_points.txt") for entry in entries)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@dataclass(frozen=True, slots=True)
class _Table:
    """A TOML table on its way to a specification."""

    path: Path
    content: Mapping[str, object]

    def specification(self) -> ModelSpec:
        self._check_keys(self.content, _KEYS, "")
        family = self._family()
        name = self._text(self.content, "id")
        builder = self._text(self.content, "builder", _TORCHVISION_BUILDERS[family])
        architecture = self._text(self.content, "architecture", "")
        if "builder" not in self.content and not architecture:
            raise self._error("architecture", "must name a network, or builder an adapter")
        return ModelSpec(
            id=name,
            name=self._text(self.content, "name", name),
            family=family,
            builder=builder,
            weights=self._weights(),
            categories=self._categories(),
            preprocessing=self._preprocessing(),
            architecture=architecture,
            description=self._text(self.content, "description", ""),
        )

    def _family(self) -> ModelFamily:
        value = self._text(self.content, "family")
        try:
            return ModelFamily(value)
        except ValueError as error:
            known = ", ".join(family.value for family in ModelFamily)
            raise self._error("family", f"must be one of: {known}") from error

    def _weights(self) -> WeightsSpec:
        table = self.content.get("weights", {})
        if not isinstance(table, dict):
            raise self._error("weights", "must be a table")
        self._check_keys(table, _WEIGHTS_KEYS, "weights.")
        size = table.get("size_bytes", 0)
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise self._error("weights.size_bytes", "must be a number of bytes")
        url, sha256, licence = (self._text(table, key, "") for key in ("url", "sha256", "licence"))
        return WeightsSpec(url=url, sha256=sha256.lower(), size_bytes=size, licence=licence)

    def _categories(self) -> tuple[str, ...]:
        value = self.content.get("categories", [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error("categories", "must be a list of names")
        return tuple(value)

    def _preprocessing(self) -> Mapping[str, SettingValue]:
        value = self.content.get("preprocessing", {})
        if not isinstance(value, dict) or not all(
            isinstance(item, str | int | float | bool) for item in value.values()
        ):
            raise self._error("preprocessing", "must be a table of texts and numbers")
        return MappingProxyType(dict(value))

    def _text(self, table: Mapping[str, object], key: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self._error(key, "must be a text")
        return value

    def _check_keys(self, table: Mapping[str, object], known: set[str], prefix: str) -> None:
        for key in table:
            if key not in known:
                raise self._error(
                    prefix + key, f"is not known; known are {', '.join(sorted(known))}"
                )

    def _error(self, key: str, what: str) -> ModelError:
        return ModelError(f"{self.path}: {key} {what}.", "core/models/README.md has an example.")
