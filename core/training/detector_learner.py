"""Fine-tunes Mask R-CNN, Faster R-CNN and RetinaNet on the project's objects.

The norms are frozen, training sees crops at the size in which the network sees
pictures when it runs, and the parts of the joint loss are told one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from core.errors import ModelError
from core.models.specification import ModelSpec
from core.models.trained import kind_of
from core.models.zoo.detection_adapter import DetectionAdapter, TinyMaskRcnnAdapter
from core.models.zoo.reading import read_state
from core.training.augment import AugmentSettings
from core.training.checkpoint import WeightAverage
from core.training.data import LabelledImage
from core.training.detection_crops import DetectionCrop, roomy_crop_px, sample_detection_crop
from core.training.detector_head import fitted_state
from core.training.detector_step import train_step
from core.training.learner_state import optimizer_state, restore_optimizer, under
from core.training.recipe import MORE_REPLAY, Recipe
from core.training.schedule import warm_cosine

_WARM_STEPS = 20
_USUAL_SHORT_SIDE_PX, _USUAL_LONG_SIDE_PX = 800, 1333
SMALLEST_CROP_PX = 128
MOST_REGIONS = 128
"""Regions of each crop that the heads learn from, as many as in Fast R-CNN (Girshick, 2015).

torchvision's 512 suit whole photographs; on a CPU the heads took most of a step with them.
"""
_MEASURED_PICTURES = 20
"""So many are looked at for the size of objects; they stay in memory for the first steps."""
CELLS = AugmentSettings(smallest_scale=0.7, largest_scale=1.4, invert_share=0.05, grey_share=0.05)
PHOTOGRAPHS = AugmentSettings(
    smallest_scale=0.6,
    largest_scale=1.3,
    rotates=False,
    flips_upside_down=False,
    invert_share=0.0,
    grey_share=0.05,
    hue_share=0.0,
)


class DetectorLearner:
    """Takes steps on a detector; see ``UNetLearner`` for what the arguments are."""

    def __init__(
        self,
        spec: ModelSpec,
        recipe: Recipe,
        images: Sequence[LabelledImage],
        replay: Sequence[LabelledImage] = (),
        *,
        parent: Path | None = None,
        parent_spec: ModelSpec | None = None,
        device: str = "cpu",
    ) -> None:
        self.spec = spec
        self._recipe = recipe
        self._images = images
        self._replay = replay
        self._device = device
        self._replay_share = recipe.replay_share
        self._crop_px = roomy_crop_px(self._longest_sides(), recipe.crop_px)
        # Larger crops are fewer, so that a step costs the same.
        self._batch = max(1, round(recipe.batch * (recipe.crop_px / self._crop_px) ** 2))
        torch.manual_seed(recipe.seed)
        self._is_tiny = kind_of(spec) == "tiny-maskrcnn"
        self._adapter: type[DetectionAdapter] = (
            TinyMaskRcnnAdapter if self._is_tiny else DetectionAdapter
        )
        self._model = self._adapter.build(spec)
        if parent is not None and parent_spec is not None:
            fitted = fitted_state(
                self._model, read_state(parent), spec.categories, parent_spec.categories
            )
            self._model.load_state_dict(fitted, strict=False)
        self._model.to(device)
        self._take_crops_as_they_are()
        self._learn_from_fewer_regions()
        if recipe.freeze_encoder:
            self._model.get_submodule("backbone").requires_grad_(False)
        trainable = [item for item in self._model.parameters() if item.requires_grad]
        self._optimizer = torch.optim.AdamW(
            trainable, lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self._average = WeightAverage(self._model, recipe.average_decay)

    def step(self, number: int) -> dict[str, float]:
        """Take step ``number`` (0 …); the parts of the joint loss by name."""
        rng = np.random.default_rng((self._recipe.seed, number))
        torch.manual_seed(self._recipe.seed * 1_000_003 + number)
        factor = warm_cosine(number, self._recipe.steps, _WARM_STEPS)
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.learning_rate * factor
        self._model.train()
        for module in self._model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        crops = self._crops(rng)
        parts = train_step(self._model, self._optimizer, crops, bfloat16=self._recipe.bfloat16)
        self._average.update(self._model)
        return parts

    def adapter(self) -> DetectionAdapter:
        """The model as it would be used, on the averaged weights; it shares nothing."""
        model = self._adapter.build(self.spec)
        model.load_state_dict(self.weights())
        model.eval().requires_grad_(False)
        return self._adapter(self.spec, model.to(self._device), self._device)

    def weights(self) -> dict[str, Tensor]:
        """The averaged weights."""
        return dict(self._average.state)

    def state(self) -> dict[str, Tensor]:
        """Everything that goes on changing, for a checkpoint."""
        state = {f"model.{name}": value for name, value in self._model.state_dict().items()}
        state |= {f"average.{name}": value for name, value in self._average.state.items()}
        return state | optimizer_state(self._optimizer)

    def load(self, state: dict[str, Tensor], steps: int) -> None:
        """Go on from a checkpoint after so many steps; raises KeyError, RuntimeError."""
        self._model.load_state_dict(under(state, "model."))
        self._average.restore(under(state, "average."), steps)
        restore_optimizer(self._optimizer, state)

    def remember_more(self) -> None:
        """Show more of what the parent knew in the next steps."""
        self._replay_share = max(self._replay_share, MORE_REPLAY)

    def take_less_memory(self) -> bool:
        """Halve the batch, then the crops; False when both are as small as they can be."""
        if self._batch > 1:
            self._batch //= 2
        elif self._crop_px >= 2 * SMALLEST_CROP_PX:
            self._crop_px //= 2
            self._take_crops_as_they_are()
        else:
            return False
        return True

    def _take_crops_as_they_are(self) -> None:
        """Crops have the right scale already; the network's own resizing leaves them alone."""
        transform = self._model.get_submodule("transform")
        if not isinstance(transform, GeneralizedRCNNTransform):
            raise ModelError(f"{self.spec.name} cannot be trained here.", "Choose another model.")
        transform.min_size, transform.max_size = (self._crop_px,), self._crop_px

    def _learn_from_fewer_regions(self) -> None:
        heads = getattr(self._model, "roi_heads", None)
        if isinstance(heads, RoIHeads):
            sampler = heads.fg_bg_sampler
            sampler.batch_size_per_image = min(sampler.batch_size_per_image, MOST_REGIONS)

    def _crops(self, rng: np.random.Generator) -> list[DetectionCrop]:
        """A batch of pictures of one source, so that it has masks for all or for none."""
        old = self._replay and rng.random() < self._replay_share
        images = self._replay if old else self._images
        chosen = [images[int(rng.integers(len(images)))] for _ in range(self._batch)]
        if any(image.instances is None for image in chosen):
            chosen = [replace(image, instances=None) for image in chosen]
        return [self._crop(rng, image) for image in chosen]

    def _longest_sides(self) -> list[float]:
        """The longest sides of the objects' boxes in pixels, as the network sees them."""
        found: list[float] = []
        for image in islice(self._images, _MEASURED_PICTURES):
            sides = (image.boxes[:, 2:] - image.boxes[:, :2]).max(axis=1, initial=0)
            found += (sides * self._scale(image)).tolist()
        return found

    def _scale(self, image: LabelledImage) -> float:
        """How much the network enlarges a picture when it runs."""
        short, long = sorted(map(int, image.pixels.shape[:2]))
        asked = self.spec.preprocessing
        by_short = float(asked.get("short_side_px", _USUAL_SHORT_SIDE_PX)) / short
        by_long = float(asked.get("long_side_px", _USUAL_LONG_SIDE_PX)) / long
        return min(by_short, by_long)

    def _crop(self, rng: np.random.Generator, image: LabelledImage) -> DetectionCrop:
        settings = CELLS if self._is_tiny else PHOTOGRAPHS
        usual = self._scale(image)
        scaled = replace(
            settings,
            smallest_scale=settings.smallest_scale * usual,
            largest_scale=settings.largest_scale * usual,
            rotates=settings.rotates and image.instances is not None,
        )
        normalises = self.spec.preprocessing.get("normalisation") == "percentile"
        crop = sample_detection_crop(rng, image, self._crop_px, scaled, normalises=normalises)
        return crop.on(self._device)
