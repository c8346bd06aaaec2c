from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from core.document.geometry import Box
from core.engine.memory import TILE_PX
from core.engine.model_runner import MODELS_KEPT, ModelRunner
from core.engine.protocol import RgbImage
from core.engine.runner import JobContext
from core.engine.self_test import SelfTest
from core.engine.wire import RunJob
from core.errors import Cancelled, DeviceMemoryError, ModelError
from core.models.adapter import Adapter, RunContext
from core.models.proposal import Proposal
from core.models.specification import ModelSpec

LARGE = np.zeros((1200, 2000, 3), np.uint8)
SMALL = np.zeros((200, 200, 3), np.uint8)


@dataclass
class FakeDevice:
    """A device whose memory holds pictures of so many pixels."""

    name: str = "cuda"
    line: str = "a device"
    pixels: int = 10**9
    half_pixels: int = 10**9
    half: bool = False
    released: int = 0

    @contextmanager
    def _halved(self) -> Iterator[None]:
        self.half = True
        yield
        self.half = False

    def precision(self, device: str, half: bool) -> AbstractContextManager[object]:
        return self._halved() if half else nullcontext()

    def release(self) -> None:
        self.released += 1


@dataclass
class Zoo:
    """Loads fake models that fill the device's memory."""

    device: FakeDevice
    loaded: list[tuple[str, str]] = field(default_factory=list)
    sizes: list[tuple[str, int, int]] = field(default_factory=list)
    cpu_pixels: int = 10**9
    parameters: dict[str, object] = field(default_factory=dict)
    speed: SelfTest = field(default_factory=SelfTest)
    halves: list[bool] = field(default_factory=list)
    arranged: int = 0

    def load(self, spec: ModelSpec, weights: Path, device: str) -> Adapter:
        self.loaded.append((spec.id, device))
        return FakeAdapter(self, device)


@dataclass
class FakeAdapter:
    zoo: Zoo
    device: str

    @classmethod
    def load(cls, spec: ModelSpec, weights: Path, device: str) -> FakeAdapter:
        raise NotImplementedError

    def use_channels_last(self) -> None:
        self.zoo.arranged += 1

    def propose(self, image: RgbImage, context: RunContext) -> tuple[Proposal, ...]:
        height, width = image.shape[:2]
        self.zoo.sizes.append((self.device, width, height))
        self.zoo.parameters = dict(context.parameters)
        self.zoo.halves.append(self.zoo.device.half)
        if self.device == "cpu":
            room = self.zoo.cpu_pixels
        else:
            room = self.zoo.device.half_pixels if self.zoo.device.half else self.zoo.device.pixels
        if width * height > room:
            raise RuntimeError("CUDA out of memory. Tried to allocate 1.00 GiB")
        context.progress(0.5)
        return (Proposal(0, Box(0, 0, width, height), 0.9, "", "fake"),)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file that looks like weights and holds none."""
    path = tmp_path / "weights.safetensors"
    path.write_bytes((2).to_bytes(8, "little") + b"{}")
    return path


def context_of(heard: list[tuple[float, str]] | None = None, cancelled: bool = False) -> JobContext:
    def progress(fraction: float, text: str) -> None:
        if heard is not None:
            heard.append((round(fraction, 3), text))

    return JobContext(lambda: cancelled, progress)


def job_for(weights: Path, model: str = "unet-nuclei", **parameters: float) -> RunJob:
    return RunJob(1, model, str(weights), dict(parameters))


def runner_on(zoo: Zoo) -> ModelRunner:
    runner = ModelRunner(zoo.load, lambda _: zoo.device, lambda _: zoo.speed)
    assert runner.start("auto") == f"a device; {zoo.speed.sentence}"
    return runner


def test_a_model_runs_as_it_is_where_there_is_room(weights: Path) -> None:
    zoo = Zoo(FakeDevice())
    heard: list[tuple[float, str]] = []
    result = runner_on(zoo).run(job_for(weights, score=0.25), LARGE, context_of(heard))
    assert [item.geometry for item in result.items] == [Box(0, 0, 2000, 1200)]
    assert (result.degraded, result.device) == ("", "cuda")
    assert result.weights_hash == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert zoo.parameters == {"score": 0.25}
    assert heard[0][0] == 0.0
    assert heard[-1] == (0.5, "U-Net (nuclei)")


@pytest.mark.parametrize(
    ("pixels", "half_pixels", "degraded"),
    [
        (0, 10**9, "in half precision."),
        (0, 1100 * 1100, f"in half precision and in tiles of {TILE_PX} px."),
        (0, 1000 * 600, "in half precision and at 1/2 of the size."),
        (0, 0, "on cpu instead of cuda."),
    ],
)
def test_out_of_memory_goes_down_the_ladder_and_says_so(
    weights: Path, pixels: int, half_pixels: int, degraded: str
) -> None:
    zoo = Zoo(FakeDevice(pixels=pixels, half_pixels=half_pixels))
    result = runner_on(zoo).run(job_for(weights), LARGE, context_of())
    assert result.degraded == f"Memory was short: run {degraded}"
    assert result.items
    assert zoo.device.released >= 1


def test_the_last_resort_is_a_smaller_picture_on_the_cpu(weights: Path) -> None:
    zoo = Zoo(FakeDevice(pixels=0, half_pixels=0), cpu_pixels=500 * 300)
    result = runner_on(zoo).run(job_for(weights), LARGE, context_of())
    assert result.degraded == (
        "Memory was short: run on cpu instead of cuda and at 1/4 of the size."
    )
    assert [item.geometry for item in result.items] == [Box(0, 0, 2000, 1200)]


def test_no_memory_at_all_is_a_sentence(weights: Path) -> None:
    zoo = Zoo(FakeDevice(pixels=0, half_pixels=0), cpu_pixels=0)
    with pytest.raises(DeviceMemoryError):
        runner_on(zoo).run(job_for(weights), LARGE, context_of())


def test_tiles_share_one_progress(weights: Path) -> None:
    zoo = Zoo(FakeDevice(name="cpu"), cpu_pixels=1100 * 1100)
    heard: list[tuple[float, str]] = []
    runner_on(zoo).run(job_for(weights), LARGE, context_of(heard))
    told = [fraction for fraction, text in heard if "part" in text]
    assert len(told) == len(zoo.sizes) - 1
    assert told == sorted(told)
    assert told[-1] < 1.0
    assert heard[-1][1].endswith(f"part {len(told)} of {len(told)}")


def test_models_stay_loaded_and_the_oldest_makes_room(weights: Path) -> None:
    zoo = Zoo(FakeDevice())
    runner = runner_on(zoo)
    for model in ("unet-nuclei", "rpn-cells", "unet-nuclei"):
        runner.run(job_for(weights, model), SMALL, context_of())
    assert zoo.loaded == [("unet-nuclei", "cuda"), ("rpn-cells", "cuda")]
    assert len(zoo.loaded) == MODELS_KEPT
    runner.run(job_for(weights, "maskrcnn-cells"), SMALL, context_of())
    runner.run(job_for(weights, "unet-nuclei"), SMALL, context_of())
    runner.run(job_for(weights, "rpn-cells"), SMALL, context_of())
    assert [model for model, _ in zoo.loaded[2:]] == ["maskrcnn-cells", "rpn-cells"]


def test_weights_that_have_changed_are_loaded_again(weights: Path) -> None:
    zoo = Zoo(FakeDevice())
    runner = runner_on(zoo)
    first = runner.run(job_for(weights), SMALL, context_of())
    weights.write_bytes((4).to_bytes(8, "little") + b"{  }")
    second = runner.run(job_for(weights), SMALL, context_of())
    assert len(zoo.loaded) == 2
    assert first.weights_hash != second.weights_hash


def test_a_job_that_was_called_off_is_not_run(weights: Path) -> None:
    zoo = Zoo(FakeDevice())
    with pytest.raises(Cancelled):
        runner_on(zoo).run(job_for(weights), SMALL, context_of(cancelled=True))
    assert zoo.sizes == []


def test_unknown_models_and_missing_weights_are_sentences(weights: Path, tmp_path: Path) -> None:
    runner = runner_on(Zoo(FakeDevice()))
    with pytest.raises(ModelError, match="no model"):
        runner.run(job_for(weights, "nonsense"), SMALL, context_of())
    with pytest.raises(ModelError):
        runner.run(job_for(tmp_path / "missing.safetensors"), SMALL, context_of())


HUGE = np.zeros((3400, 3400, 3), np.uint8)


def test_a_picture_much_larger_than_the_input_is_run_in_tiles_and_whole(weights: Path) -> None:
    zoo = Zoo(FakeDevice())
    heard: list[tuple[float, str]] = []
    job = job_for(weights, "maskrcnn-cells")
    result = runner_on(zoo).run(job, HUGE, context_of(heard))
    assert zoo.sizes[0] == ("cuda", 3400, 3400)
    assert {size[1:] for size in zoo.sizes[1:]} == {(832, 832)}
    assert result.degraded == ""
    assert heard[1][1].endswith(f"part 1 of {len(zoo.sizes)}")
    whole = Zoo(FakeDevice())
    runner_on(whole).run(job_for(weights, "maskrcnn-cells", tile_px=0), HUGE, context_of())
    assert whole.sizes == [("cuda", 3400, 3400)]


@pytest.mark.parametrize(
    ("pixels", "half_pixels", "degraded"),
    [
        (832**2, 10**9, "in half precision."),
        (0, 832**2, "in half precision and in tiles of 416 px and without a look at the whole"),
        (0, 0, "on cpu instead of cuda."),
    ],
)
def test_wanted_tiles_get_smaller_when_memory_runs_out(
    weights: Path, pixels: int, half_pixels: int, degraded: str
) -> None:
    zoo = Zoo(FakeDevice(pixels=pixels, half_pixels=half_pixels))
    result = runner_on(zoo).run(job_for(weights, "maskrcnn-cells"), HUGE, context_of())
    assert result.degraded.startswith(f"Memory was short: run {degraded}")


def test_what_the_self_test_found_is_used_where_it_does_not_move_boxes(weights: Path) -> None:
    zoo = Zoo(FakeDevice(), speed=SelfTest(half_precision=True, channels_last=True, speedup=2.5))
    runner = runner_on(zoo)
    for model in ("unet-nuclei", "maskrcnn-cells"):
        result = runner.run(job_for(weights, model), SMALL, context_of())
        assert result.degraded == ""
    assert zoo.halves == [True, False]
    assert zoo.arranged == 2
