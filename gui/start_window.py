"""The first page: what can be opened, with a button for each."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QListWidget,
    QMainWindow,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.focus_ring import FocusRings


class StartWindow(QMainWindow):
    """Open a folder, a file, something recent or the demo; or drop one of them here."""

    open_requested = Signal(object)
    demo_requested = Signal()

    def __init__(self, recent: tuple[str, ...]) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Maskwright")
        self.resize(640, 520)
        self.setAcceptDrops(True)
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(48, 36, 48, 36)
        layout.setSpacing(12)
        title = QLabel("Maskwright", page)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 2)
        title.setFont(font)
        what = QLabel(
            self.tr(
                "Label images and review predictions. "
                "Open a folder of images to begin, or drop one here."
            ),
            page,
        )
        what.setWordWrap(True)
        self.message = QLabel(page)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.hide()
        self.folder = self._button(self.tr("Open a folder of images…"), self._ask_folder)
        self.file = self._button(self.tr("Open annotations or a project…"), self._ask_file)
        self.demo = self._button(self.tr("Open the demo project"), self.demo_requested.emit)
        self.recent = QListWidget(page)
        self.recent.addItems(recent)
        self.recent.setAccessibleName(self.tr("Opened before"))
        self.recent.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.recent.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.recent.itemActivated.connect(lambda item: self.open_requested.emit(Path(item.text())))
        self.recent.itemClicked.connect(lambda item: self.open_requested.emit(Path(item.text())))
        heading = QLabel(self.tr("Opened before"), page)
        heading.setProperty("quiet", True)
        for widget in (title, what, self.message, self.folder, self.file, self.demo):
            layout.addWidget(widget)
        layout.addWidget(heading)
        layout.addWidget(self.recent, 1)
        heading.setVisible(bool(recent))
        self.recent.setVisible(bool(recent))
        if not recent:
            layout.addStretch()
        self.setCentralWidget(page)
        self._focus_rings = FocusRings(self)
        QShortcut(QKeySequence("Ctrl+O"), self, self._ask_folder)
        QShortcut(QKeySequence("Ctrl+Q"), self, self.close)

    def show_message(self, text: str) -> None:
        """Say why something could not be opened."""
        self.message.setText(text)
        self.message.show()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open what was dropped."""
        urls = event.mimeData().urls()
        if urls and urls[0].isLocalFile():
            self.open_requested.emit(Path(urls[0].toLocalFile()))

    def _button(self, text: str, run: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setMinimumHeight(36)
        button.clicked.connect(run)
        return button

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder of images"))
        if chosen:
            self.open_requested.emit(Path(chosen))

    def _ask_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Annotations or project"),
            "",
            "Maskwright, annotations (*.maskwright *.json *.xml *.yaml *.yml);;All (*)",
        )
        if chosen:
            self.open_requested.emit(Path(chosen))
