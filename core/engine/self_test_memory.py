"""The result of the self-test, kept for this machine; no torch until it has to be measured.

A timing comes out otherwise on a busy moment. Kept once, every engine computes in the
same way, so that a model gives the same numbers in the window and from the shell.
"""

from __future__ import annotations

import json
import logging
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import platformdirs

from core.engine.self_test import SelfTest, measure

FILE_NAME = "self_test.json"
_LOG = logging.getLogger(__name__)


def remembered_or_measured(device: str) -> SelfTest:
    """What was measured for this device and release of torch before, otherwise measured now."""
    return _read(device) or measured_anew(device)


def measured_anew(device: str) -> SelfTest:
    """Measure, and keep the result for all engines of this person on this machine."""
    result = measure(device)
    path = _path()
    known = _all()
    known[_key(device)] = [result.half_precision, result.channels_last, result.speedup]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(known))
    except OSError as error:
        _LOG.info("The self-test is not kept: %s", error)
    return result


def _read(device: str) -> SelfTest | None:
    found = _all().get(_key(device))
    match found:
        case [bool(half), bool(last), float(speedup) | int(speedup)]:
            return SelfTest(half, last, float(speedup))
    return None


def _all() -> dict[str, object]:
    try:
        found = json.loads(_path().read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _path() -> Path:
    return Path(platformdirs.user_cache_dir("maskwright", appauthor=False)) / FILE_NAME


def _key(device: str) -> str:
    try:
        release = version("torch")
    except PackageNotFoundError:
        release = ""
    return f"{device} torch {release}"
