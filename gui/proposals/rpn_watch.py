"""What the region proposal network of an R-CNN thinks of the image on the screen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from core.document.annotation import LayerRole
from core.document.geometry import Box
from core.errors import MaskwrightError
from core.models.proposal import ProposalSet
from core.models.registry import has_weights, registered_models
from core.models.rpn_inspection import (
    INSPECT,
    RecallRow,
    RpnInspection,
    Stage,
    read_inspection,
    recall_table,
)
from core.models.specification import ModelFamily
from gui.canvas.shapes import CanvasShape, LineStyle
from gui.pictures.canvas_presenter import CanvasPresenter
from gui.pictures.image_loading import LoadedImage
from gui.proposals.model_runs import ModelRuns
from gui.session import Session

FIRST_SHAPE_ID = -1_000_001
IMAGES_KEPT = 16
COLORS = {Stage.ANCHOR: "#7fb8ff", Stage.BEFORE: "#ff9d5c", Stage.AFTER: "#7be495"}
PARAMETERS = MappingProxyType({INSPECT: True, "tile_px": 0})


@dataclass(frozen=True, slots=True)
class RpnView:
    """What is drawn: a stage of one level (None: of all), and so many boxes of it."""

    stage: Stage = Stage.AFTER
    level: int | None = None
    count: int = 50
    drawn: bool = False


class RpnWatch(QObject):
    """Runs the network with its steps kept, and draws boxes of a step over the picture."""

    changed = Signal()

    def __init__(
        self,
        session: Session,
        runs: ModelRuns,
        presenter: CanvasPresenter,
        picture: Callable[[], LoadedImage | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runs = runs
        self._presenter = presenter
        self._picture = picture
        self._found: OrderedDict[tuple[int, str], RpnInspection] = OrderedDict()
        self._model: str | None = None
        self._view = RpnView()
        runs.finished.connect(self._take)
        session.image_changed.connect(lambda _image: self._show())
        session.document_changed.connect(lambda _event: self.changed.emit())

    def models(self) -> tuple[tuple[str, str], ...]:
        """The networks that can run now, as pairs (id, name)."""
        return tuple(
            (spec.id, spec.name)
            for spec in registered_models()
            if spec.family is ModelFamily.PROPOSALS
            and (has_weights(spec) or self._runs.has_weights(spec.id))
        )

    def run(self, model_id: str) -> None:
        """Look at the image on the screen with a network."""
        image = self._picture()
        if image is None or image.rgb is None:
            self._session.message_posted.emit("The picture is still being opened; try again.")
            return
        self._model = model_id
        request = self._runs.request(model_id, image.rgb, image.digest, PARAMETERS)
        self._runs.start(image.image_id, request)

    @property
    def view(self) -> RpnView:
        """What is drawn."""
        return self._view

    def show(self, view: RpnView) -> None:
        """Draw something else."""
        if view != self._view:
            self._view = view
            self._show()

    @property
    def inspection(self) -> RpnInspection | None:
        """What the network that ran last thinks of this image; None before it ran here."""
        image = self._session.image
        if image is None or self._model is None:
            return None
        return self._found.get((image.id, self._model))

    def truth(self) -> tuple[str, npt.NDArray[np.float64]]:
        """The name of the layer that counts as the truth, and the boxes (n, 4) of its objects.

        The reference where there is one, otherwise one's own objects.
        """
        session, document = self._session, self._session.document
        layer = session.state.layer_of(LayerRole.REFERENCE) or session.layer
        if document is None:
            return layer.name, np.zeros((0, 4))
        bounds = [item.bounds for item in document.in_layer(layer.id) if not item.is_crowd]
        corners = [(box.x, box.y, box.right, box.bottom) for box in bounds]
        return layer.name, np.array(corners, np.float64).reshape(-1, 4)

    def recall(self, stage: Stage, level: int | None) -> tuple[RecallRow, ...]:
        """Recall of a stage against the truth; empty when either is missing."""
        inspection = self.inspection
        if inspection is None:
            return ()
        boxes, _ = inspection.boxes(stage, level)
        return recall_table(boxes, self.truth()[1])

    def _take(self, image_id: int, found: ProposalSet) -> None:
        if not found.key.parameters.get(INSPECT):
            return
        try:
            self._found[image_id, found.key.model] = read_inspection(found)
        except ValueError:
            self._session.error_raised.emit(
                MaskwrightError("This model has no region proposal network to look at.")
            )
            return
        while len(self._found) > IMAGES_KEPT:
            self._found.popitem(last=False)
        self._show()

    def _show(self) -> None:
        self._presenter.set_further_shapes(self._shapes())
        self.changed.emit()

    def _shapes(self) -> tuple[CanvasShape, ...]:
        inspection, view = self.inspection, self._view
        if inspection is None or not view.drawn or view.stage is Stage.OBJECTNESS:
            return ()
        boxes, scores = inspection.boxes(view.stage, view.level)
        return tuple(
            CanvasShape(
                id=FIRST_SHAPE_ID - place,
                geometry=Box.from_corners(*corners),
                color=COLORS[view.stage],
                line=LineStyle.SOLID,
                fill_alpha=0.0,
                caption=f"{score:.2f}",
            )
            for place, (corners, score) in enumerate(
                zip(boxes[: view.count].tolist(), scores[: view.count].tolist(), strict=True)
            )
        )
