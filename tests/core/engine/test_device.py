from __future__ import annotations

import pytest

from core.engine.device import choose_device
from core.errors import ModelError


def test_the_cpu_can_be_chosen() -> None:
    device = choose_device("cpu")
    assert device.name == "cpu"
    assert device.line.startswith("CPU")
    with device.precision("cpu", half=False):
        device.release()


def test_a_device_is_always_found_and_explained() -> None:
    device = choose_device("auto")
    assert device.name in {"cpu", "cuda", "mps"}
    assert device.line


@pytest.mark.parametrize("name", ["cuda:99", "nonsense"])
def test_a_device_that_is_not_there_is_a_sentence(name: str) -> None:
    with pytest.raises(ModelError, match=name) as caught:
        choose_device(name)
    assert "auto" in caught.value.hint


def test_half_precision_computes_with_16_bit_numbers() -> None:
    torch = pytest.importorskip("torch")
    with choose_device("cpu").precision("cpu", half=True):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert product.dtype == torch.bfloat16


@pytest.mark.gpu
def test_cuda_comes_first() -> None:
    device = choose_device("auto")
    assert device.name == "cuda"
    assert "GB" in device.line
