"""A U-Net that learns from labelled pictures without forgetting what its parent knew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from core.models.specification import ModelSpec
from core.models.zoo.reading import read_state
from core.models.zoo.unet import UNet, filters_of
from core.models.zoo.unet_adapter import SemanticUNetAdapter, UNetAdapter
from core.training.augment import AugmentSettings
from core.training.checkpoint import WeightAverage
from core.training.data import LabelledImage
from core.training.learner_state import optimizer_state, restore_optimizer, under
from core.training.losses import combined_loss, distillation_loss
from core.training.recipe import MORE_REPLAY, Recipe, Task
from core.training.schedule import warm_cosine
from core.training.unet_crops import sample_crop, stack_crops
from core.training.unet_head import fitted_state
from core.training.unet_step import train_step

_WARM_STEPS = 10
SMALLEST_CROP_PX = 64
FINE_TUNING = AugmentSettings(invert_share=0.05, grey_share=0.05)
"""Milder than for weights that shall serve any picture: the kind of picture is known now."""


class UNetLearner:
    """Takes steps on a U-Net; knows nothing of files, rounds and processes.

    ``images`` are what is new, ``replay`` what the parent knew; a share of every
    batch comes from there, with the truth about it and, where ``distillation`` is
    above 0, the parent's answer. ``spec`` is the model that comes out; it is as wide as its parent.
    """

    def __init__(
        self,
        spec: ModelSpec,
        recipe: Recipe,
        images: Sequence[LabelledImage],
        replay: Sequence[LabelledImage] = (),
        *,
        parent: Path | None = None,
        parent_spec: ModelSpec | None = None,
        augment: AugmentSettings | None = None,
        device: str = "cpu",
    ) -> None:
        self.spec = spec
        self._recipe = recipe
        self._batch = recipe.batch
        self._replay_share = recipe.replay_share
        self._crop_px = recipe.crop_px
        self._images = images
        self._replay = replay
        self._device = device
        self._augment = augment or FINE_TUNING
        torch.manual_seed(recipe.seed)
        self._adapter = adapter_class(recipe.task)
        state = {} if parent is None else read_state(parent)
        self._filters = filters_of(state)
        self._model = self._network()
        self._teacher: UNet | None = None
        if state and parent_spec is not None:
            self._start_from(state, parent_spec)
        self._model.to(device).to(memory_format=torch.channels_last)
        self._start = {name: value.clone() for name, value in self._model.state_dict().items()}
        if recipe.freeze_encoder:
            self._model.down.requires_grad_(False)
        trainable = [item for item in self._model.parameters() if item.requires_grad]
        self._optimizer = torch.optim.AdamW(
            trainable, lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self._average = WeightAverage(self._model, recipe.average_decay)

    def step(self, number: int) -> dict[str, float]:
        """Take step ``number`` (0 …); the parts of the loss by name.

        The crops depend on seed and number alone, so that a run that is resumed
        goes on as if it had not been interrupted.
        """
        rng = np.random.default_rng((self._recipe.seed, number))
        self._set_rate(number)
        self._prepare_modes()
        new, old = self._shares()
        crops = [self._crop(rng, self._images) for _ in range(new)]
        crops += [self._crop(rng, self._replay) for _ in range(old)]
        inputs, targets = stack_crops(crops, self._device)
        parts = train_step(
            self._model,
            self._optimizer,
            (inputs, targets),
            lambda logits, wanted: self._loss(inputs, logits, wanted, new),
            bfloat16=self._recipe.bfloat16,
        )
        self._average.update(self._model)
        return parts

    def adapter(self) -> UNetAdapter:
        """The model as it would be used, on the averaged weights; it shares nothing."""
        return adapter_of(self.spec, self._recipe.task, self.weights(), self._device)

    def weights(self) -> dict[str, Tensor]:
        """The averaged weights, with the parent's share mixed in (Wortsman and others, 2022)."""
        share = self._recipe.parent_share
        if not share:
            return dict(self._average.state)
        return {
            name: torch.lerp(value, self._start[name], share)
            if value.dtype.is_floating_point
            else value
            for name, value in self._average.state.items()
        }

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
        else:
            return False
        return True

    def _network(self) -> UNet:
        return UNet(classes=self._adapter.outputs(self.spec), filters=self._filters)

    def _start_from(self, state: dict[str, Tensor], parent_spec: ModelSpec) -> None:
        fitted = fitted_state(self._model, state, self._recipe.task, self.spec, parent_spec)
        self._model.load_state_dict(fitted, strict=False)
        same_head = fitted["head.weight"].shape == state["head.weight"].shape
        if self._recipe.distillation and same_head:
            self._teacher = self._network()
            self._teacher.load_state_dict(state, strict=False)
            self._teacher.eval().requires_grad_(False)
            self._teacher.to(self._device).to(memory_format=torch.channels_last)

    def _crop(
        self, rng: np.random.Generator, images: Sequence[LabelledImage]
    ) -> tuple[np.typing.NDArray[np.float32], np.typing.NDArray[np.int64]]:
        image = images[int(rng.integers(len(images)))]
        return sample_crop(rng, image, self._crop_px, self._augment, self._recipe.task)

    def _shares(self) -> tuple[int, int]:
        """How many crops of a batch are new and how many replayed; at least one is new."""
        if not self._replay:
            return self._batch, 0
        old = min(round(self._batch * self._replay_share), self._batch - 1)
        return self._batch - old, old

    def _loss(self, inputs: Tensor, logits: Tensor, targets: Tensor, new: int) -> dict[str, Tensor]:
        parts = combined_loss(logits, targets, self._recipe.losses)
        if self._teacher is not None and len(inputs) > new:
            with (
                torch.no_grad(),
                torch.autocast(inputs.device.type, torch.bfloat16, self._recipe.bfloat16),
            ):
                wanted = self._teacher(inputs[new:])
            parts["replay"] = self._recipe.distillation * distillation_loss(
                logits[new:].float(), wanted.float()
            )
        return parts

    def _set_rate(self, number: int) -> None:
        factor = warm_cosine(number, self._recipe.steps, _WARM_STEPS)
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.learning_rate * factor

    def _prepare_modes(self) -> None:
        """Train; frozen norms keep the statistics that the parent was trained with."""
        self._model.train()
        if self._recipe.freeze_norms:
            for module in self._model.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        elif self._recipe.freeze_encoder:
            self._model.down.eval()


def adapter_class(task: Task) -> type[UNetAdapter]:
    """What runs a U-Net of this task."""
    return SemanticUNetAdapter if task is Task.SEMANTIC else UNetAdapter


def adapter_of(
    spec: ModelSpec, task: Task, weights: Mapping[str, Tensor], device: str
) -> UNetAdapter:
    """A model that runs on weights, of which it shares nothing."""
    kind = adapter_class(task)
    model = UNet(classes=kind.outputs(spec), filters=filters_of(weights))
    model.load_state_dict(weights)
    model.to(device).to(memory_format=torch.channels_last)
    model.eval().requires_grad_(False)
    return kind(spec, model, device)
