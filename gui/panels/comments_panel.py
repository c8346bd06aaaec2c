"""What people have said: the comments of this image, or of all images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.document.comment import Comment
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.plain_text import plain_tool_tip
from gui.session import Session


@dataclass(frozen=True, slots=True)
class Said:
    """A comment and the image it is on."""

    image_id: int
    comment: Comment


class CommentsPanel(QWidget):
    """A click on a row goes there; the buttons settle, change and delete it."""

    chosen = Signal(int, object)
    """Id of an image and the Comment on it."""
    add_requested = Signal()
    edit_requested = Signal(object)
    settle_requested = Signal(object, bool)
    delete_requested = Signal(object)

    def __init__(self, session: Session, tasks: TaskQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._items: tuple[Said, ...] = ()
        self.scope = QComboBox(self)
        self.scope.addItems(
            [
                self.tr("This image"),
                self.tr("Open ones of all images"),
                self.tr("All of all images"),
            ]
        )
        self.scope.setAccessibleName(self.tr("Which comments are listed"))
        self.scope.activated.connect(lambda _row: self.refresh())
        self.tree = self._make_tree()
        self.empty = QLabel(
            self.tr(
                "No comment. Point at a place, or select an object, and press Shift+C; "
                "Shift+X rejects objects and asks why."
            ),
            self,
        )
        self.empty.setWordWrap(True)
        self.empty.setProperty("quiet", True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.add = QPushButton(self.tr("Comment… (Shift+C)"), self)
        self.settle = QPushButton(self.tr("Settle"), self)
        self.edit = QPushButton(self.tr("Change…"), self)
        self.delete = QPushButton(self.tr("Delete"), self)
        self._lay_out()
        self.add.clicked.connect(lambda _checked=False: self.add_requested.emit())
        self.settle.clicked.connect(self._on_settle)
        self.edit.clicked.connect(self._on_edit)
        self.delete.clicked.connect(self._on_delete)
        session.document_changed.connect(lambda _event: self.refresh())
        session.image_changed.connect(lambda _image: self._on_image_changed())
        self.refresh()

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget(self)
        tree.setHeaderLabels([self.tr("Comment"), self.tr("By"), self.tr("Image")])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        tree.setAccessibleName(self.tr("Comments"))
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        tree.itemClicked.connect(self._on_clicked)
        tree.itemActivated.connect(self._on_clicked)
        tree.itemSelectionChanged.connect(self._show_buttons)
        return tree

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.scope)
        layout.addWidget(self.empty)
        layout.addWidget(self.tree, 1)
        layout.addStretch(0)
        grid = QGridLayout()
        grid.setSpacing(4)
        for place, button in enumerate((self.add, self.settle, self.edit, self.delete)):
            grid.addWidget(button, place // 2, place % 2)
        layout.addLayout(grid)

    def refresh(self) -> None:
        """List the comments as they are now."""
        document = self._session.document
        if self.scope.currentIndex() == 0:
            found = () if document is None else document.comments.values()
            image_id = 0 if document is None else document.image_id
            self._show([Said(image_id, item) for item in found])
            return
        project, only_open = self._session.project, self.scope.currentIndex() == 1

        def run(context: TaskContext) -> list[Said]:
            dataset = project.snapshot()
            items: list[Said] = []
            for number in project.images_with_comments():
                context.check_cancelled()
                items += [Said(number, item) for item in dataset.load(number).comments.values()]
            return [item for item in items if not (only_open and item.comment.resolved)]

        self._tasks.submit(
            Task("Comments", Lane.INTERACTIVE, ("comments",), run),
            self._show,
            self._session.error_raised.emit,
        )

    def point_at(self, comment_id: int) -> None:
        """Mark a comment in the list."""
        for row in self._rows():
            said = row.data(0, Qt.ItemDataRole.UserRole)
            if said.comment.id == comment_id:
                self.tree.setCurrentItem(row)

    @property
    def current(self) -> Said | None:
        """The comment that is marked."""
        row = self.tree.currentItem()
        found = None if row is None else row.data(0, Qt.ItemDataRole.UserRole)
        return found if isinstance(found, Said) else None

    def _show(self, found: Iterable[Said]) -> None:
        items = tuple(sorted(found, key=lambda item: (item.image_id, item.comment.made_at)))
        kept = self.current
        if items != self._items:
            self._items = items
            self.tree.clear()
            self.tree.addTopLevelItems([self._row(item) for item in items])
            if kept is not None:
                self.point_at(kept.comment.id)
        self.tree.setColumnHidden(2, self.scope.currentIndex() == 0)
        self.empty.setVisible(not items)
        self.tree.setVisible(bool(items))
        self._show_buttons()

    def _row(self, said: Said) -> QTreeWidgetItem:
        comment = said.comment
        name = self._session.images.by_id(said.image_id).name
        row = QTreeWidgetItem([comment.summary, comment.author, name])
        row.setData(0, Qt.ItemDataRole.UserRole, said)
        when = datetime.fromtimestamp(comment.made_at).astimezone()
        details = f"{comment.summary}\n{comment.author}, {when:%Y-%m-%d %H:%M}"
        row.setToolTip(0, plain_tool_tip(details).replace("\n", "<br>"))
        if comment.resolved:
            font = self.font()
            font.setStrikeOut(True)
            row.setFont(0, font)
            row.setForeground(0, self.palette().color(QPalette.ColorRole.PlaceholderText))
        return row

    def _rows(self) -> list[QTreeWidgetItem]:
        found = map(self.tree.topLevelItem, range(self.tree.topLevelItemCount()))
        return [row for row in found if row is not None]

    def _show_buttons(self) -> None:
        said = self.current
        image = self._session.image
        here = said is not None and image is not None and said.image_id == image.id
        for button in (self.settle, self.edit, self.delete):
            button.setEnabled(here)
        settled = said is not None and said.comment.resolved
        self.settle.setText(self.tr("Open again") if settled else self.tr("Settle"))

    def _on_image_changed(self) -> None:
        if self.scope.currentIndex() == 0:
            self.refresh()
        self._show_buttons()

    def _on_clicked(self, row: QTreeWidgetItem, _column: int) -> None:
        said = row.data(0, Qt.ItemDataRole.UserRole)
        self.chosen.emit(said.image_id, said.comment)

    def _on_settle(self) -> None:
        said = self.current
        if said is not None:
            self.settle_requested.emit(said.comment.id, not said.comment.resolved)

    def _on_edit(self) -> None:
        said = self.current
        if said is not None:
            self.edit_requested.emit(said.comment.id)

    def _on_delete(self) -> None:
        said = self.current
        if said is not None:
            self.delete_requested.emit(said.comment.id)
