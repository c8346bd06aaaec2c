import subprocess
import sys
from pathlib import Path

import pytest

from core.headless.doctor import examine, has_display


@pytest.fixture
def torch_answer(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the process that imports torch would print."""
    answer = {
        "stdout": '{"torch": "2.9", "torchvision": "0.2", "device": "", "built_for_cuda": "12.8"}'
    }

    def run(*_args: object, **_options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 0, answer["stdout"], "")

    monkeypatch.setattr(subprocess, "run", run)
    return answer


def _state(subject: str) -> str:
    return " ".join(item.state for item in examine() if item.subject == subject)


def test_everything_is_looked_at(torch_answer: dict[str, str]) -> None:
    subjects = [finding.subject for finding in examine()]
    for subject in ("Software", "Display", "Device", "Model", "Log folder", "Data folder"):
        assert subject in subjects
    assert all(finding.well for finding in examine())
    assert "unet_nuclei.safetensors" in _state("Model")


def test_why_there_is_no_gpu_is_told(torch_answer: dict[str, str]) -> None:
    assert "finds no CUDA device" in _state("Device")
    torch_answer["stdout"] = torch_answer["stdout"].replace("12.8", "")
    assert "built for CPUs" in _state("Device")
    torch_answer["stdout"] = torch_answer["stdout"].replace('"device": ""', '"device": "H200"')
    assert _state("Device").startswith("H200")


@pytest.mark.parametrize("nonsense", ["", "no json\n"])
def test_a_torch_that_does_not_start_is_told(torch_answer: dict[str, str], nonsense: str) -> None:
    torch_answer["stdout"] = nonsense
    (device,) = (finding for finding in examine() if finding.subject == "Device")
    assert not device.well
    assert "Reinstall" in device.advice


def test_a_folder_that_cannot_be_written_is_told(
    torch_answer: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(blocked))
    (data,) = (finding for finding in examine() if finding.subject == "Data folder")
    assert not data.well
    assert "XDG_DATA_HOME" in data.advice


def test_a_display_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert has_display()
