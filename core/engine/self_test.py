"""What makes a device faster, tried out in about a second; the engine's process only.

Which of 16-bit numbers and channels-last memory helps depends on the processor and
the release of torch so much that a rule would often be wrong: bfloat16 is three
times as fast on one CPU and ten times slower on the next.

``python -m core.engine.self_test [DEVICE]`` prints the device and the result.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.engine.device import choose_device
from core.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor, nn

SIDE_PX = 192
TIME_LIMIT_S = 1.0
WORTH_IT = 1.15
_LARGEST_ERROR = 0.05
_REPEATS = 5


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What to switch on, and how many times as fast a convolutional network is with it."""

    half_precision: bool = False
    channels_last: bool = False
    speedup: float = 1.0

    @property
    def sentence(self) -> str:
        """The result for people, without a full stop."""
        used = [
            name
            for name, is_on in (
                ("16-bit numbers", self.half_precision),
                ("channels last", self.channels_last),
            )
            if is_on
        ]
        if not used:
            return "plain 32-bit numbers are fastest here"
        return f"{' and '.join(used)}: {self.speedup:.1f} times as fast"


def measure(device: str) -> SelfTest:
    """Time a small U-Net in four ways and name the fastest.

    The plain way stays unless another one is clearly faster and gives nearly the
    same probabilities. A way that the device cannot run is no choice.
    """
    import torch

    from core.models.zoo.unet import UNet

    limit = time.perf_counter() + TIME_LIMIT_S
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, SIDE_PX, SIDE_PX, generator=generator).to(device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = UNet().eval().requires_grad_(False).to(device)
    plain, wanted = _timed(model, image, SelfTest(), limit)
    best = SelfTest()
    for layout in (False, True):
        for half in (False, True):
            way = SelfTest(half, layout)
            if way == SelfTest() or time.perf_counter() > limit:
                continue
            try:
                seconds, given = _timed(model, image, way, limit)
            except RuntimeError:
                continue
            speedup = plain / seconds
            is_alike = float((given - wanted).abs().max()) < _LARGEST_ERROR
            if is_alike and speedup > max(best.speedup, WORTH_IT):
                best = SelfTest(half, layout, speedup)
    return best


def _timed(model: nn.Module, image: Tensor, way: SelfTest, limit: float) -> tuple[float, Tensor]:
    """Seconds of the quickest of several passes after a first one, and the probabilities."""
    import torch

    layout = torch.channels_last if way.channels_last else torch.contiguous_format
    model.to(memory_format=layout)
    image = image.contiguous(memory_format=layout)
    kind = image.device.type
    quickest = float("inf")
    with torch.inference_mode(), torch.autocast(kind, enabled=way.half_precision):
        answer = model(image).float().softmax(dim=1).cpu()
        for _ in range(_REPEATS):
            begun = time.perf_counter()
            # Bringing the answer back waits for the device.
            answer = model(image).float().softmax(dim=1).cpu()
            quickest = min(quickest, time.perf_counter() - begun)
            if time.perf_counter() > limit:
                break
    return quickest, answer


def main() -> int:
    """Print one line about the device that is named, or the best one, and keep the result."""
    from core.engine.self_test_memory import measured_anew

    try:
        device = choose_device(sys.argv[1] if len(sys.argv) > 1 else "auto")
    except ModelError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{device.line}; {measured_anew(device.name).sentence}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
