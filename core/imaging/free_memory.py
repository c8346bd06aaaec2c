"""How much memory there is for a large picture, so that it is refused and nothing is killed."""

from __future__ import annotations

from pathlib import Path

PEAK_BYTES_PER_PIXEL = 21
"""Decoded samples, their colours and the pyramid at once: measured on 900 megapixels of PNG."""
PEAK_BYTES_PER_PIXEL_OF_JPEG = 9
"""JPEGs are decoded to what is shown: 7 were measured on 108 megapixels."""

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


def free_memory_bytes() -> int | None:
    """Memory that can be had without swapping, within the limit of a container; None: unknown."""
    found = [value for value in (_available(), _left_in_group()) if value is not None]
    return min(found, default=None)


def _available() -> int | None:
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    kilobytes = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), "")
    return int(kilobytes) * 1024 if kilobytes.isdecimal() else None


def _left_in_group() -> int | None:
    """What a control group of Linux leaves."""
    try:
        most = (_GROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_GROUP / "memory.current").read_text(encoding="ascii").strip()
        cached = (_GROUP / "memory.stat").read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    if not (most.isdecimal() and used.isdecimal()):
        return None
    files = sum(int(line.split()[1]) for line in cached if line.startswith("inactive_file "))
    return max(int(most) - int(used) + files, 0)
