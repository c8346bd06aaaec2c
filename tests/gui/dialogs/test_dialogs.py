from pathlib import Path

from PySide6.QtWidgets import QLabel, QTableWidget
from pytestqt.qtbot import QtBot

from core.formats.dataset import ReportEntry
from core.formats.exporting import ExportKind
from gui.dialogs.export_dialog import ExportDialog
from gui.dialogs.report_dialog import ROWS_SHOWN, ReportDialog
from gui.session import Session
from gui.start_window import StartWindow


def test_what_to_export_is_suggested(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    dialog = ExportDialog(session.state, tmp_path / "cells-export", "3 images.")
    qtbot.addWidget(dialog)
    request = dialog.request()
    assert request.kind is ExportKind.COCO_RLE
    assert request.layer_id == session.layer.id
    assert request.target == tmp_path / "cells-export.json"
    dialog.kind.setCurrentIndex(dialog.kind.findData(ExportKind.VOC))
    assert dialog.request().target == tmp_path / "cells-export-voc"


def test_a_report_lists_what_was_left_out(qtbot: QtBot) -> None:
    entry = ReportEntry("a.json", "annotations[3]", "its <b>label</b> is unknown", "left out")
    dialog = ReportDialog("Import", "2 of 3 came in.", [entry] * (ROWS_SHOWN + 5), None)
    qtbot.addWidget(dialog)
    (table,) = dialog.findChildren(QTableWidget)
    assert table.rowCount() == ROWS_SHOWN
    reason = table.item(0, 1)
    assert reason is not None
    assert reason.text() == "its <b>label</b> is unknown"
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert "2 of 3 came in." in words
    assert "… and 5 more" in words


def test_what_was_left_out_is_read_first_and_whole(qtbot: QtBot) -> None:
    remark = ReportEntry("a.json", "", "a remark " * 12, "taken all the same")
    lost = ReportEntry("a.json", "annotations[3]", "its outline is empty " * 8, "left out", True)
    dialog = ReportDialog("Import", "", [remark, lost], None)
    qtbot.addWidget(dialog)
    dialog.show()
    (table,) = dialog.findChildren(QTableWidget)
    cells = [table.item(row, 0) for row in range(2)]
    assert [cell.text() for cell in cells if cell] == ["a.json, annotations[3]", "a.json"]
    lines = table.fontMetrics().lineSpacing()
    assert all(table.rowHeight(row) > 2 * lines for row in range(2)), "long reasons are wrapped"


def test_a_report_without_entries_has_no_table(qtbot: QtBot) -> None:
    dialog = ReportDialog("Export", "All is well.", (), None)
    qtbot.addWidget(dialog)
    assert dialog.findChildren(QTableWidget) == []


def test_the_start_page_offers_what_was_opened_before(qtbot: QtBot, tmp_path: Path) -> None:
    page = StartWindow((str(tmp_path),))
    qtbot.addWidget(page)
    page.show()
    asked: list[Path] = []
    page.open_requested.connect(asked.append)
    page.recent.itemActivated.emit(page.recent.item(0))
    assert asked == [tmp_path]
    assert not page.message.isVisible()
    page.show_message("There is no image in <here>.")
    assert page.message.isVisible()


def test_a_first_start_has_nothing_opened_before(qtbot: QtBot) -> None:
    page = StartWindow(())
    qtbot.addWidget(page)
    page.show()
    assert not page.recent.isVisible()
