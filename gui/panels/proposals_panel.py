"""The deck: run a model, slide the score, accept, reject or fix what it proposes."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSlider,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.models.proposal import Proposal, ProposalSet
from gui.panels.batch_row import BatchRow
from gui.panels.proposal_filters import FilterSliders
from gui.proposals.deck_items import DeckItem, plain_name
from gui.proposals.model_runs import ModelRuns
from gui.proposals.proposal_deck import ProposalDeck
from gui.session import Session

ROWS_SHOWN = 300


class ProposalsPanel(QWidget):
    """Everything about proposals in one place; each button has its key."""

    run_requested = Signal(str)
    accept_requested = Signal()
    reject_requested = Signal()
    fix_requested = Signal()
    accept_all_requested = Signal()
    cancel_batch_requested = Signal()

    def __init__(
        self,
        session: Session,
        deck: ProposalDeck,
        runs: ModelRuns,
        sources: tuple[tuple[str, str], ...],
        parent: QWidget | None = None,
    ) -> None:
        """``sources`` are pairs (id, name as shown) that can be run."""
        super().__init__(parent)
        self._session = session
        self._deck = deck
        self._runs = runs
        self._keys: list[tuple[str, int]] = []
        self._listed: list[Proposal] = []
        self._filling = False
        self._snapping_helps = False
        self.source = self._make_source(sources)
        self.run = QPushButton(self.tr("Propose"), self)
        self.run.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.run.setToolTip(self.tr("Run it on this image (Ctrl+Enter)"))
        self.run.clicked.connect(lambda: self.run_requested.emit(self.source.currentData()))
        self.progress = self._make_progress()
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.clicked.connect(runs.cancel_all)
        self.options = self._make_options()
        self.batch = BatchRow(self)
        self.batch.cancel.clicked.connect(self.cancel_batch_requested)
        self.filters = FilterSliders(deck.filter, self)
        self.filters.filter_changed.connect(deck.set_filter)
        self.shown = QComboBox(self)
        self.shown.setAccessibleName(self.tr("Whose proposals are listed"))
        self.shown.activated.connect(lambda _row: deck.show_only(self.shown.currentData()))
        self._decisions: list[QPushButton] = []
        self.list = self._make_list()
        self.summary = QLabel(self)
        self.summary.setProperty("quiet", True)
        self.summary.setWordWrap(True)
        self._lay_out()
        deck.changed.connect(self.refresh)
        session.label_changed.connect(self.refresh)
        deck.current_changed.connect(self._show_current)
        runs.changed.connect(self._show_progress)
        session.image_changed.connect(lambda _image: self._show_progress())
        self.refresh()
        self._show_progress()

    def _make_source(self, sources: tuple[tuple[str, str], ...]) -> QComboBox:
        box = QComboBox(self)
        for model_id, name in sources:
            box.addItem(name, model_id)
        box.setAccessibleName(self.tr("What proposes"))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(12)
        return box

    def choose(self, source: str) -> None:
        """Turn to a source, if it is among those that can be run."""
        self.source.setCurrentIndex(max(self.source.findData(source), 0))

    def set_sources(self, sources: tuple[tuple[str, str], ...]) -> None:
        """Offer other sources; the chosen one stays where it is still there."""
        chosen = self.source.currentData()
        self.source.clear()
        for model_id, name in sources:
            self.source.addItem(name, model_id)
        self.source.setCurrentIndex(max(self.source.findData(chosen), 0))

    def _make_progress(self) -> QProgressBar:
        bar = QProgressBar(self)
        bar.setRange(0, 100)
        bar.setTextVisible(True)
        bar.setAccessibleName(self.tr("Progress of the model"))
        return bar

    def _make_options(self) -> QToolButton:
        button = QToolButton(self)
        button.setText("⋯")
        button.setToolTip(self.tr("More ways to propose"))
        button.setAccessibleName(self.tr("More ways to propose"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        button.setMenu(QMenu(button))
        return button

    @property
    def slider(self) -> QSlider:
        """The slider of the score."""
        return self.filters.score

    def offer(self, actions: Iterable[QAction | None]) -> None:
        """Put actions into the menu beside the button; None is a line between them."""
        menu = self.options.menu()
        for action in actions:
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)

    def _make_list(self) -> QTreeWidget:
        tree = QTreeWidget(self)
        tree.setHeaderLabels([self.tr("Score"), self.tr("Class"), self.tr("From")])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setAccessibleName(self.tr("Proposals"))
        tree.setMinimumHeight(64)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        tree.currentItemChanged.connect(self._on_current)
        return tree

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(_row(self.source, self.run, self.options, stretch=0))
        layout.addLayout(_row(self.progress, self.cancel, stretch=0))
        layout.addWidget(self.batch)
        layout.addWidget(self.shown)
        layout.addWidget(self.filters)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.summary)
        first = QHBoxLayout()
        first.setSpacing(4)
        for text, tip, signal in (
            (self.tr("Accept"), self.tr("Make it an object (F)"), self.accept_requested),
            (self.tr("Reject"), self.tr("Hide it for good (X)"), self.reject_requested),
            (self.tr("Fix"), self.tr("Accept and paint on it (C)"), self.fix_requested),
        ):
            button = QPushButton(text, self)
            button.setToolTip(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, chosen=signal: chosen.emit())
            first.addWidget(button)
            self._decisions.append(button)
        layout.addLayout(first)
        accept_all = QPushButton(self.tr("Accept all visible"), self)
        accept_all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        accept_all.setToolTip(self.tr("One step that can be undone (Shift+F)"))
        accept_all.clicked.connect(self.accept_all_requested.emit)
        layout.addWidget(accept_all)
        self._decisions.append(accept_all)

    def refresh(self) -> None:
        """Show the candidates above the score."""
        items = self._deck.items()
        self.filters.show_filter(self._deck.filter)
        self._fill_shown()
        for button in self._decisions:
            button.setEnabled(bool(items))
        self._list(items[:ROWS_SHOWN])
        self.summary.setText(self._summary(items))
        self._show_current()

    def offer_snapping(self, helps: bool) -> None:
        """Say beside the number of candidates whether snapping the current one would help."""
        self._snapping_helps = helps
        self.summary.setText(self._summary(self._deck.items()))

    def _list(self, items: tuple[DeckItem, ...]) -> None:
        """Fill the list, unless it shows these already, as while the mask slider moves."""
        listed = [item.raw for item in items]
        if len(listed) == len(self._listed) and all(map(operator.is_, listed, self._listed)):
            return
        self._filling = True
        self.list.clear()
        self._keys = [item.key for item in items]
        self._listed = listed
        names = self._names()
        self.list.addTopLevelItems([self._list_row(item, names) for item in items])
        self._filling = False

    def _fill_shown(self) -> None:
        """The sources that have proposed on this image, and all of them together."""
        document = self._session.document
        sets = {} if document is None else self._deck.sets_of(document.image_id)
        names = self._names()
        self.shown.clear()
        self.shown.addItem(self.tr("All sources together"), None)
        for source in sets:
            self.shown.addItem(self.tr("From: {}").format(plain_name(source, names)), source)
        self.shown.setCurrentIndex(max(self.shown.findData(self._deck.shown_source), 0))
        self.shown.setVisible(len(sets) > 1)

    def _names(self) -> dict[str, str]:
        """What the sources are called, by their ids."""
        rows = range(self.source.count())
        return {self.source.itemData(row): self.source.itemText(row) for row in rows}

    def _list_row(self, item: DeckItem, names: Mapping[str, str]) -> QTreeWidgetItem:
        proposal = item.raw
        name = names.get(proposal.source, proposal.source)
        return QTreeWidgetItem([f"{proposal.score:.2f}", proposal.label or "–", name])

    def _summary(self, items: tuple[DeckItem, ...]) -> str:
        document = self._session.document
        sets = {} if document is None else self._deck.sets_of(document.image_id)
        if not sets:
            return self.tr("Nothing proposed yet: choose a source and press Propose.")
        if self._deck.is_preparing:
            return self.tr("Comparing the candidates…")
        text = self.tr("{count} open").format(count=len(items))
        below = self._count_below_score(sets)
        if below:
            text += self.tr(", {count} below the score").format(count=below)
        if any(not item.raw.label for item in items):
            text += self.tr("; without a class they become “{label}”").format(
                label=self._session.label.name
            )
        if len(items) > ROWS_SHOWN:
            text += self.tr(", the best {shown} listed").format(shown=ROWS_SHOWN)
        notes = [found.degraded for found in sets.values() if found.degraded]
        if self._snapping_helps:
            notes.insert(0, self.tr("snapping fits this one better (Shift+S)"))
        return " · ".join([text, *notes])

    def _count_below_score(self, sets: Mapping[str, ProposalSet]) -> int:
        listed = [found for name, found in sets.items() if self._deck.shown_source in (None, name)]
        return sum(item.score < self._deck.score for found in listed for item in found.items)

    def _show_current(self) -> None:
        current = self._deck.current
        self._filling = True
        if current is not None and current.key in self._keys:
            place = self.list.model().index(self._keys.index(current.key), 0)
            self.list.setCurrentIndex(place)
        else:
            self.list.setCurrentIndex(QModelIndex())
        self._filling = False

    def _on_current(self, row: QTreeWidgetItem | None, _previous: object) -> None:
        if not self._filling and row is not None:
            self._deck.make_current(self._keys[self.list.indexOfTopLevelItem(row)])

    def _show_progress(self) -> None:
        image = self._session.image
        runs = self._runs.runs_for(None if image is None else image.id)
        self.progress.setVisible(bool(runs))
        self.cancel.setVisible(bool(runs))
        if runs:
            run = runs[0]
            self.progress.setRange(0, 0 if run.fraction is None else 100)
            self.progress.setValue(round((run.fraction or 0.0) * 100))
            part = run.text.partition(", ")[2]
            more = f" (+{len(runs) - 1})" if len(runs) > 1 else ""
            self.progress.setFormat(f"%p %{f' · {part}' if part else ''}{more}")
            self.progress.setToolTip(f"{run.model_name}: {run.text}")


def _row(*widgets: QWidget, stretch: int = 1) -> QHBoxLayout:
    layout = QHBoxLayout()
    layout.setSpacing(8)
    for place, widget in enumerate(widgets):
        layout.addWidget(widget, 1 if place == stretch else 0)
    return layout
