"""IoU and Dice against the reference: this image by label, all images worst first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import LayerRole
from core.scoring.live import ImageNumbers, ObjectCounts
from core.scoring.overlap import ImageScore
from core.scoring.report import DatasetScore
from gui.plain_text import plain_tool_tip
from gui.session import Session

NOT_APPLICABLE = "n/a"
LABEL_COLUMNS = (
    ("IoU", "Overlap of all pixels of the label"),
    ("Dice", "Dice of all pixels of the label"),
    ("Edge", "Boundary IoU of matched objects, others 0"),
    ("P", "Precision: found objects among the predicted ones"),
    ("R", "Recall: found objects among the true ones"),
    ("n", "Objects found, extra (+) and missed (−)"),
)
"""Short names of the numbers of a label, and what each is."""
OVERLAP_COLUMNS = 2
LABEL_WIDTH_PX = 120


class ScoresPanel(QWidget):
    """Two tables; a click on a row of the second one shows that image."""

    image_chosen = Signal(object)
    compare_requested = Signal(object)
    judge_requested = Signal(object)
    """The layer that is to be taken as true."""
    charts_requested = Signal()
    refresh_requested = Signal()
    save_requested = Signal()
    import_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._scores: dict[int, ImageScore] = {}
        self._compared_layers: tuple[int, int] | None = None
        self.compared = QComboBox(self)
        self.compared.setAccessibleName(self.tr("Layer that is compared with the reference"))
        self.compared.activated.connect(
            lambda _row: self.compare_requested.emit(self.compared.currentData())
        )
        self.compared.activated.connect(lambda _row: self._show_truths())
        self.truth = QComboBox(self)
        self.truth.setAccessibleName(self.tr("Layer that is taken as true"))
        self.truth.activated.connect(
            lambda _row: self.judge_requested.emit(self.truth.currentData())
        )
        for combo in (self.compared, self.truth):
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(12)
        self._numbers: dict[int, ImageNumbers] = {}
        self.labels = self._make_table([self.tr("Label"), *(name for name, _ in LABEL_COLUMNS)])
        self._keep_names_readable(self.labels)
        self.labels.setStyleSheet("QHeaderView::section { padding: 4px 3px; }")
        for column, (_, tip) in enumerate(LABEL_COLUMNS, start=1):
            header = self.labels.horizontalHeaderItem(column)
            if header is not None:
                header.setToolTip(self.tr(tip))
        self.images = self._make_table([self.tr("Image"), "IoU", "Dice"])
        self.images.setSortingEnabled(True)
        self.images.cellClicked.connect(self._on_image_clicked)
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.empty = QLabel(
            self.tr("There is no reference to compare with. Import one to see IoU and Dice."), self
        )
        self.empty.setWordWrap(True)
        self.import_reference = QPushButton(self.tr("Import a reference…"), self)
        self.import_reference.clicked.connect(self.import_requested.emit)
        self._lay_out()
        session.image_changed.connect(lambda _image: self._show_image_score())
        session.document_changed.connect(lambda _event: self._show_layers())
        self._show_layers()

    def _make_table(self, headers: list[str]) -> QTableWidget:
        table = QTableWidget(0, len(headers), self)
        table.setHorizontalHeaderLabels(headers)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        table.setMinimumHeight(48)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, header.ResizeMode.Stretch)
        header.setMinimumSectionSize(28)
        for column in range(1, len(headers)):
            header.setSectionResizeMode(column, header.ResizeMode.ResizeToContents)
        table.setAccessibleName(headers[0])
        return table

    @staticmethod
    def _keep_names_readable(table: QTableWidget) -> None:
        """Many numbers would leave nothing of the first column; rather let the last ones scroll."""
        header = table.horizontalHeader()
        header.setMaximumSectionSize(LABEL_WIDTH_PX)
        header.setSectionResizeMode(0, header.ResizeMode.ResizeToContents)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.empty)
        layout.addWidget(self.import_reference)
        layout.addWidget(self.compared)
        layout.addWidget(self.truth)
        layout.addWidget(self.labels, 1)
        layout.addWidget(self.images, 2)
        layout.addWidget(self.summary)
        row = QHBoxLayout()
        row.setSpacing(4)
        for text, signal in (
            (self.tr("Score all"), self.refresh_requested),
            (self.tr("Charts…"), self.charts_requested),
            (self.tr("Save report…"), self.save_requested),
        ):
            button = QPushButton(text, self)
            button.clicked.connect(lambda _checked=False, chosen=signal: chosen.emit())
            row.addWidget(button)
        layout.addLayout(row)

    def show_dataset(self, scores: DatasetScore) -> None:
        """Fill the table of images and the line of means."""
        self._scores = {
            score.image_id: self._newer(self._scores.get(score.image_id), score, scores)
            for score in scores.images
        }
        self._compared_layers = (scores.truth_layer_id, scores.prediction_layer_id)
        names = {image.id: image.name for image in self._session.images}
        self.images.setSortingEnabled(False)
        self.images.setRowCount(len(scores.images))
        for row, score in enumerate(self._scores.values()):
            self._fill_image_row(row, names[score.image_id], score)
        self.images.setSortingEnabled(True)
        self.images.sortItems(1, Qt.SortOrder.AscendingOrder)
        self.summary.setText(
            self.tr(
                "Mean of images: IoU {iou}, Dice {dice}. mIoU from summed pixels: {miou}."
            ).format(
                iou=_number(scores.mean_iou_of_images),
                dice=_number(scores.mean_dice_of_images),
                miou=_number(scores.mean_iou_summed),
            )
        )
        self._show_image_score()

    def clear(self) -> None:
        """There is nothing to compare any more."""
        self._scores = {}
        self.images.setRowCount(0)
        self.summary.clear()
        self._show_image_score()

    def _newer(
        self, before: ImageScore | None, score: ImageScore, scores: DatasetScore
    ) -> ImageScore:
        """The live score of an image that was edited while all were scored."""
        layers = (scores.truth_layer_id, scores.prediction_layer_id)
        if before is None or self._compared_layers != layers or before.revision <= score.revision:
            return score
        return before

    def show_image(self, score: ImageScore) -> None:
        """Take the score of one image that was edited."""
        self._scores[score.image_id] = score
        for row in range(self.images.rowCount()):
            item = self.images.item(row, 0)
            if item is not None and item.data(Qt.ItemDataRole.UserRole) == score.image_id:
                self.images.setSortingEnabled(False)
                self._fill_image_row(row, item.text(), score)
                self.images.setSortingEnabled(True)
                break
        self._show_image_score()

    def show_numbers(self, numbers: ImageNumbers) -> None:
        """Take every number of one image; its score follows."""
        self._numbers[numbers.score.image_id] = numbers

    def _fill_image_row(self, row: int, name: str, score: ImageScore) -> None:
        first = QTableWidgetItem(name)
        first.setData(Qt.ItemDataRole.UserRole, score.image_id)
        first.setToolTip(plain_tool_tip(name))
        self.images.setItem(row, 0, first)
        self.images.setItem(row, 1, _NumberItem(score.mean_iou))
        self.images.setItem(row, 2, _NumberItem(score.mean_dice))

    def _show_image_score(self) -> None:
        image = self._session.image
        score = None if image is None else self._scores.get(image.id)
        parts = {} if score is None else score.per_label
        rows = [(key, part) for key, part in sorted(parts.items()) if part.iou is not None]
        self.labels.setRowCount(len(rows))
        for row, (label_id, part) in enumerate(rows):
            label = self._session.state.labels.get(label_id)
            name = f"{label.name if label else label_id}{' (boxes)' if part.boxes_only else ''}"
            self.labels.setItem(row, 0, QTableWidgetItem(name))
            counts = self._counts_of(label_id, score)
            numbers = (part.iou, part.dice, *_object_numbers(counts))
            for column, value in enumerate(numbers, start=1):
                item = _NumberItem(value, digits=3 if column <= OVERLAP_COLUMNS else 2)
                if counts is None and column > OVERLAP_COLUMNS:
                    # Not undefined, but not known yet.
                    item.setText("…")
                elif value is not None:
                    item.setToolTip(f"{value:.6f}")
                self.labels.setItem(row, column, item)
            self.labels.setItem(row, len(numbers) + 1, _counted_item(counts))

    def _counts_of(self, label_id: int, score: ImageScore | None) -> ObjectCounts | None:
        """Of the image on the screen, while they are as old as its score."""
        numbers = None if score is None else self._numbers.get(score.image_id)
        if numbers is None or score is None or _key(numbers.score) != _key(score):
            return None
        return numbers.per_label.get(label_id)

    def _show_layers(self) -> None:
        state = self._session.state
        has_reference = state.layer_of(LayerRole.REFERENCE) is not None
        self.empty.setVisible(not has_reference)
        self.import_reference.setVisible(not has_reference)
        layers = [
            layer
            for _, layer in sorted(state.layers.items())
            if layer.role in (LayerRole.MINE, LayerRole.PREDICTIONS)
        ]
        listed = [self.compared.itemData(row) for row in range(self.compared.count())]
        if listed != [layer.id for layer in layers]:
            chosen = self.compared.currentData()
            self.compared.clear()
            for layer in layers:
                self.compared.addItem(
                    self.tr("Compare “{name}” with the reference").format(name=layer.name), layer.id
                )
            self.compared.setCurrentIndex(max(self.compared.findData(chosen), 0))
        self._show_truths()

    def _show_truths(self) -> None:
        """The layers that can be taken as true: references first, then predictions."""
        state, compared = self._session.state, self.compared.currentData()
        layers = [
            layer
            for role in (LayerRole.REFERENCE, LayerRole.PREDICTIONS)
            for layer in state.layers_of(role)
            if layer.id != compared
        ]
        wanted = [(layer.id, self.tr("Against “{}”").format(layer.name)) for layer in layers]
        listed = [
            (self.truth.itemData(row), self.truth.itemText(row))
            for row in range(self.truth.count())
        ]
        if listed != wanted:
            chosen = self.truth.currentData()
            self.truth.clear()
            for number, text in wanted:
                self.truth.addItem(text, number)
            self.truth.setCurrentIndex(max(self.truth.findData(chosen), 0) if wanted else -1)
        self.truth.setVisible(len(wanted) > 1)

    def _on_image_clicked(self, row: int, _column: int) -> None:
        item = self.images.item(row, 0)
        if item is not None:
            self.image_chosen.emit(item.data(Qt.ItemDataRole.UserRole))


class _NumberItem(QTableWidgetItem):
    """A score that sorts as a number; what is undefined sorts last."""

    def __init__(self, value: float | None, digits: int = 3) -> None:
        super().__init__(_number(value, digits))
        self._value = 2.0 if value is None else value
        self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        if isinstance(other, _NumberItem):
            return self._value < other._value
        return super().__lt__(other)


def _number(value: float | None, digits: int = 3) -> str:
    return NOT_APPLICABLE if value is None else f"{value:.{digits}f}"


def _key(score: ImageScore) -> tuple[int, int, int, int]:
    """What tells scores of an image apart."""
    return (
        score.image_id,
        score.revision,
        score.reference_layer_id,
        score.prediction_layer_id,
    )


def _object_numbers(counts: ObjectCounts | None) -> tuple[float | None, ...]:
    if counts is None:
        return None, None, None
    return counts.boundary_iou, counts.precision, counts.recall


def _counted_item(counts: ObjectCounts | None) -> QTableWidgetItem:
    """Objects that were found, are extra and were missed."""
    if counts is None:
        return QTableWidgetItem("")
    item = QTableWidgetItem(f"{counts.found} +{counts.extra} −{counts.missed}")
    item.setToolTip(f"{counts.found} found, {counts.extra} extra, {counts.missed} missed")
    return item
