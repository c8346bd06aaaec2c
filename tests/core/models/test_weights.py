from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from core.errors import ModelError
from core.models.registry import find_model, weights_path
from core.models.weights import (
    bundled_folder,
    file_hash,
    read_json_metadata,
    read_metadata,
    specification_of,
)

BUNDLED = ("unet-nuclei", "maskrcnn-cells")


@pytest.mark.parametrize("model_id", BUNDLED)
def test_bundled_weights_say_what_they_are(model_id: str) -> None:
    spec = find_model(model_id)
    path = weights_path(spec)
    assert read_json_metadata(path, "model")["id"] == model_id
    assert read_json_metadata(path, "preprocessing") == dict(spec.preprocessing)
    training = read_json_metadata(path, "training")
    assert training["finished_steps"] > 0
    assert "seed" in training
    assert "licence" in read_metadata(path)


@pytest.mark.parametrize("model_id", BUNDLED)
def test_bundled_weights_match_the_registry(model_id: str) -> None:
    spec = find_model(model_id)
    path = weights_path(spec)
    assert file_hash(path) == spec.weights.sha256
    assert path.stat().st_size == spec.weights.size_bytes


@pytest.mark.parametrize("model_id", BUNDLED)
def test_bundled_weights_have_a_card_with_data_and_limits(model_id: str) -> None:
    card = weights_path(find_model(model_id)).with_suffix(".md").read_text(encoding="utf-8")
    for word in ("Data", "Recipe", "Scores", "Limits", "Licence"):
        assert f"## {word}" in card


def test_held_out_pictures_are_recorded() -> None:
    record = json.loads((bundled_folder() / "held_out.json").read_text(encoding="utf-8"))
    assert len(record["dsb2018"]) >= 24
    assert len(record["bccd"]) >= 22


def test_the_hash_is_sha256(tmp_path: Path) -> None:
    path = tmp_path / "some.bin"
    path.write_bytes(b"abc")
    assert file_hash(path) == hashlib.sha256(b"abc").hexdigest()
    with pytest.raises(ModelError, match="cannot be read"):
        file_hash(tmp_path / "none")


def test_metadata_that_is_not_json_is_reported(tmp_path: Path) -> None:
    path = _with_metadata(tmp_path, {"model": "{"})
    with pytest.raises(ModelError, match='"model" is not JSON'):
        read_json_metadata(path, "model")


def test_preprocessing_in_the_file_comes_before_that_of_the_registry(tmp_path: Path) -> None:
    spec = find_model("maskrcnn-cells")
    for value, accepted in ((256, True), ("wide", False), (-1, False)):
        path = _with_metadata(tmp_path, {"preprocessing": json.dumps({"short_side_px": value})})
        if accepted:
            trained = specification_of(spec, path)
            assert trained.preprocessing["short_side_px"] == 256
            assert trained.preprocessing["long_side_px"] == spec.preprocessing["long_side_px"]
        else:
            with pytest.raises(ModelError, match='"short_side_px" cannot be'):
                specification_of(spec, path)
    assert specification_of(spec, tmp_path / "some.pth") is spec


def _with_metadata(folder: Path, metadata: dict[str, str]) -> Path:
    header = json.dumps({"__metadata__": metadata}).encode()
    path = folder / "weights.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    return path
