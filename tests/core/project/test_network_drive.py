"""A project on a network drive is opened, with a warning."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.project import network_drive, project_file
from core.project.network_drive import network_kind, network_notice
from tests.core.project.pictures import new_project, open_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="mounts are told apart otherwise")

MOUNTS = r"""
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:40 / /mnt/lab rw,relatime shared:2 - nfs4 server:/export rw
31 30 0:41 / /mnt/lab/local rw - tmpfs tmpfs rw
32 21 0:42 / /mnt/my\040share rw master:1 - cifs //server/share rw
33 21 0:43 / /mnt/ssh rw - fuse.sshfs someone@host: rw
34 21 0:44 / /mnt/over rw - nfs server:/a rw
35 34 0:45 / /mnt/over rw - ext4 /dev/sdb1 rw
half a line
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS)
    return path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/a/p.maskwright", ""),
        ("/mnt/lab/p.maskwright", "nfs4"),
        ("/mnt/lab/deep/er/p.maskwright", "nfs4"),
        ("/mnt/laboratory/p.maskwright", ""),
        ("/mnt/lab/local/p.maskwright", ""),
        ("/mnt/my share/p.maskwright", "cifs"),
        ("/mnt/ssh/p.maskwright", "fuse.sshfs"),
        ("/mnt/over/p.maskwright", ""),
    ],
)
def test_the_deepest_mount_decides(mounts: Path, path: str, kind: str) -> None:
    assert network_kind(Path(path), mounts) == kind


def test_where_mounts_cannot_be_read_nothing_is_said(tmp_path: Path) -> None:
    assert network_notice(tmp_path, tmp_path / "gone") == ()


def test_the_warning_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        assert project.notices == ()
    monkeypatch.setattr(network_drive, "network_kind", lambda *_: "nfs4")
    monkeypatch.setattr(project_file, "network_notice", network_drive.network_notice)
    with open_project(path) as project:
        assert not project.read_only
        (notice,) = project.notices
        assert "network drive (nfs4)" in notice
        assert "Keep the project on a disk of this computer" in notice
