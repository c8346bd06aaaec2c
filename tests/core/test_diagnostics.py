import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.diagnostics import environment_lines, start_log, stop_log, write_report
from core.errors import WriteError


@pytest.fixture(autouse=True)
def _log_is_as_before() -> Iterator[None]:
    level = logging.getLogger().level
    yield
    stop_log()
    logging.getLogger().setLevel(level)


def test_the_log_goes_to_a_file_in_a_folder_that_is_made(tmp_path: Path) -> None:
    path = start_log(tmp_path / "new" / "folder")
    logging.getLogger("core.anything").info("a line from %s", "us")
    stop_log()
    assert "INFO core.anything: a line from us" in path.read_text(encoding="utf-8")
    logging.getLogger("core.anything").info("another")
    assert "another" not in path.read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(WriteError, match=r"maskwright\.log"):
        start_log(tmp_path / "file")


def test_reports_hold_what_happened_and_never_overwrite_another(tmp_path: Path) -> None:
    paths = set()
    for _ in range(3):
        try:
            raise ZeroDivisionError("a mistake")
        except ZeroDivisionError as error:
            paths.add(write_report(tmp_path, type(error), error, error.__traceback__))
    assert len(paths) == 3
    text = paths.pop().read_text(encoding="utf-8")
    assert "ZeroDivisionError: a mistake" in text
    assert "test_diagnostics.py" in text
    assert f"Python {sys.version.split()[0]}" in text


def test_versions_are_named_without_importing_the_packages() -> None:
    lines = environment_lines()
    assert any(line.startswith("torch ") for line in lines)
    assert any(line.startswith("numpy 2") for line in lines)
