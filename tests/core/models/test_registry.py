from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import ModelError
from core.models.registry import (
    find_model,
    has_weights,
    registered_models,
    suggested_model,
    weights_path,
)
from core.models.weights import hub_folder, user_folder

REPOSITORY = Path(__file__).parents[3]


def test_the_promised_models_are_registered_once_each() -> None:
    ids = [spec.id for spec in registered_models()]
    assert len(set(ids)) == len(ids)
    assert {"unet-nuclei", "maskrcnn-cells", "rpn-cells", "maskrcnn-coco", "rpn-coco"} <= set(ids)


def test_there_is_something_to_begin_with_on_every_device() -> None:
    for device in ("cpu", "cuda", "mps"):
        assert suggested_model(device).id == "maskrcnn-cells"
    for model_id in ("fasterrcnn-mobilenet-coco", "maskrcnn-v2-coco"):
        spec = find_model(model_id)
        assert not has_weights(spec)
        hub_folder().mkdir(parents=True, exist_ok=True)
        (hub_folder() / spec.weights.file_name).write_bytes(b"PK")
        assert has_weights(spec)
    assert suggested_model("cpu").id == "fasterrcnn-mobilenet-coco"
    assert suggested_model("cuda").id == "maskrcnn-v2-coco"


def test_every_builder_names_a_class_that_exists() -> None:
    from importlib import import_module

    for spec in registered_models():
        module, _, name = spec.builder.partition(":")
        assert hasattr(import_module(module), name), spec.id


def test_an_unknown_model_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match="unet-nuclei"):
        find_model("unet-of-nowhere")


def test_describing_models_imports_no_torch() -> None:
    code = (
        "import sys\n"
        "import core.models.registry, core.models.proposal, core.models.adapter\n"
        "import core.models.weights, core.models.pasting, core.models.normalisation\n"
        "import core.models.downloading, core.models.pooling, core.models.tiling\n"
        "import core.models.components, core.models.zoo.loading\n"
        "core.models.registry.registered_models()\n"
        "assert 'torch' not in sys.modules and 'torchvision' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_bundled_weights_are_found_and_match_their_size_limit() -> None:
    folder = weights_path(find_model("unet-nuclei")).parent
    assert weights_path(find_model("rpn-cells")) == weights_path(find_model("maskrcnn-cells"))
    assert sum(path.stat().st_size for path in folder.glob("*.safetensors")) <= 15_000_000


def test_without_coco_weights_a_sentence_says_what_to_do() -> None:
    with pytest.raises(ModelError) as caught:
        weights_path(find_model("maskrcnn-coco"))
    assert "not on this computer" in caught.value.message
    assert "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth" in caught.value.hint
    assert str(user_folder()) in caught.value.hint
    assert "178 MB" in caught.value.hint


def test_a_truncated_download_in_the_cache_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    path = hub_folder() / "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PK\x03\x04 half of it")
    with pytest.raises(ModelError, match="damaged") as caught:
        weights_path(find_model("rpn-coco"))
    assert str(path) in caught.value.message
    assert "Delete it" in caught.value.hint


def test_torch_home_decides_where_the_cache_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert hub_folder() == tmp_path / "hub" / "checkpoints"


@pytest.mark.parametrize(
    "content", [b"", b"not weights at all", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0[]"]
)
@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ".txt"])
def test_a_file_that_is_no_weights_file_is_refused_by_name(
    tmp_path: Path, content: bytes, suffix: str
) -> None:
    path = tmp_path / f"holiday{suffix}"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="is not a weights file") as caught:
        weights_path(find_model("unet-nuclei"), path)
    assert str(path) in caught.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        weights_path(find_model("unet-nuclei"), tmp_path / "gone.safetensors")


def test_a_cut_off_safetensors_file_is_told_from_a_strange_one(tmp_path: Path) -> None:
    whole = weights_path(find_model("unet-nuclei")).read_bytes()
    path = tmp_path / "cut.safetensors"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="cut off"):
        weights_path(find_model("unet-nuclei"), path)
