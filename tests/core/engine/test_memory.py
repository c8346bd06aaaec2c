from __future__ import annotations

import gc
import weakref

import pytest

from core.document.geometry import Size
from core.engine.memory import Attempt, attempts, is_out_of_memory, run_within_memory
from core.errors import Cancelled, DeviceMemoryError, ModelError

LARGE, SMALL, TINY = Size(4000, 3000), Size(640, 480), Size(100, 100)


class OutOfMemoryError(RuntimeError):
    """Named as torch names its own."""


def test_on_a_gpu_the_ladder_ends_on_the_cpu() -> None:
    ladder = attempts("cuda", LARGE)
    assert ladder[0] == Attempt("cuda")
    assert ladder[1] == Attempt("cuda", half_precision=True)
    assert ladder[2] == Attempt("cuda", half_precision=True, tile_px=1024)
    assert ladder[3] == Attempt("cuda", half_precision=True, shrink=2)
    assert [step.device for step in ladder[4:]] == ["cpu"] * 4
    assert ladder[4] == Attempt("cpu")


def test_on_the_cpu_the_input_gets_smaller() -> None:
    assert attempts("cpu", LARGE) == (
        Attempt("cpu"),
        Attempt("cpu", tile_px=1024),
        Attempt("cpu", shrink=2),
        Attempt("cpu", shrink=4),
    )


def test_wanted_tiles_get_smaller() -> None:
    assert attempts("cpu", LARGE, 1333) == (
        Attempt("cpu", tile_px=1333, with_whole=True),
        Attempt("cpu", tile_px=666),
        Attempt("cpu", shrink=2),
        Attempt("cpu", shrink=4),
    )
    ladder = attempts("cuda", LARGE, 1333)
    assert ladder[1] == Attempt("cuda", half_precision=True, tile_px=1333, with_whole=True)
    assert ladder[2].difference(ladder[0]) == (
        "Memory was short: run in half precision and in tiles of 666 px "
        "and without a look at the whole picture."
    )
    assert "in one piece instead of in tiles" in ladder[3].difference(ladder[0])


def test_small_pictures_are_not_cut_and_tiny_ones_not_shrunk() -> None:
    assert not any(step.tile_px for step in attempts("cpu", SMALL))
    assert attempts("cpu", TINY) == (Attempt("cpu"),)


@pytest.mark.parametrize("fits", range(8))
def test_the_first_attempt_that_fits_wins(fits: int) -> None:
    ladder = attempts("cuda", LARGE)
    tried: list[Attempt] = []
    released: list[int] = []

    def run(attempt: Attempt) -> str:
        tried.append(attempt)
        if len(tried) <= fits:
            raise OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return "found"

    result, attempt = run_within_memory(ladder, run, lambda: released.append(len(tried)))
    assert result == "found"
    assert attempt == ladder[fits]
    assert tried == list(ladder[: fits + 1])
    assert released == list(range(1, fits + 1))


def test_when_nothing_fits_a_sentence_says_so() -> None:
    def run(_attempt: Attempt) -> str:
        raise MemoryError

    with pytest.raises(DeviceMemoryError, match="not enough memory") as caught:
        run_within_memory(attempts("cpu", LARGE), run, lambda: None)
    assert caught.value.hint


@pytest.mark.parametrize(
    "error", [ModelError("no"), RuntimeError("shape"), Cancelled(), KeyError()]
)
def test_other_errors_are_not_tried_again(error: Exception) -> None:
    tried: list[Attempt] = []

    def run(attempt: Attempt) -> str:
        tried.append(attempt)
        raise error

    with pytest.raises(type(error)):
        run_within_memory(attempts("cpu", LARGE), run, lambda: None)
    assert len(tried) == 1


def test_memory_is_released_when_no_exception_holds_it_any_more() -> None:
    class Tensor:
        pass

    held: list[weakref.ref[Tensor]] = []
    alive: list[bool] = []

    def run(attempt: Attempt) -> str:
        tensor = Tensor()
        held.append(weakref.ref(tensor))
        if attempt.tile_px:
            return "found"
        raise OutOfMemoryError

    def release() -> None:
        gc.collect()
        alive.append(held[-1]() is not None)

    run_within_memory(attempts("cpu", LARGE), run, release)
    assert alive == [False]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (DeviceMemoryError("no"), True),
        (OutOfMemoryError(), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 9 bytes"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("no"), False),
    ],
)
def test_memory_errors_are_known_by_all_their_names(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (Attempt("cuda"), ""),
        (Attempt("cuda", half_precision=True), "Memory was short: run in half precision."),
        (
            Attempt("cpu", tile_px=1024),
            "Memory was short: run on cpu instead of cuda and in tiles of 1024 px.",
        ),
        (
            Attempt("cuda", half_precision=True, shrink=2),
            "Memory was short: run in half precision and at 1/2 of the size.",
        ),
    ],
)
def test_what_was_given_up_is_said(attempt: Attempt, sentence: str) -> None:
    assert attempt.difference(Attempt("cuda")) == sentence
