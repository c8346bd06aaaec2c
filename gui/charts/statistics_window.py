"""How many objects of which label there are, how large, where, and together with what."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import LayerRole
from core.survey.object_rows import ObjectRow
from core.survey.statistics import (
    COUNT_BINS,
    HEAT_CELLS,
    LabelCount,
    SurveyStatistics,
    statistics_of,
)
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.charts.bar_chart import Bar, BarChart
from gui.charts.heat_chart import HeatChart
from gui.charts.matrix_view import Matrix, MatrixView
from gui.counting import counted
from gui.plain_text import plain_tool_tip
from gui.review.survey_watch import SurveyWatch
from gui.session import Session

LABELS_TOGETHER = 200
"""More labels than this are no table that anybody reads; the most used ones are shown."""


class StatisticsWindow(QWidget):
    """Counts the objects of a layer; follows every edit."""

    label_chosen = Signal(int, int)
    """Layer and label of a bar that was clicked."""
    images_chosen = Signal(object, str)
    """Ids of images, and what they have in common."""

    def __init__(
        self, session: Session, tasks: TaskQueue, survey: SurveyWatch, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Statistics"))
        self.resize(1000, 660)
        self._session = session
        self._tasks = tasks
        self._survey = survey
        self.found: SurveyStatistics | None = None
        self._rows: Mapping[int, tuple[ObjectRow, ...]] = {}
        self.layer = self._make_combo(self.tr("Layer that is counted"))
        self.label = self._make_combo(self.tr("Label whose sizes and places are shown"))
        self.summary = QLabel(self)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(6)
        self.labels = BarChart(
            self.tr("Objects of each label"), self.tr("Objects"), "", self, lying=True
        )
        self.sizes = BarChart(
            self.tr("Sizes"), self.tr("Side of a square of its area, pixels"), "", self
        )
        self.positions = HeatChart(
            self.tr("Where objects lie in their images"), "", "", self._heat_words, self
        )
        self.together = MatrixView(
            self.tr("Labels on the same images"),
            self.tr("Images that have both labels; a click lists them."),
            self,
        )
        self.per_image = BarChart(
            self.tr("Objects on an image"), self.tr("Objects"), self.tr("Images"), self
        )
        self.tabs = QTabWidget(self)
        self._lay_out()
        survey.changed.connect(self.refresh)
        survey.progressed.connect(lambda share: self.progress.setValue(round(share * 1000)))
        self.layer.activated.connect(lambda _row: self.refresh())
        self.label.activated.connect(lambda _row: self.refresh())
        self.labels.chosen.connect(self._on_label)
        self.together.chosen.connect(self._on_together)
        self.per_image.chosen.connect(self._on_per_image)
        self.refresh()
        survey.look()

    def _make_combo(self, name: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(name)
        combo.setToolTip(name)
        combo.setMinimumContentsLength(16)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return combo

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.layer)
        top.addWidget(self.label)
        top.addWidget(self.summary, 1)
        self.tabs.setDocumentMode(True)
        for title, page in (
            (self.tr("Labels"), self.labels),
            (self.tr("Sizes"), self.sizes),
            (self.tr("Positions"), self.positions),
            (self.tr("Together"), self.together),
            (self.tr("Objects per image"), self.per_image),
        ):
            frame = QWidget()
            inner = QVBoxLayout(frame)
            inner.setContentsMargins(12, 12, 12, 12)
            inner.addWidget(page)
            self.tabs.addTab(frame, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.progress)
        layout.addWidget(self.tabs, 1)

    def refresh(self) -> None:
        """Count anew, in the background."""
        self.progress.setVisible(not self._survey.is_known)
        self._fill_combos()
        rows, layer_id = dict(self._survey.rows), self.layer.currentData()
        label_id, images = self.label.currentData(), len(self._session.images)

        def run(context: TaskContext) -> SurveyStatistics:
            listed = {}
            for number, found in rows.items():
                context.check_cancelled()
                listed[number] = [row for row in found if row.layer_id == layer_id]
            return statistics_of(listed, images, label_id)

        self._rows = rows
        self._tasks.submit(
            Task("Statistics", Lane.INTERACTIVE, ("statistics",), run),
            self._show,
            self._session.error_raised.emit,
        )

    def _fill_combos(self) -> None:
        state = self._session.state
        layers = [
            (layer.name, layer.id)
            for _, layer in sorted(state.layers.items())
            if layer.role is not LayerRole.PROPOSALS
        ]
        labels: list[tuple[str, int | None]] = [(self.tr("All labels"), None)]
        labels += [(label.name, label.id) for _, label in sorted(state.labels.items())]
        for combo, wanted in ((self.layer, layers), (self.label, labels)):
            listed = [(combo.itemText(row), combo.itemData(row)) for row in range(combo.count())]
            if listed != wanted:
                chosen = combo.currentData()
                combo.clear()
                for name, number in wanted:
                    combo.addItem(name, number)
                combo.setCurrentIndex(max(combo.findData(chosen), 0))

    def _show(self, found: SurveyStatistics) -> None:
        self.found = found
        state = self._session.state
        self.summary.setText(
            self.tr("{objects} on {images} of {all}").format(
                objects=counted(found.objects, "object"),
                images=counted(found.images, "image"),
                all=len(self._session.images),
            )
        )
        if not found.objects:
            why = self.tr("This layer has no object yet.")
            if not self._survey.is_known:
                why = self.tr("Looking at all objects…")
            for chart in (self.labels, self.sizes, self.positions, self.per_image):
                chart.show_empty(why)
            self.together.show_empty(why)
            return
        self.labels.show_bars([self._label_bar(item) for item in found.labels])
        if found.sizes:
            bars = [
                Bar(
                    item.objects,
                    f"{item.low:g}",
                    f"{item.low:g} – {item.high:g} px: {counted(item.objects, 'object')}",
                )
                for item in found.sizes
            ]
            self.sizes.show_bars(bars, gapless=True)
            self.positions.show_cells(found.positions)
        else:
            for chart in (self.sizes, self.positions):
                chart.show_empty(self.tr("No object has this label."))
        names = [self._name(item.label_id) for item in found.labels[:LABELS_TOGETHER]]
        together = found.together[: len(names), : len(names)]
        self.together.show_matrix(Matrix(tuple(names), tuple(names), together))
        self.per_image.show_bars(
            [
                Bar(count, name, f"{name} objects: {counted(count, 'image')}; a click lists them")
                for name, count in zip(_bin_names(), found.per_image, strict=True)
            ]
        )
        used = {item.label_id for item in found.labels}
        unused = [label.name for number, label in state.labels.items() if number not in used]
        if unused:
            words = self.tr("{count} not used").format(count=counted(len(unused), "label"))
            self.summary.setText(f"{self.summary.text()} · {words}")
        self.summary.setToolTip(plain_tool_tip(", ".join(unused)) if unused else "")

    def _label_bar(self, item: LabelCount) -> Bar:
        label = self._session.state.labels.get(item.label_id)
        name = self._name(item.label_id)
        text = f"{name}: {counted(item.objects, 'object')} on {counted(item.images, 'image')}"
        color = label.color if label is not None else "#999999"
        return Bar(item.objects, name, text, color)

    def _name(self, label_id: int) -> str:
        label = self._session.state.labels.get(label_id)
        return label.name if label is not None else f"label {label_id}"

    def _heat_words(self, row: int, column: int) -> str:
        found = self.found
        count = 0 if found is None else int(found.positions[row, column])
        return self.tr("{x} % from the left, {y} % from the top: {count}").format(
            x=round((column + 0.5) / HEAT_CELLS * 100),
            y=round((row + 0.5) / HEAT_CELLS * 100),
            count=counted(count, "object"),
        )

    def _on_label(self, index: int) -> None:
        if self.found is not None:
            self.label_chosen.emit(self.layer.currentData(), self.found.labels[index].label_id)

    def _on_together(self, row: int, column: int) -> None:
        found = self.found
        if found is None:
            return
        wanted = {found.labels[row].label_id, found.labels[column].label_id}
        names = (self._name(found.labels[place].label_id) for place in (row, column))
        title = " + ".join(dict.fromkeys(names))
        self.images_chosen.emit(
            [number for number, labels in self._labels_by_image().items() if wanted <= labels],
            title,
        )

    def _on_per_image(self, index: int) -> None:
        low = COUNT_BINS[index]
        high = COUNT_BINS[index + 1] if index + 1 < len(COUNT_BINS) else None
        layer_id = self.layer.currentData()
        counts = {
            image.id: sum(row.layer_id == layer_id for row in self._rows.get(image.id, ()))
            for image in self._session.images
        }
        ids = [key for key, count in counts.items() if count >= low and (not high or count < high)]
        if ids:
            self.images_chosen.emit(ids, f"{_bin_names()[index]} objects")

    def _labels_by_image(self) -> dict[int, set[int]]:
        layer_id = self.layer.currentData()
        return {
            number: {row.label_id for row in rows if row.layer_id == layer_id}
            for number, rows in self._rows.items()
        }


def _bin_names() -> list[str]:
    """What each bin of objects per image holds, in words."""
    names = []
    for low, following in zip(COUNT_BINS, (*COUNT_BINS[1:], None), strict=True):
        if following is None:
            names.append(f"≥ {low}")
        else:
            names.append(f"{low}" if following == low + 1 else f"{low}–{following - 1}")
    return names
