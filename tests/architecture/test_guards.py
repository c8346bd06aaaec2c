"""The guards of ``tests/conftest.py`` catch what they are there for."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).parents[1] / "conftest.py"
CASES = """
import logging, os, threading, time
from pathlib import Path
import pytest

release = threading.Event()

def test_leaves_a_thread():
    threading.Thread(target=release.wait, args=(30,), daemon=True, name="forgotten").start()

def test_ends_its_thread():
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()

def test_logs_a_warning():
    logging.getLogger("x").warning("something odd")

def test_logs_information():
    logging.getLogger("x").info("all is well")

def test_looks_at_the_log(caplog):
    logging.getLogger("x").error("expected")
    assert caplog.text

@pytest.mark.allows_logs
def test_may_log():
    logging.getLogger("x").error("expected")

def test_has_settings_of_its_own():
    assert not Path(os.environ["XDG_CONFIG_HOME"]).exists()
    Path(os.environ["XDG_CONFIG_HOME"]).mkdir(parents=True)

def test_has_others():
    assert not Path(os.environ["XDG_CONFIG_HOME"]).exists()

@pytest.mark.slow
def test_takes_long():
    pass

def test_wants_data(shared_data):
    pass
"""
SETTINGS = """
[pytest]
markers =
    gpu: x
    slow: x
    speed: x
"""


def test_guards_fail_what_they_should_and_nothing_else(tmp_path: Path) -> None:
    tests = tmp_path / "checkout" / "tests"
    tests.mkdir(parents=True)
    (tests / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    (tests / "test_cases.py").write_text(CASES)
    (tests / "pytest.ini").write_text(SETTINGS)
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", str(tests)]
    output = subprocess.run(command, cwd=tests, capture_output=True, text=True).stdout
    errors = dict(re.findall(r"^ERROR \S+::(\w+) - (.*)", output, re.MULTILINE))
    assert sorted(errors) == ["test_leaves_a_thread", "test_logs_a_warning"], output
    assert "forgotten" in output
    assert "something odd" in output
    assert "1 slow test was left out" in output
    assert "development data (../shared/data) is not here" in output
    assert re.search(r"8 passed, 1 skipped, 1 deselected, 2 errors", output), output
