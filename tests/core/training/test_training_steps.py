from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.models.adapter import RunContext
from core.models.registry import find_model
from core.models.weights import read_json_metadata
from core.models.zoo.loading import load_adapter
from core.models.zoo.tiny_maskrcnn import build_tiny_maskrcnn
from core.models.zoo.unet import UNet, filters_of
from core.training import detector_step, train_tiny_maskrcnn, train_unet
from core.training.checkpoint import WeightAverage, save_weights
from core.training.data import LabelledImage, boxes_of_instances
from core.training.detection_crops import roomy_crop_px, sample_detection_crop
from core.training.losses import segmentation_loss
from core.training.recipe import Recipe
from core.training.schedule import warm_cosine
from core.training.unet_crops import sample_crop
from core.training.unet_learner import UNetLearner
from core.training.unet_step import train_step
from tests.core.models.pictures import blobs

UNET_RECIPE = train_unet.UNetRecipe(steps=3, batch=2, crop_px=64)
RCNN_RECIPE = train_tiny_maskrcnn.MaskRcnnRecipe(
    steps=2, batch=2, crop_px=96, short_side_px=192, long_side_px=256
)


def _images(count: int = 3, *, with_masks: bool = True) -> list[LabelledImage]:
    result = []
    for seed in range(count):
        pixels, truth = blobs(seed, 128, 128, count=6)
        group = "fluorescence" if with_masks else "blood"
        instances = truth if with_masks else None
        result.append(
            LabelledImage(f"{seed}.png", group, pixels, instances, boxes_of_instances(truth))
        )
    return result


def test_training_steps_lower_the_loss_of_the_unet() -> None:
    torch.manual_seed(0)
    model = UNet(filters=(8, 16, 32)).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    batch = train_unet.sample_batch(np.random.default_rng(0), _images(), UNET_RECIPE)
    losses = [
        sum(train_step(model, optimizer, batch, segmentation_loss, bfloat16=False).values())
        for _ in range(12)
    ]
    assert losses[-1] < 0.8 * losses[0]


def test_training_steps_lower_the_joint_loss_of_the_maskrcnn() -> None:
    torch.manual_seed(0)
    model = build_tiny_maskrcnn(96, 96).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    crops = train_tiny_maskrcnn.sample_batch(np.random.default_rng(0), _images(), RCNN_RECIPE)
    steps = [detector_step.train_step(model, optimizer, crops, bfloat16=False) for _ in range(6)]
    assert set(steps[0]) == {
        "loss_classifier",
        "loss_box_reg",
        "loss_mask",
        "loss_objectness",
        "loss_rpn_box_reg",
    }
    assert sum(steps[-1].values()) < sum(steps[0].values())


def test_batches_with_boxes_only_skip_the_mask_loss_and_leave_its_weights_alone() -> None:
    torch.manual_seed(0)
    model = build_tiny_maskrcnn(96, 96).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    images = _images(with_masks=False)
    crops = train_tiny_maskrcnn.sample_batch(np.random.default_rng(0), images, RCNN_RECIPE)
    before = {k: v.clone() for k, v in model.roi_heads.mask_head.state_dict().items()}
    parts = detector_step.train_step(model, optimizer, crops, bfloat16=False)
    assert "loss_mask" not in parts
    assert parts["loss_objectness"] > 0
    after = model.roi_heads.mask_head.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert model.roi_heads.has_mask()


def test_crops_have_as_many_masks_as_boxes() -> None:
    image = _images(1)[0]
    rng = np.random.default_rng(0)
    for _ in range(5):
        crop = sample_detection_crop(rng, image, 96, RCNN_RECIPE.augment)
        assert crop.masks is not None
        assert len(crop.masks) == len(crop.boxes)
        assert bool((crop.boxes[:, 2:] > crop.boxes[:, :2]).all())
        assert float(crop.image.min()) >= 0
        assert float(crop.image.max()) <= 1


def test_crops_are_as_large_as_the_objects_need() -> None:
    assert roomy_crop_px([], 256) == 256
    assert roomy_crop_px([20, 30, 40], 256) == 256
    # Nine of ten are 240 long: one and a half times that, rounded up to 32.
    assert roomy_crop_px([240] * 9 + [900], 256) in range(384, 512)
    assert roomy_crop_px([2000] * 3, 256) == 1024


def test_a_trained_unet_is_loaded_and_run(tmp_path: Path) -> None:
    path = tmp_path / "unet.safetensors"
    train_unet.train(_images(), UNET_RECIPE, path)
    record = read_json_metadata(path, "training")
    assert record["finished_steps"] == 3
    assert record["seed"] == 0
    load_adapter(find_model("unet-nuclei"), path).propose(blobs(0, 64, 64)[0], RunContext())
    train_unet.train(_images(), replace(UNET_RECIPE, steps=1), tmp_path / "next.safetensors", path)
    assert len(read_json_metadata(tmp_path / "next.safetensors", "training")["start_sha256"]) == 64


def test_a_trained_maskrcnn_is_loaded_and_run(tmp_path: Path) -> None:
    path = tmp_path / "rcnn.safetensors"
    images = [*_images(), *_images(with_masks=False)]
    train_tiny_maskrcnn.train(images, RCNN_RECIPE, path)
    assert read_json_metadata(path, "training")["images"] == 6
    load_adapter(find_model("rpn-cells"), path).propose(blobs(0, 64, 64)[0], RunContext())


def test_equal_seeds_train_to_equal_weights(tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.safetensors" for n in range(2)]
    for path in files:
        train_unet.train(_images(), replace(UNET_RECIPE, steps=2, bfloat16=False), path)
    assert _tensors(files[0]) == _tensors(files[1])


def test_a_unet_is_not_trained_on_boxes() -> None:
    with pytest.raises(ValueError, match="boxes only"):
        sample_crop(
            np.random.default_rng(0), _images(1, with_masks=False)[0], 64, UNET_RECIPE.augment
        )


def test_the_average_follows_the_weights() -> None:
    model = torch.nn.Linear(1, 1)
    average = WeightAverage(model, 0.5)
    with torch.no_grad():
        for value in (1.0, 1.0, 1.0, 1.0, 1.0, 1.0):
            model.weight.fill_(value)
            average.update(model)
    assert float(average.state["weight"]) == pytest.approx(1.0, abs=0.05)


def test_half_precision_halves_the_file(tmp_path: Path) -> None:
    state = UNet(filters=(8, 16)).state_dict()
    for half in (True, False):
        save_weights(
            tmp_path / f"{half}.safetensors", state, find_model("unet-nuclei"), {}, half=half
        )
    sizes = [(tmp_path / f"{half}.safetensors").stat().st_size for half in (True, False)]
    assert sizes[0] < 0.7 * sizes[1]


def test_a_unet_is_as_wide_as_its_parent(tmp_path: Path) -> None:
    spec, parent = find_model("unet-classic"), tmp_path / "parent.safetensors"
    save_weights(parent, UNet(filters=(8, 16, 32)).state_dict(), spec, {})
    learner = UNetLearner(
        spec,
        Recipe(steps=2, batch=1, crop_px=64, bfloat16=False),
        _images(1),
        parent=parent,
        parent_spec=spec,
    )
    learner.step(0)
    assert filters_of(learner.weights()) == (8, 16, 32)
    assert next(learner.adapter().encoder.parameters()).shape[0] == 32


def test_the_learning_rate_rises_and_falls() -> None:
    factors = [warm_cosine(step, 1000) for step in range(1000)]
    assert factors[0] < 0.05
    assert max(factors) == pytest.approx(1, abs=0.01)
    assert factors[-1] == pytest.approx(0.01, abs=0.001)


def _tensors(path: Path) -> bytes:
    data = path.read_bytes()
    return data[8 + int.from_bytes(data[:8], "little") :]
