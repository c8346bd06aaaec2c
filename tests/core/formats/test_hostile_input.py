"""Damaged files of every format: an answer in words, never a crash, a hang or a silent loss."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.document.document import ProjectState
from core.editing.labels import import_labels
from core.errors import FormatError, ReadError
from core.formats.combining import combine
from core.formats.dataset import ImportedDataset
from core.formats.exporting import ExportKind, export_layer
from core.formats.labels_text import read_label_names
from core.formats.registry import FORMATS, detect_format, format_named
from tests.core.formats.damage import damaged_files, other_bytes
from tests.core.formats.datasets import write_picture
from tests.core.formats.sound_files import CASES, SIZE, Case

QUIET = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    database=None,
)
LONG = int(os.environ.get("FUZZ_EXAMPLES", "300"))
"""Examples of each target in the slow suite; more are asked for by the variable."""


def _write(folder: Path, files: dict[str, bytes]) -> None:
    write_picture(folder / "images" / "a.png", SIZE)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _check(case: Case, folder: Path, files: dict[str, bytes], kinds: set[ExportKind]) -> None:
    _write(folder, files)
    _answers(lambda: detect_format(folder / case.path))
    _answers(lambda: detect_format(folder))
    imported = _answers(lambda: format_named(case.read).read(folder / case.path, folder / "images"))
    if isinstance(imported, ImportedDataset):
        _hold(imported)
        if imported.images:
            combined = combine([imported])
            for kind in kinds:
                target = folder / "out" / kind.value / "set.json"
                target.parent.mkdir(parents=True)
                report = export_layer(combined.dataset, 1, target, kind, combined.sources[1])
                assert report.verified, list(map(str, report.losses))


def _hold(imported: ImportedDataset) -> None:
    """What an import promises: no silent loss, no name that leaves the folder."""
    report = imported.report
    assert report.annotations <= report.found_annotations
    if report.annotations < report.found_annotations:
        assert report.left_out
    for image in imported.images:
        assert not Path(image.name).is_absolute()
        assert ".." not in Path(image.name).parts


def _answers(read: Callable[[], object]) -> object:
    try:
        return read()
    except (FormatError, ReadError):
        return None


def test_every_reader_is_a_target() -> None:
    assert {case.read for case in CASES} == {item.name for item in FORMATS}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_sound_files_are_read_whole(tmp_path: Path, case: Case) -> None:
    _write(tmp_path, case.files)
    imported = format_named(case.read).read(tmp_path / case.path, tmp_path / "images")
    assert imported.report.annotations >= 1
    assert not imported.report.left_out
    _hold(imported)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@settings(QUIET, max_examples=20)
@given(data=st.data())
def test_damage_is_answered(
    tmp_path_factory: pytest.TempPathFactory, case: Case, data: st.DataObject
) -> None:
    files = data.draw(damaged_files(case))
    _check(case, tmp_path_factory.mktemp("fuzz"), files, {case.kind, ExportKind.COCO_RLE})


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@settings(QUIET, max_examples=LONG)
@given(data=st.data())
def test_damage_is_answered_for_long(
    tmp_path_factory: pytest.TempPathFactory, case: Case, data: st.DataObject
) -> None:
    """Written in any format too: what was brought in must survive every writer."""
    files = data.draw(damaged_files(case))
    kinds = {case.kind, data.draw(st.sampled_from(ExportKind))}
    _check(case, tmp_path_factory.mktemp("fuzz"), files, kinds)


@settings(QUIET, max_examples=60)
@given(data=other_bytes("cell\nZelle 1\nклетка\n".encode()))
@example(b"\xff\xfec\x00e\x00")
@example(b"\xd8\x00")
def test_damaged_label_names(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(data)
    names = _answers(lambda: read_label_names(path))
    if isinstance(names, tuple):
        change = import_labels(ProjectState(), names)
        added = [label.name for label in change.labels.added] if change is not None else []
        words = dict.fromkeys(" ".join(name.split()) for name in names)
        assert added == [name for name in words if name]
