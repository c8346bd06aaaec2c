from __future__ import annotations

import pytest

from core.engine.inspection import inspect_device
from core.engine.self_test import TIME_LIMIT_S, SelfTest, measure
from core.errors import ModelError


def test_the_result_is_a_sentence() -> None:
    assert "plain" in SelfTest().sentence
    fast = SelfTest(half_precision=True, channels_last=True, speedup=2.54)
    assert fast.sentence == "16-bit numbers and channels last: 2.5 times as fast"


def test_it_takes_about_a_second_and_is_never_slower() -> None:
    import time

    begun = time.process_time()
    result = measure("cpu")
    assert time.process_time() - begun < 4 * TIME_LIMIT_S
    assert result.speedup >= 1.0
    assert (result.speedup > 1.0) == (result.half_precision or result.channels_last)


def test_it_leaves_the_random_numbers_alone() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    wanted = torch.rand(4)
    torch.manual_seed(3)
    measure("cpu")
    assert torch.equal(torch.rand(4), wanted)


@pytest.mark.slow
def test_a_process_of_its_own_says_the_same() -> None:
    line = inspect_device("cpu")
    assert line.startswith("CPU (as chosen); ")
    with pytest.raises(ModelError, match="nonsense"):
        inspect_device("nonsense")


def test_a_python_without_torch_is_a_sentence() -> None:
    with pytest.raises(ModelError, match="could not be started"):
        inspect_device(python="/nonexistent/python")
