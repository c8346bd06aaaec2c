from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.document.geometry import Size
from core.errors import ModelError
from core.models.adapter import Adapter, RunCancelled, RunContext
from core.models.registry import find_model, weights_path
from core.models.weights import bundled_folder
from core.models.zoo.loading import load_adapter, predict
from core.models.zoo.unet import CLASSIC_FILTERS, UNet, filters_of
from core.models.zoo.unet_adapter import UNetAdapter, tiles_of
from core.training.data import read_dsb2018
from core.training.metrics import dice, f1, mask_ious
from tests.core.models.pictures import blobs
from tests.core.models.zoo_support import StopAfter, masks_of, union_of

SPEC = find_model("unet-nuclei")


@pytest.fixture(scope="module")
def adapter() -> Adapter:
    return load_adapter(SPEC, weights_path(SPEC))


def test_blobs_are_found_one_by_one(adapter: Adapter) -> None:
    pixels, truth = blobs(3)
    proposals = adapter.propose(pixels, RunContext())
    score = dice(union_of(proposals, truth.shape), truth > 0)
    assert score is not None
    assert score > 0.85
    right, wrong, missed = f1(mask_ious(masks_of(proposals), truth))
    assert 2 * right / (2 * right + wrong + missed) > 0.8


def test_proposals_are_ordered_and_carry_the_category(adapter: Adapter) -> None:
    proposals = adapter.propose(blobs(4)[0], RunContext())
    scores = [proposal.score for proposal in proposals]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert {proposal.label for proposal in proposals} == {"nucleus"}
    assert {proposal.source for proposal in proposals} == {"unet-nuclei"}
    assert [proposal.id for proposal in proposals] == list(range(len(proposals)))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (17, 250), (33, 5)])
def test_any_size_is_answered_in_its_own_coordinates(
    adapter: Adapter, height: int, width: int
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    for mask in masks_of(adapter.propose(pixels, RunContext())):
        assert mask.clipped(Size(width, height)) == mask


def test_tiles_give_nearly_what_the_whole_gives(adapter: UNetAdapter) -> None:
    pixels, _ = blobs(5, 320, 200, count=15)
    whole, _ = adapter.probabilities(pixels, RunContext())
    tiled, _ = adapter.probabilities(pixels, RunContext(parameters={"tile_px": 256}))
    assert np.mean((whole > 0.5) != (tiled > 0.5)) < 0.002


@pytest.mark.parametrize("extent", [(100, 90), (769, 500), (3000, 2000)])
def test_tiles_cover_every_pixel_once(extent: tuple[int, int]) -> None:
    width, height = extent
    covered = np.zeros((height, width), np.uint8)
    for tile in tiles_of(width, height, 768):
        covered[tile.kept.slices] += 1
        assert max(tile.window.width, tile.window.height) <= 768
        assert tile.window.intersected(tile.kept) == tile.kept
    assert (covered == 1).all()


def test_progress_rises_to_one(adapter: Adapter) -> None:
    fractions: list[float] = []
    adapter.propose(blobs(0, 200, 200)[0], RunContext(progress=fractions.append))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(fractions) > 20


def test_a_cancelled_run_ends_at_the_next_layer_and_the_model_goes_on_working(
    adapter: Adapter,
) -> None:
    stop = StopAfter(5)
    with pytest.raises(RunCancelled):
        adapter.propose(blobs(0)[0], stop.context)
    assert len(stop.fractions) == 5
    assert adapter.propose(blobs(0)[0], RunContext())


def test_weights_of_another_model_are_refused_with_both_names() -> None:
    other = weights_path(find_model("maskrcnn-cells"))
    with pytest.raises(ModelError, match=r"does not hold the weights of U-Net"):
        predict(SPEC, other, blobs(0)[0])


def test_a_file_tells_how_wide_its_network_is(tmp_path: Path) -> None:
    wide = UNet(filters=(8, 16, 32))
    path = tmp_path / "wide.safetensors"
    save_file(wide.state_dict(), path)
    spec = find_model("unet-classic")
    adapter = load_adapter(spec, path)
    assert isinstance(adapter, UNetAdapter)
    assert next(adapter.encoder.parameters()).shape[0] == 32
    found = adapter.answer(blobs(1, 90, 70)[0], RunContext())
    assert found.foreground.shape == (70, 90)


def test_the_classic_one_is_as_wide_as_published() -> None:
    with torch.device("meta"):
        classic = UNet(filters=CLASSIC_FILTERS)
    assert filters_of(classic.state_dict()) == (64, 128, 256, 512, 1024)
    assert 30e6 < sum(value.numel() for value in classic.parameters()) < 32e6


def test_code_in_a_weights_file_is_never_run(tmp_path: Path) -> None:
    import torch

    class Trap:
        def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
            return Path.touch, (tmp_path / "sprung",)

    path = tmp_path / "trap.pth"
    torch.save({"weights": Trap()}, path)
    with pytest.raises(ModelError, match="read safely"):
        load_adapter(SPEC, path)
    assert not (tmp_path / "sprung").exists()


def test_held_out_nuclei_are_segmented(adapter: Adapter, shared_data: Path) -> None:
    record = json.loads((bundled_folder() / "held_out.json").read_text(encoding="utf-8"))
    chosen = set(record["dsb2018"][:4])
    everything = frozenset(path.name for path in (shared_data / "dsb2018" / "images").iterdir())
    images = read_dsb2018(shared_data / "dsb2018", everything - chosen)
    assert len(images) == 4
    scores = []
    for image in images:
        assert image.instances is not None
        proposals = adapter.propose(image.pixels, RunContext())
        scores.append(dice(union_of(proposals, image.pixels.shape), image.instances > 0) or 0.0)
    assert np.mean(scores) >= 0.7
