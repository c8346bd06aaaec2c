"""Names the pictures that a model shall not forget."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget


class ReplayField(QWidget):
    """A path that is typed or chosen: a project or annotation file, or a folder; may be empty."""

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = QLineEdit(path, self)
        self.path.setClearButtonEnabled(True)
        self.path.setPlaceholderText(self.tr("only what is bundled"))
        self.path.setAccessibleName(self.tr("Project or folder to replay"))
        self.path.setToolTip(
            self.tr(
                "A project, an annotation file or an annotated folder that the model has learnt "
                "from before; its images are mixed in, so that they are not forgotten"
            )
        )
        self.file = QPushButton(self.tr("File…"), self)
        self.file.clicked.connect(lambda _checked=False: self._choose_file())
        self.folder = QPushButton(self.tr("Folder…"), self)
        self.folder.clicked.connect(lambda _checked=False: self._choose_folder())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.path, 1)
        layout.addWidget(self.file)
        layout.addWidget(self.folder)

    def value(self) -> str:
        """The path, empty for none."""
        return self.path.text().strip()

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Images to replay"),
            self.value(),
            self.tr("Projects and annotations (*.maskwright *.json *.yaml *.xml);;All files (*)"),
        )
        self._take(chosen)

    def _choose_folder(self) -> None:
        self._take(
            QFileDialog.getExistingDirectory(self, self.tr("Images to replay"), self.value())
        )

    def _take(self, chosen: str) -> None:
        if chosen:
            self.path.setText(chosen)
