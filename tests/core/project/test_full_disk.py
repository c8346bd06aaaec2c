"""A disk without room: a sentence, and everything that was there before stays whole.

The limit on the size of files stands for the full disk; it belongs to a process, so each case
has its own. Edits on a full disk are in test_writer.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.formats.exporting import ExportKind
from tests.core.project.pictures import add, box, new_project, open_project, write_picture

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the limit exists on POSIX systems only"
)

_CHECKOUT = Path(__file__).parents[3]
_ROOM_BYTES = 600

_PROGRAM = """
import json, resource, sys
from pathlib import Path
from core.errors import MaskwrightError
from core.formats.exporting import ExportKind
from core.headless.exporting import export_project
from core.project.backup import back_up
from core.project.opening import open_source
from core.project.project import Project

# Python would keep half of what it compiled for files that it imports with no room left.
sys.dont_write_bytecode = True
what, path, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
project = None if what in ("open", "create") else Project.open(path, author="x")
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
try:
    if what == "open":
        project = Project.open(path, author="x")
        said = [project.read_only, *project.notices]
    elif what == "create":
        open_source(path, author="x")
        said = []
    elif what == "backup":
        back_up(project, target)
        said = []
    else:
        export_project(project, 1, target, ExportKind(what))
        said = []
except MaskwrightError as error:
    said = [type(error).__name__, str(error)]
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
if project is not None:
    project.close()
sys.stdout.write(json.dumps(said))
""".replace("ROOM", str(_ROOM_BYTES))


def without_room(what: str, path: Path, target: Path = Path()) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", _PROGRAM, what, str(path), str(target)],
        capture_output=True,
        text=True,
        cwd=_CHECKOUT,
        env={"PYTHONPATH": str(_CHECKOUT), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    said: list[str] = json.loads(done.stdout)
    return said


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = new_project(tmp_path / "project", 1)
    with open_project(path) as project:
        for place in range(30):
            project.history.apply(add(box(place % 20)))
    return path


def test_a_project_is_opened_for_reading(project: Path) -> None:
    read_only, notice, *_ = without_room("open", project)
    assert read_only
    assert "ake room on the disk" in notice
    with open_project(project) as again:
        assert not again.read_only
        assert len(again.history.document(1).annotations) == 30


def test_a_backup_is_refused_and_leaves_nothing(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "copy.maskwright"
    kind, sentence = without_room("backup", project, target)
    assert kind == "WriteError"
    assert "could not be written" in sentence
    assert list(target.parent.iterdir()) == []


def test_a_new_project_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    write_picture(tmp_path / "pictures" / "a.png")
    kind, sentence = without_room("create", tmp_path / "pictures")
    assert kind == "WriteError"
    assert "Check that the disk has room" in sentence
    assert [item.name for item in (tmp_path / "pictures").iterdir()] == ["a.png"]


@pytest.mark.parametrize("kind", [ExportKind.COCO_RLE, ExportKind.VOC, ExportKind.YOLO_BOXES])
def test_an_export_is_refused_and_keeps_what_was_there(
    project: Path, tmp_path: Path, kind: ExportKind
) -> None:
    target = tmp_path / ("out.json" if kind is ExportKind.COCO_RLE else "out")
    old = target if kind is ExportKind.COCO_RLE else target / "Annotations" / "picture0.xml"
    if kind is ExportKind.YOLO_BOXES:
        old = target / "labels" / "picture0.txt"
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_text("somebody's work")
    error, sentence = without_room(kind.value, project, target)
    assert error == "WriteError"
    assert "could not be" in sentence
    assert old.read_text() == "somebody's work"
    assert not list(tmp_path.rglob("*.tmp"))
