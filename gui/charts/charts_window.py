"""All numbers and charts of two layers, beside the window in which they are fixed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import LayerRole
from core.scoring.confusion import Cell
from core.scoring.distribution import ScoreBin, score_bins
from core.scoring.metric_rows import label_name
from gui.charts.agreement_page import AgreementPage
from gui.charts.bar_chart import Bar, BarChart
from gui.charts.curves_page import CurvesPage
from gui.charts.matrix_view import Matrix, MatrixView, matrix_of
from gui.charts.numbers_page import NumbersPage
from gui.charts.recall_page import RecallPage
from gui.counting import counted
from gui.proposals.proposal_deck import ProposalDeck
from gui.review.metric_watch import Measured, MetricWatch
from gui.session import Session


class ChartsWindow(QWidget):
    """Measures on request and never by itself: it takes as long as all images do."""

    images_chosen = Signal(object, str)
    """Ids of the images behind a bar or a cell, and what they have in common."""
    object_chosen = Signal(object)
    """The worst ObjectDifference behind a cell."""

    def __init__(
        self, session: Session, deck: ProposalDeck, watch: MetricWatch, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Charts and numbers"))
        self.resize(1120, 720)
        self._session = session
        self._deck = deck
        self._watch = watch
        self._bins: tuple[ScoreBin, ...] = ()
        self._cells: list[list[Cell]] = []
        self._names: list[tuple[str, str]] = []
        self.truth = self._make_combo(self.tr("Layer that is taken as true"))
        self.prediction = self._make_combo(self.tr("Layer that is judged"))
        self.run = QPushButton(self.tr("Measure"), self)
        self.run.clicked.connect(self._on_run)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of the measurement"))
        self.progress.hide()
        self.state = QLabel(self)
        self.state.setProperty("quiet", True)
        self.numbers = NumbersPage(self)
        self.curves = CurvesPage(self)
        self.recall = RecallPage(self)
        self.confusion = MatrixView(
            self.tr("Confusion of objects"),
            self.tr("Rows are true labels, columns predicted ones. A click opens the images."),
            self,
        )
        self.images = BarChart(
            self.tr("Scores of the images"),
            self.tr("IoU of matched objects, others 0"),
            self.tr("Images"),
            self,
        )
        self.agreement = AgreementPage(self)
        self.tabs = QTabWidget(self)
        self._lay_out()
        self._connect()
        self._fill_layers()
        if watch.last is not None:
            self._show(watch.last)
        else:
            self._show_state()

    def measure(self) -> None:
        """Compute everything anew for the chosen layers."""
        truth, prediction = self.truth.currentData(), self.prediction.currentData()
        if truth is None or prediction is None:
            self.state.setText(
                self.tr("There is nothing to compare: import a reference or predictions.")
            )
        elif truth == prediction:
            self.state.setText(self.tr("A layer always agrees with itself: choose another one."))
        else:
            self._watch.measure(truth, prediction)

    def _make_combo(self, name: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(name)
        combo.setToolTip(name)
        combo.setMinimumContentsLength(18)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return combo

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(QLabel(self.tr("Truth"), self))
        top.addWidget(self.truth, 1)
        top.addWidget(QLabel(self.tr("Judged"), self))
        top.addWidget(self.prediction, 1)
        top.addWidget(self.run)
        top.addWidget(self.progress, 1)
        top.addWidget(self.state, 2)
        pages = (
            (self.tr("Numbers"), self.numbers),
            (self.tr("Precision and recall"), self.curves),
            (self.tr("Confusion"), _framed(self.confusion)),
            (self.tr("Images"), _framed(self.images)),
            (self.tr("Recall of proposals"), self.recall),
            (self.tr("Agreement"), self.agreement),
        )
        self.tabs.setDocumentMode(True)
        for title, page in pages:
            self.tabs.addTab(page, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.tabs, 1)

    def _connect(self) -> None:
        watch, session = self._watch, self._session
        watch.started.connect(self._on_started)
        watch.progressed.connect(lambda share: self.progress.setValue(round(share * 1000)))
        watch.ended.connect(self._on_ended)
        watch.measured.connect(self._show)
        watch.agreed.connect(self.agreement.show_agreement)
        session.document_changed.connect(self._on_document_changed)
        self.agreement.requested.connect(watch.compare_layers)
        self.curves.threshold_chosen.connect(self._deck.set_score)
        self._deck.changed.connect(lambda: self.curves.set_threshold(self._deck.score))
        self.curves.set_threshold(self._deck.score)
        self.confusion.chosen.connect(self._on_cell)
        self.images.chosen.connect(self._on_bin)

    def _fill_layers(self) -> None:
        layers = [
            layer
            for _, layer in sorted(self._session.state.layers.items())
            if layer.role is not LayerRole.PROPOSALS
        ]
        wanted = [(layer.id, layer.name) for layer in layers]
        listed = [
            (self.truth.itemData(row), self.truth.itemText(row))
            for row in range(self.truth.count())
        ]
        if listed == wanted:
            return
        reference = self._session.state.layer_of(LayerRole.REFERENCE)
        judged = self._session.layer if reference is not None else None
        predictions = self._session.state.layer_of(LayerRole.PREDICTIONS)
        if predictions is not None:
            judged = judged if judged is not None and self._has_objects(judged.id) else predictions
        first = reference or self._session.layer
        for combo, default in ((self.truth, first), (self.prediction, judged)):
            chosen = combo.currentData()
            combo.clear()
            for number, name in wanted:
                combo.addItem(name, number)
            default_id = None if default is None else default.id
            row = combo.findData(chosen) if chosen is not None else -1
            combo.setCurrentIndex(row if row >= 0 else combo.findData(default_id))

    def _has_objects(self, layer_id: int) -> bool:
        return bool(self._session.project.images_with_layer(layer_id))

    def _on_run(self) -> None:
        if self._watch.is_running:
            self._watch.cancel()
        else:
            self.measure()

    def _on_started(self) -> None:
        self.run.setText(self.tr("Cancel"))
        self.progress.setValue(0)
        self.progress.show()
        self.state.hide()

    def _on_ended(self) -> None:
        self.run.setText(self.tr("Measure"))
        self.progress.hide()
        self.state.show()
        self._show_state()

    def _on_document_changed(self, _event: object) -> None:
        self._fill_layers()
        self._show_state()

    def _show_state(self) -> None:
        last = self._watch.last
        if last is None:
            self.state.setText(self.tr("Nothing has been measured yet."))
            return
        count = counted(len(last.metrics.score.images), "image")
        names = {layer.id: layer.name for layer in last.dataset.state.layers.values()}
        score = last.metrics.score
        truth, judged = (
            names.get(number, "?") for number in (score.truth_layer_id, score.prediction_layer_id)
        )
        text = self.tr("{count}: “{judged}” against “{truth}”").format(
            count=count, judged=judged, truth=truth
        )
        if self._watch.is_stale:
            text += " · " + self.tr("edited since; measure again")
        self.state.setText(text)

    def _show(self, measured: Measured) -> None:
        self.numbers.show_measured(measured)
        self.curves.show_measured(measured)
        self.recall.show_measured(measured)
        self._show_confusion(measured)
        self._show_images(measured)
        self._show_state()

    def _show_confusion(self, measured: Measured) -> None:
        matrix = measured.metrics.confusion
        labels: list[int | None] = [*matrix.labels, None]
        names = [label_name(measured.dataset.state, label) for label in matrix.labels]
        self._cells = [[(truth, judged) for judged in labels] for truth in labels]
        counts = [[matrix.count(*cell) for cell in row] for row in self._cells]
        rows, columns = [*names, self.tr("extra")], [*names, self.tr("missed")]
        self._names = list(zip(rows, columns, strict=True))
        found = matrix_of(rows, columns, counts)
        right = found.right - {(len(names), len(names))}
        self.confusion.show_matrix(Matrix(found.rows, found.columns, found.counts, right))

    def _show_images(self, measured: Measured) -> None:
        self._bins = score_bins(measured.metrics.score.images)
        bars = []
        for item in self._bins:
            count = counted(len(item.image_ids), "image")
            if item.low is None:
                text = self.tr("n/a: {count} without an object on either side").format(count=count)
                bars.append(Bar(len(item.image_ids), "n/a", text, "#999999"))
            else:
                span = f"{item.low:.2f} – {item.high:.2f}"
                text = self.tr("{span}: {count}; a click lists them").format(span=span, count=count)
                bars.append(Bar(len(item.image_ids), f"{item.low:.2f}", text))
        self.images.show_bars(bars, gapless=True)

    def _on_cell(self, row: int, column: int) -> None:
        last = self._watch.last
        if last is None:
            return
        cell = self._cells[row][column]
        title = f"{self._names[row][0]} → {self._names[column][1]}"
        self.images_chosen.emit(last.metrics.confusion.images(*cell), title)
        items = last.metrics.confusion.cells[cell]
        self.object_chosen.emit(max(items, key=lambda item: item.severity))

    def _on_bin(self, index: int) -> None:
        item = self._bins[index]
        if item.image_ids:
            title = "n/a" if item.low is None else f"IoU {item.low:.2f} – {item.high:.2f}"
            self.images_chosen.emit(item.image_ids, title)


def _framed(page: QWidget) -> QWidget:
    frame = QWidget()
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(12, 12, 12, 12)
    layout.addWidget(page)
    return frame
