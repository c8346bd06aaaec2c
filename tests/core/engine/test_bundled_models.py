"""The bundled models, and some of torchvision's, through the real engine, torch and all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.document.annotation import bounds_of_geometry
from core.document.geometry import Box
from core.document.mask import Mask
from core.engine.protocol import Lane, ModelRequest
from core.models.registry import find_model
from core.models.zoo.detectors import DETECTORS, build_detector
from core.models.zoo.segmenters import build_segmenter
from tests.core.engine.conftest import Engine
from tests.core.models.torchvision_oracle import seeded_state

pytestmark = pytest.mark.slow
REAL = "core.engine.model_runner:ModelRunner"


@pytest.fixture
def nuclei(shared_data: Path) -> Path:
    return min((shared_data / "dsb2018" / "images").glob("*.png"))


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
@pytest.mark.parametrize("model", ["unet-nuclei", "maskrcnn-cells", "rpn-cells"])
def test_bundled_models_propose_on_a_real_picture(
    make_engine: Callable[..., Engine], nuclei: Path, model: str, device: str
) -> None:
    engine = make_engine(runner=REAL, device=device)
    proposals = engine.finished(engine.ask(model, nuclei)).proposals
    assert len(proposals.items) >= 5
    scores = [item.score for item in proposals.items]
    assert scores == sorted(scores, reverse=True)
    assert proposals.degraded == ""
    assert proposals.device.startswith(device)
    assert proposals.seconds > 0
    assert len(proposals.key.weights_hash) == 64
    for item in proposals.items:
        box = bounds_of_geometry(item.geometry)
        assert box.clipped(proposals.image_size) == box
    if model != "rpn-cells":
        assert any(isinstance(item.geometry, Mask) for item in proposals.items)


def test_models_without_weights_say_what_to_do(
    make_engine: Callable[..., Engine], nuclei: Path
) -> None:
    engine = make_engine(runner=REAL, device="cpu")
    failed = engine.outcome(engine.ask("maskrcnn-coco", nuclei))
    assert "not on this computer" in getattr(failed, "message", "")


@pytest.mark.parametrize("model", ["ssdlite-coco", "lraspp-voc"])
def test_models_of_torchvision_run_from_a_file_that_is_named(
    make_engine: Callable[..., Engine], nuclei: Path, tmp_path: Path, model: str
) -> None:
    """With seeded weights: boxes and masks come through the pipe."""
    import torch

    spec = find_model(model)
    is_detector = spec.architecture in DETECTORS
    network = build_detector(spec) if is_detector else build_segmenter(spec)
    weights = tmp_path / f"{model}.pth"
    torch.save(seeded_state(network), weights)
    engine = make_engine(runner=REAL, device="cpu")
    request = ModelRequest(nuclei, "digest", model, weights, {"smallest_area_px": 1})
    proposals = engine.finished(engine.client.submit(request, Lane.VISIBLE)).proposals
    kinds = {type(item.geometry) for item in proposals.items}
    wanted = {"ssdlite-coco": Box, "lraspp-voc": Mask}
    assert kinds == {wanted[model]}
    assert engine.client.device_line.startswith("CPU (as chosen); ")
