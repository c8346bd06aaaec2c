"""What all tests share: guards against what they leave behind, and the development data."""

from __future__ import annotations

import importlib.util
import itertools
import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

REPOSITORY = Path(__file__).parents[1]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"

_LEFT_OUT_BY_DEFAULT = ("slow", "speed")
_LEFT_OUT: pytest.StashKey[dict[str, int]] = pytest.StashKey()
_THREAD_GRACE_S = 2.0
_LASTING_THREADS = (
    "pytest_timeout",
    "Dummy-",  # Qt's own threads, once Python code has run in them
    "execnet",
    "pydevd",
    "tqdm_monitor",
)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks that belong to the guards here."""
    config.addinivalue_line(
        "markers", "allows_logs: warnings and errors in the log are expected and not looked at"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests and benchmarks out unless they were asked for."""
    _skip_without_gpu(items)
    if config.option.markexpr or any("::" in argument for argument in config.args):
        return
    kept, left_out = [], []
    counts = dict.fromkeys(_LEFT_OUT_BY_DEFAULT, 0)
    for item in items:
        mark = next((name for name in counts if item.get_closest_marker(name)), None)
        if mark is None:
            kept.append(item)
        else:
            counts[mark] += 1
            left_out.append(item)
    items[:] = kept
    config.stash[_LEFT_OUT] = counts
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was left out, and how to run it."""
    for mark, count in config.stash.get(_LEFT_OUT, {}).items():
        if count:
            tests = "test was" if count == 1 else "tests were"
            terminalreporter.write_line(f"{count} {mark} {tests} left out: pytest -m {mark}")


def _skip_without_gpu(items: list[pytest.Item]) -> None:
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if marked and not _has_gpu():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason="no CUDA device here"))


def _has_gpu() -> bool:
    without_driver = sys.platform == "linux" and not any(Path("/dev").glob("nvidia[0-9]*"))
    if without_driver or importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The development data beside the checkout; the test is skipped where it is not."""
    if not SHARED_DATA.is_dir():
        pytest.skip("development data (../shared/data) is not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    base = tmp_path_factory.mktemp("homes")
    return (base / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _isolated_settings(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, caches and data folders of this test's own; created when something writes there."""
    home = next(_homes)
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.delenv("TORCH_HOME", raising=False)
    qt_core = sys.modules.get("PySide6.QtCore")
    if qt_core is not None:
        settings = qt_core.QSettings
        for scope in (settings.Scope.UserScope, settings.Scope.SystemScope):
            for kind in (settings.Format.NativeFormat, settings.Format.IniFormat):
                settings.setPath(kind, scope, str(home / "config"))


class _Warnings(logging.Handler):
    """Keeps the records of at least WARNING."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def _no_unexpected_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning or an error and does not look at the log itself."""
    if "caplog" in request.fixturenames or request.node.get_closest_marker("allows_logs"):
        yield
        return
    handler = _Warnings()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
    if handler.records:
        lines = "\n".join(
            f"{item.levelname} {item.name}: {item.getMessage()}" for item in handler.records
        )
        pytest.fail(f"unexpected in the log:\n{lines}", pytrace=False)


@pytest.fixture(autouse=True)
def _no_dangling_threads() -> Iterator[None]:
    """Fail a test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    started = [thread for thread in threading.enumerate() if thread not in before]
    dangling = [thread for thread in started if not thread.name.startswith(_LASTING_THREADS)]
    for thread in dangling:
        thread.join(_THREAD_GRACE_S)
    names = [thread.name for thread in dangling if thread.is_alive()]
    if names:
        pytest.fail(f"threads left running: {', '.join(names)}", pytrace=False)
