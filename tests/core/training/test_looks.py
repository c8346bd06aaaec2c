"""What a model sees in a picture is asked of it once, and kept beside its run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from torch import nn

from core.document.geometry import Box
from core.document.mask import Mask
from core.models.adapter import RgbImage, RunContext
from core.models.proposal import Proposal
from core.models.registry import find_model, weights_path
from core.models.zoo.encoder_features import reading_encoder
from core.models.zoo.loading import load_adapter
from core.training.looks import SIDE_PX, Look, Onlooker, disagreement, reduced
from tests.core.models.pictures import blobs


class Marker:
    """Sees one object, and counts how often it was asked."""

    def __init__(self, geometry: Mask | Box) -> None:
        self._geometry = geometry
        self.asked = 0
        self.encoder = nn.AvgPool2d(2)

    def propose(self, image: RgbImage, context: RunContext) -> tuple[Proposal, ...]:
        self.asked += 1
        import torch

        self.encoder(torch.from_numpy(image).permute(2, 0, 1)[None].float())
        sure = Proposal(0, self._geometry, 0.9, "cell", "m")
        unsure = Proposal(1, Box(0, 0, 40, 40), 0.2, "cell", "m")
        return (sure, unsure)


@pytest.fixture
def picture() -> RgbImage:
    return blobs(1, 48, 40, count=3)[0]


def test_a_picture_is_looked_at_once_even_by_the_next_run(
    picture: RgbImage, tmp_path: Path
) -> None:
    first = Marker(Mask.from_array(np.ones((5, 5)), 3, 4))
    file = tmp_path / "run" / "looks.msgpack"
    onlooker = Onlooker(first, file)  # type: ignore[arg-type]
    look = onlooker.look(picture)
    onlooker.look(picture)
    assert first.asked == 1
    onlooker.keep()
    second = Marker(Mask.from_array(np.ones((5, 5)), 3, 4))
    again = Onlooker(second, file).look(picture)  # type: ignore[arg-type]
    assert second.asked == 0
    assert np.array_equal(again.covered(), look.covered())
    assert np.array_equal(again.feature_row(), look.feature_row())
    assert again.classes == {"cell": 1}
    assert np.allclose(look.feature_row(), picture.mean(axis=(0, 1)), atol=1e-3)


def test_what_was_kept_and_is_damaged_is_asked_again(picture: RgbImage, tmp_path: Path) -> None:
    file = tmp_path / "looks.msgpack"
    file.write_bytes(b"\x99nothing")
    model = Marker(Box(1, 1, 4, 4))
    Onlooker(model, file).look(picture)  # type: ignore[arg-type]
    assert model.asked == 1


def test_a_full_disk_costs_only_the_memory_of_it(
    picture: RgbImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").write_bytes(b"a file where the folder should be")
    onlooker = Onlooker(Marker(Box(1, 1, 4, 4)), tmp_path / "run" / "looks.msgpack")  # type: ignore[arg-type]
    look = onlooker.look(picture)
    onlooker.keep()
    assert isinstance(look, Look)


def test_models_disagree_where_only_one_sees_something(picture: RgbImage) -> None:
    def look_of(geometry: Mask | Box) -> Look:
        return Onlooker(Marker(geometry)).look(picture)  # type: ignore[arg-type]

    left, right = Box(0, 0, 10, 10), Box(20, 20, 10, 10)
    assert disagreement(look_of(left), look_of(left)) == 0
    assert disagreement(look_of(left), look_of(right)) == 1
    assert disagreement(look_of(left), look_of(Box(0, 0, 10, 30))) == pytest.approx(0.5)
    assert disagreement(look_of(left), look_of(Box(-5, -5, 15, 15))) == 0


@pytest.mark.parametrize("model_id", ["unet-nuclei", "maskrcnn-cells"])
def test_encoders_tell_pictures_apart(model_id: str) -> None:
    spec = find_model(model_id)
    adapter = load_adapter(spec, weights_path(spec))
    rows = []
    for seed, radius in ((1, 8), (2, 8), (3, 20)):
        with reading_encoder(adapter) as reading:
            adapter.propose(blobs(seed, 96, 96, count=6, radius_px=radius)[0], RunContext())
        rows.append(reading.features())
    assert len(rows[0]) > 60
    alike, unlike = (float(np.linalg.norm(rows[0] - row)) for row in rows[1:])
    assert alike < unlike


def test_large_pictures_are_made_smaller_and_small_ones_stay() -> None:
    assert reduced(np.zeros((1000, 2000, 3), np.uint8)).shape == (SIDE_PX // 2, SIDE_PX, 3)
    assert reduced(np.zeros((10, 20, 3), np.uint8)).shape == (10, 20, 3)
