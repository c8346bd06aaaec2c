"""The bundled models through the real engine, torch and all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.document.annotation import bounds_of_geometry
from core.document.mask import Mask
from tests.core.engine.conftest import Engine

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
