"""Weights that are named or fetched make a model one that can propose."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.errors import ModelError
from core.models import downloading
from core.models.downloading import DownloadOffer, DownloadProgress, offer_download
from core.models.registry import find_model
from core.models.weights import bundled_folder
from core.project.project import Project
from gui.dialogs.models_dialog import ModelsDialog
from gui.main_window import MainWindow
from gui.status_line import StatusLine
from tests.gui.windows import main_window


@pytest.fixture
def window(qtbot: QtBot, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        yield window


def _ids(window: MainWindow) -> list[str]:
    panel = window.panes.proposals
    return [panel.source.itemData(row) for row in range(panel.source.count())]


def test_only_what_can_run_is_offered(window: MainWindow) -> None:
    assert _ids(window) == ["regions", "unet-nuclei", "maskrcnn-cells", "rpn-cells", "predictions"]


def test_the_line_at_the_bottom_says_what_makes_models_faster_where_there_is_room(
    window: MainWindow,
) -> None:
    line = window.statusBar()
    assert isinstance(line, StatusLine)
    window.resize(1280, 800)
    window.bench.runs.device_changed.emit("CPU (no CUDA device found); 16-bit numbers: 2.5 times")
    assert line.device.text() == "models: CPU (no CUDA device found)"
    assert "2.5 times" in line.device.toolTip()
    window.resize(1900, 1000)
    QApplication.processEvents()
    assert line.device.text().endswith("found) · 16-bit numbers: 2.5 times")


def test_a_named_file_is_looked_at_first(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    nonsense = tmp_path / "weights.pth"
    nonsense.write_text("no weights")
    window.commands.models.use_weights("maskrcnn-coco", nonsense)
    qtbot.waitUntil(lambda: "weights.pth" in window.message_bar.text.text())
    assert "maskrcnn-coco" not in _ids(window)


def test_a_good_file_makes_the_model_one_of_the_sources(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    name = find_model("maskrcnn-cells").weights.bundled
    copy = tmp_path / "mine.safetensors"
    shutil.copyfile(bundled_folder() / name, copy)
    with qtbot.waitSignal(window.commands.models.models_changed):
        window.commands.models.use_weights("maskrcnn-cells", copy)
    assert "maskrcnn-cells" in _ids(window)


def test_a_download_says_how_far_it_is_and_where_it_went(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = replace(offer_download(find_model("maskrcnn-coco")), path=tmp_path / "weights.pth")

    def fetch(offer: DownloadOffer, *, progress: object, cancelled: object) -> Path:
        assert callable(progress)
        progress(DownloadProgress(offer.size_bytes // 2, offer.size_bytes))
        return offer.path

    monkeypatch.setattr(downloading, "download", fetch)
    window.commands.models.show_models()
    with qtbot.waitSignal(window.commands.models.models_changed):
        window.commands.models.download_now(offer)


def test_a_download_that_fails_says_why(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(offer: DownloadOffer, **_options: object) -> Path:
        raise ModelError("There is no network.", "Try again.")

    monkeypatch.setattr(downloading, "download", fetch)
    window.commands.models.download_now(offer_download(find_model("maskrcnn-coco")))
    qtbot.waitUntil(lambda: "There is no network." in window.message_bar.text.text())


def test_what_was_used_last_is_offered_first_and_chosen_files_are_kept(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    name = find_model("maskrcnn-cells").weights.bundled
    copy = tmp_path / "mine.safetensors"
    shutil.copyfile(bundled_folder() / name, copy)
    with main_window(project, tmp_path, runner="tests.gui.paper_runner:PaperRunner") as window:
        panel = window.panes.proposals
        assert panel.source.currentData() == "maskrcnn-cells", "bundled, as nothing was fetched"
        with qtbot.waitSignal(window.commands.models.models_changed):
            window.commands.models.use_weights("maskrcnn-cells", copy)
        panel.choose("unet-nuclei")
        qtbot.waitUntil(lambda: window.bench.loaded_image() is not None)
        window.commands.models.propose()
        qtbot.waitUntil(lambda: bool(window.bench.deck.items()))
        assert window.bench.memory.speed_text("unet-nuclei") == "0.50 s · 40 × 30 · paper"
        qtbot.waitUntil(lambda: not window.bench.runs.runs)
    with main_window(project, tmp_path) as window:
        assert window.panes.proposals.source.currentData() == "unet-nuclei"
        assert window.bench.runs.named_weights("maskrcnn-cells") == copy
        window.commands.models.show_models()
        (dialog,) = window.findChildren(ModelsDialog)
        rows = dialog.tree.findItems(
            "U-Net", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive
        )
        assert rows[0].text(3) == "0.50 s · 40 × 30 · paper"
        dialog.tree.setCurrentItem(rows[0])
        assert "unet_nuclei.safetensors" in dialog.note.text()
