"""Models that were trained here: what their weights files say of them. No torch.

The file is all there is to such a model: its metadata holds the specification,
the parent, the data and the scores, so that it can be copied, sent and used
elsewhere. The adapter is chosen from a short list, never named by the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any

import platformdirs

from core.errors import MaskwrightError, ModelError
from core.formats.atomic import make_folder, write_atomically
from core.models.specification import ModelFamily, ModelSpec, SettingValue, WeightsSpec
from core.models.weights import read_json_metadata, read_metadata

TRAINED_PREFIX = "trained-"

_BUILDERS: Mapping[str, str] = MappingProxyType(
    {
        "unet": "core.models.zoo.unet_adapter:UNetAdapter",
        "unet-semantic": "core.models.zoo.unet_adapter:SemanticUNetAdapter",
        "tiny-maskrcnn": "core.models.zoo.detection_adapter:TinyMaskRcnnAdapter",
        "detector": "core.models.zoo.detection_adapter:DetectionAdapter",
    }
)
"""Kind of network as the files name it, and the adapter that runs it."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model that was trained here, and what is known of how."""

    spec: ModelSpec
    path: Path
    parent_id: str
    record: Mapping[str, Any]

    @property
    def is_promoted(self) -> bool:
        """Whether it was better than its parent on held-out images."""
        return bool(self.record.get("promoted", False))

    @property
    def held_out(self) -> tuple[int, ...]:
        """Ids of the images that it was not trained on, in the project it came from."""
        return tuple(int(number) for number in self.record.get("held_out", ()))


def is_trained_id(model_id: str) -> bool:
    """Whether an id is that of a model that was trained here."""
    return model_id.startswith(TRAINED_PREFIX)


def builder_of(kind: str) -> str:
    """The adapter of a kind of network; raises KeyError for another one."""
    return _BUILDERS[kind]


def kind_of(spec: ModelSpec) -> str:
    """The kind of network of a specification; raises ModelError when it cannot be trained."""
    for kind, builder in _BUILDERS.items():
        if spec.builder == builder:
            return kind
    raise ModelError(f"{spec.name} cannot be trained here.", "Choose another model to start from.")


def read_trained_model(path: Path) -> TrainedModel:
    """The model in a weights file; raises ModelError when training did not write it."""
    about = read_json_metadata(path, "model")
    record = read_json_metadata(path, "training")
    metadata = read_metadata(path)
    try:
        kind = str(about["kind"])
        spec = ModelSpec(
            id=str(about["id"]),
            name=str(about["name"]),
            family=ModelFamily(about["family"]),
            builder=builder_of(kind),
            weights=WeightsSpec(
                size_bytes=path.stat().st_size,
                licence=metadata.get("licence", ""),
                file=str(path),
            ),
            categories=tuple(str(name) for name in about["categories"]),
            preprocessing=_settings(read_json_metadata(path, "preprocessing")),
            architecture=str(about.get("architecture", "")),
            trainable=True,
            description=str(about.get("description", "")),
        )
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise ModelError(
            f"{path} was not written by Maskwright's training.",
            "Choose a .safetensors file of a model that was trained here.",
        ) from error
    return TrainedModel(spec, path, str(about.get("parent", "")), record)


def trained_models(folder: Path) -> tuple[tuple[TrainedModel, ...], tuple[str, ...]]:
    """The trained models in a folder, oldest first, and a sentence for each broken file."""
    found, problems = [], []
    for path in sorted(folder.glob("*.safetensors")):
        try:
            found.append(read_trained_model(path))
        except MaskwrightError as error:
            problems.append(str(error))
    return tuple(found), tuple(problems)


def index_folder() -> Path:
    """Where it is noted which trained models there are on this computer; it need not exist."""
    return Path(platformdirs.user_data_dir("maskwright", appauthor=False)) / "trained"


def enlist(model: TrainedModel) -> None:
    """Note where a model is, so that every process of the program finds it by its id.

    A model that was moved with its project is noted anew. Raises WriteError.
    """
    make_folder(index_folder())
    note = index_folder() / f"{model.spec.id}.json"
    text = json.dumps({"path": str(model.path.resolve())})
    if not note.is_file() or note.read_text(encoding="utf-8") != text:
        write_atomically(note, text.encode())


def find_trained(model_id: str) -> TrainedModel | None:
    """The model of this id, None when it is not noted or its file is gone or broken."""
    note = index_folder() / f"{PurePath(model_id).name}.json"
    try:
        path = Path(str(json.loads(note.read_text(encoding="utf-8"))["path"]))
        return read_trained_model(path)
    except (OSError, ValueError, KeyError, TypeError, ModelError):
        return None


def enlisted_models() -> tuple[ModelSpec, ...]:
    """Every trained model that is noted and there, oldest first."""
    notes = sorted(index_folder().glob(f"{TRAINED_PREFIX}*.json"))
    found = (find_trained(note.stem) for note in notes)
    return tuple(model.spec for model in found if model is not None)


def _settings(values: Mapping[str, Any]) -> Mapping[str, SettingValue]:
    if not all(isinstance(value, str | int | float | bool) for value in values.values()):
        raise ValueError("a setting is neither a text nor a number")
    return MappingProxyType(dict(values))
