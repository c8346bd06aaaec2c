"""Whether a file lies on a network drive, where the locks of a database cannot be relied on."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK_KINDS = frozenset(
    {
        *("afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph", "fuse.davfs2"),
        *("fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2"),
        *("glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs"),
    }
)
_ESCAPED = re.compile(r"\\([0-7]{3})")
_DRIVE_REMOTE = 4


def network_notice(path: Path, mounts: Path = _MOUNTS) -> tuple[str, ...]:
    """A sentence when a project file is on a network drive; none where that cannot be told."""
    kind = network_kind(path, mounts)
    if not kind:
        return ()
    return (
        f"{path.name} is on a network drive ({kind}), where two computers can damage it by writing "
        "at once. Keep the project on a disk of this computer; the images may stay there.",
    )


def network_kind(path: Path, mounts: Path = _MOUNTS) -> str:
    """The kind of network drive that a path is on, such as ``nfs4``; empty for none."""
    if sys.platform == "win32":
        return _windows_kind(path)
    try:
        text = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
    kind = _kind_at(path.resolve().as_posix(), text)
    return kind if kind in _NETWORK_KINDS else ""


def _kind_at(path: str, mountinfo: str) -> str:
    """The file system of the deepest mount that holds the path; the later of two counts."""
    best, depth = "", -1
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(), after.split()
        if len(fields) < 5 or not kinds:
            continue
        place = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), fields[4])
        inside = path == place or path.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= depth:
            best, depth = kinds[0], len(place)
    return best


def _windows_kind(path: Path) -> str:
    drive = os.path.splitdrive(path.resolve())[0]
    if drive.startswith("\\\\"):
        return "network share"
    loader = getattr(ctypes, "windll", None)
    remote = loader is not None and loader.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE
    return "network drive" if remote else ""
