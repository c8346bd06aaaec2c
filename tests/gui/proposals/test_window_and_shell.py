"""What a model proposes is the same in the window and from the shell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import cv2
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document.images import ImageRecord
from core.formats.coco_results import write_proposals
from core.headless.propose_command import propose_to_file
from core.models.proposal import ProposalSet
from core.models.registry import find_model, weights_path
from core.project.project import Project
from tests.core.models.pictures import blobs
from tests.gui.windows import main_window

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "dsb2018" / "images"


def pictures(folder: Path) -> Path:
    """A generated picture, and a real one where there is one."""
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), blobs(4)[0])
    real = sorted(SHARED.glob("*.png"))[:1] if SHARED.is_dir() else []
    for path in real:
        (folder / "b.png").write_bytes(path.read_bytes())
    return folder


def has_some(sets: Callable[[], Mapping[str, ProposalSet]]) -> bool:
    return bool(sets())


@pytest.mark.slow
@pytest.mark.parametrize("model", ["unet-nuclei", "maskrcnn-cells", "rpn-cells"])
def test_the_window_proposes_what_the_shell_writes(
    model: str, qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = pictures(tmp_path / "images")
    names = sorted(path.name for path in folder.iterdir())
    from_shell = tmp_path / "shell.json"
    weights = weights_path(find_model(model))
    propose_to_file(folder, model, from_shell, weights=weights, device="cpu")
    project = Project.create(tmp_path / "t.maskwright", folder, names, author="tester")
    found = []
    try:
        with main_window(project, tmp_path) as window:
            window.bench.options.toggle_ahead()
            window.panes.proposals.choose(model)
            for number in range(1, len(names) + 1):
                window.bench.session.show_image(number)
                qtbot.waitUntil(lambda: window.bench.loaded_image() is not None)
                window.commands.models.propose()
                put = partial(window.bench.deck.sets_of, number)
                qtbot.waitUntil(partial(has_some, put), timeout=60_000)
                found.append(put()[model])
            qtbot.waitUntil(lambda: not window.bench.tasks.running())
    finally:
        project.close()
    from_window = tmp_path / "window.json"
    records = [ImageRecord(number, name) for number, name in enumerate(names, 1)]
    write_proposals(from_window, records, found)
    assert from_window.read_bytes() == from_shell.read_bytes()
    assert min(len(one.items) for one in found) > 5
