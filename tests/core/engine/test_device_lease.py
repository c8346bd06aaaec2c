from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from core.engine.device_lease import device_lease

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks there")


def test_a_device_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []
    inside, leave = threading.Event(), threading.Event()

    def train() -> None:
        with device_lease("cuda:0", tmp_path):
            order.append("step begins")
            inside.set()
            leave.wait(10)
            order.append("step ends")

    def propose() -> None:
        with device_lease("cuda:0", tmp_path):
            order.append("proposals")

    first, second = threading.Thread(target=train), threading.Thread(target=propose)
    first.start()
    assert inside.wait(10)
    second.start()
    leave.set()
    first.join(10)
    second.join(10)
    assert order == ["step begins", "step ends", "proposals"]


def test_other_devices_and_the_cpu_are_free(tmp_path: Path) -> None:
    with device_lease("cuda:0", tmp_path), device_lease("cuda:1", tmp_path):
        assert len(list(tmp_path.iterdir())) == 2
    with device_lease("cpu", tmp_path), device_lease("cpu", tmp_path):
        assert len(list(tmp_path.iterdir())) == 2


def test_without_a_place_for_the_lock_work_goes_on(tmp_path: Path) -> None:
    with device_lease("cuda:0", tmp_path / "nowhere"):
        pass


def test_an_error_gives_the_device_back(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="lost"), device_lease("cuda:0", tmp_path):
        raise RuntimeError("lost")
    with device_lease("cuda:0", tmp_path):
        pass
