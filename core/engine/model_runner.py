"""Runs the models of ``core.models`` in the engine's process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

from core.document.geometry import Size
from core.engine.device import Device, choose_device
from core.engine.device_lease import device_lease
from core.engine.memory import Attempt, attempts, run_within_memory
from core.engine.protocol import RgbImage
from core.engine.runner import JobContext, RunResult
from core.engine.self_test import SelfTest
from core.engine.self_test_memory import remembered_or_measured
from core.engine.smaller_input import propose_smaller
from core.engine.wire import RunJob
from core.grouping.leaves import ImagePart
from core.grouping.perceptron import bundled_weights
from core.models.adapter import Adapter, ArrangesMemory, RunContext
from core.models.proposal import Proposal
from core.models.region_of_interest import cut_out, put_back, region_of
from core.models.registry import find_model, weights_path
from core.models.specification import ModelFamily, ModelSpec
from core.models.tiling import propose_in_tiles, tile_side_px, tiles
from core.models.weights import file_hash
from core.models.zoo.loading import load_adapter

MODELS_KEPT = 2

LoadModel = Callable[[ModelSpec, Path, str], Adapter]


@dataclass(frozen=True, slots=True)
class _WeightsFile:
    """A weights file as it is now; another content under its name is another file."""

    path: Path
    size_bytes: int
    changed_ns: int

    @classmethod
    def at(cls, path: Path) -> _WeightsFile:
        status = path.stat()
        return cls(path, status.st_size, status.st_mtime_ns)

    def is_unchanged(self) -> bool:
        return self.path.exists() and _WeightsFile.at(self.path) == self


class ModelRunner:
    """Keeps the models that were used last and runs them, within the memory there is.

    ``load`` builds a model on a device, ``choose`` finds the device, ``test`` tries
    what makes it faster; tests give their own.
    """

    def __init__(
        self,
        load: LoadModel = load_adapter,
        choose: Callable[[str], Device] = choose_device,
        test: Callable[[str], SelfTest] = remembered_or_measured,
    ) -> None:
        self._load = load
        self._choose = choose
        self._test = test
        self._device: Device | None = None
        self._speed = SelfTest()
        self._models: OrderedDict[tuple[str, _WeightsFile, str], Adapter] = OrderedDict()
        self._hashes: dict[_WeightsFile, str] = {}
        self._checked: dict[tuple[str, str | None], _WeightsFile] = {}

    def start(self, device: str) -> str:
        """Choose the device, which imports torch, and try it; returns a line about both."""
        self._device = self._choose(device)
        self._speed = self._test(self._device.name)
        return f"{self._device.line}; {self._speed.sentence}"

    @property
    def device(self) -> str:
        """Name of the chosen device for torch."""
        return self._started_device().name

    def find_edges(self, image: RgbImage, context: JobContext) -> ImagePart:
        """The image part of grouping on the device."""
        from core.grouping import torch_edges

        pixel = bundled_weights().pixel
        with device_lease(self.device):
            return torch_edges.image_part(
                image, context.check_cancelled, pixel=pixel, device=self.device
            )

    def run(self, job: RunJob, image: RgbImage, context: JobContext) -> RunResult:
        """Run one model on one image; raises ModelError, DeviceMemoryError."""
        spec = find_model(job.model_id)
        context.progress(0.0, f"loading {spec.name}")
        part = region_of(job.parameters, Size(image.shape[1], image.shape[0]))
        pixels = image if part is None else cut_out(image, part)
        run = _Run(spec, self._weights(spec, job.weights), pixels, job, context)
        device = self._started_device()
        tile_px = tile_side_px(spec, run.size, job.parameters)
        if max(run.size.width, run.size.height) <= tile_px:
            tile_px = 0
        ladder = attempts(device.name, run.size, tile_px)
        items, attempt = run_within_memory(ladder, partial(self._attempt, run), self._make_room)
        return RunResult(
            items if part is None else tuple(put_back(item, part) for item in items),
            self._hash(run.weights),
            attempt.difference(ladder[0]),
            run.seconds,
            attempt.device,
        )

    def _attempt(self, run: _Run, attempt: Attempt) -> tuple[Proposal, ...]:
        run.context.check_cancelled()
        model = self._model(run, attempt.device)
        half = attempt.half_precision or self._is_faster_in_half(run.spec, attempt.device)
        with device_lease(attempt.device), self._started_device().precision(attempt.device, half):
            if attempt.tile_px:
                parts = len(tiles(run.size, attempt.tile_px)) + attempt.with_whole
                propose = run.proposer(model, parts)
                return propose_in_tiles(
                    run.image, attempt.tile_px, propose, with_whole=attempt.with_whole
                )
            propose = run.proposer(model, 1)
            if attempt.shrink > 1:
                return propose_smaller(run.image, attempt.shrink, propose)
            return propose(run.image)

    def _is_faster_in_half(self, spec: ModelSpec, device: str) -> bool:
        """Whether to compute with 16-bit numbers; boxes would lose their exact places by it."""
        tested = device == self._started_device().name and self._speed.half_precision
        return tested and spec.family is ModelFamily.SEMANTIC

    def _model(self, run: _Run, device: str) -> Adapter:
        """The loaded model; the one that was not used for longest makes room."""
        key = (run.spec.id, run.weights, device)
        model = self._models.get(key)
        if model is None:
            while len(self._models) >= MODELS_KEPT:
                self._models.popitem(last=False)
                self._started_device().release()
            model = self._load(run.spec, run.weights.path, device)
            if self._speed.channels_last and isinstance(model, ArrangesMemory):
                model.use_channels_last()
            self._models[key] = model
        self._models.move_to_end(key)
        return model

    def _weights(self, spec: ModelSpec, named: str | None) -> _WeightsFile:
        """The weights file of a model, checked again only when it has changed."""
        known = self._checked.get((spec.id, named))
        if known is None or not known.is_unchanged():
            known = _WeightsFile.at(weights_path(spec, Path(named) if named else None))
            self._checked[spec.id, named] = known
        return known

    def _make_room(self) -> None:
        self._models.clear()
        self._started_device().release()

    def _hash(self, weights: _WeightsFile) -> str:
        if weights not in self._hashes:
            self._hashes[weights] = file_hash(weights.path)
        return self._hashes[weights]

    def _started_device(self) -> Device:
        if self._device is None:
            raise AssertionError("the runner was not started")
        return self._device


class _Run:
    """One job with all that its attempts share."""

    def __init__(
        self,
        spec: ModelSpec,
        weights: _WeightsFile,
        image: RgbImage,
        job: RunJob,
        context: JobContext,
    ) -> None:
        self.spec = spec
        self.weights = weights
        self.image = image
        self.size = Size(image.shape[1], image.shape[0])
        self.context = context
        self.seconds = 0.0
        self._parameters = MappingProxyType(job.parameters)

    def proposer(self, model: Adapter, parts: int) -> Callable[[RgbImage], tuple[Proposal, ...]]:
        """Runs the model on one part of the image after the other, with progress over all."""
        done = 0

        def propose(part: RgbImage) -> tuple[Proposal, ...]:
            nonlocal done
            first = done
            done += 1
            text = self.spec.name if parts == 1 else f"{self.spec.name}, part {done} of {parts}"
            context = RunContext(
                cancelled=self.context.cancelled,
                progress=lambda fraction: self.context.progress((first + fraction) / parts, text),
                parameters=self._parameters,
            )
            begun = time.perf_counter()
            items = model.propose(part, context)
            self.seconds += time.perf_counter() - begun
            return items

        return propose
