import subprocess
from pathlib import Path

import pytest

from core.headless.doctor import examine


@pytest.fixture
def torch_answer(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the process that imports torch would print."""
    answer = {"stdout": "CPU (no CUDA device found)\n"}

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
    assert "unet-nuclei can run" in _state("Model")
    assert "https://download.pytorch.org/" in _state("Model")


def test_the_device_is_told_and_why(torch_answer: dict[str, str]) -> None:
    assert _state("Device") == "CPU (no CUDA device found)"


def test_a_torch_that_does_not_start_is_told(torch_answer: dict[str, str]) -> None:
    torch_answer["stdout"] = ""
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
