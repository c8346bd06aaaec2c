from pathlib import Path

import platformdirs
import pytest

from core.engine import self_test_memory
from core.engine.self_test import SelfTest
from core.engine.self_test_memory import FILE_NAME, measured_anew, remembered_or_measured


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The devices that were measured; each time with another speed."""
    devices: list[str] = []

    def measure(device: str) -> SelfTest:
        devices.append(device)
        return SelfTest(half_precision=True, speedup=1.0 + len(devices))

    monkeypatch.setattr(self_test_memory, "measure", measure)
    return devices


def _file() -> Path:
    return Path(platformdirs.user_cache_dir("maskwright", appauthor=False)) / FILE_NAME


def test_a_device_is_measured_once_and_anew_only_when_asked_to(measured: list[str]) -> None:
    first = remembered_or_measured("cpu")
    assert remembered_or_measured("cpu") == first
    assert measured == ["cpu"]
    remembered_or_measured("cuda")
    assert measured == ["cpu", "cuda"]
    latest = measured_anew("cpu")
    assert remembered_or_measured("cpu") == latest == SelfTest(True, False, 4.0)


@pytest.mark.parametrize("text", ["", "no json", "[1]", '{"cpu torch x": 3}'])
def test_what_cannot_be_read_is_measured(measured: list[str], text: str) -> None:
    _file().parent.mkdir(parents=True, exist_ok=True)
    _file().write_text(text)
    remembered_or_measured("cpu")
    assert measured == ["cpu"]
    assert remembered_or_measured("cpu").half_precision
    assert measured == ["cpu"]


def test_where_it_cannot_be_kept_it_is_measured_each_time(measured: list[str]) -> None:
    _file().parent.parent.mkdir(parents=True, exist_ok=True)
    _file().parent.write_text("a file in the way")
    remembered_or_measured("cpu")
    remembered_or_measured("cpu")
    assert measured == ["cpu", "cpu"]
