"""A project with a reference and predictions of known errors, small enough for every test."""

from __future__ import annotations

from dataclasses import replace

from core.document.annotation import Annotation, Layer, LayerRole, Provenance
from core.document.change import Change, Difference, ImageChange
from core.document.geometry import Box
from core.editing.labels import import_labels
from gui.session import Session
from tests.core.project.pictures import shape

TRUTH, JUDGED = 2, 3
CAT, DOG = 2, 3


def prediction(x: float, label_id: int, score: float, layer_id: int = JUDGED) -> Annotation:
    found = shape(Box(x, 2, 8, 8), layer_id, label_id)
    return replace(found, provenance=Provenance("file", model="net", score=score))


def fill(session: Session) -> None:
    """Image 1: a cat found, a dog taken for a cat. Image 2: a cat missed. Image 3: an extra dog."""
    layers = (
        Layer(TRUTH, LayerRole.REFERENCE, "truth"),
        Layer(JUDGED, LayerRole.PREDICTIONS, "net"),
    )
    session.apply(import_labels(session.state, ["cat", "dog"]))
    session.apply(Change("Layers", layers=Difference(added=layers)))
    images = {
        1: (
            shape(Box(1, 2, 8, 8), TRUTH, CAT),
            shape(Box(21, 2, 8, 8), TRUTH, DOG),
            prediction(1, CAT, 0.9),
            prediction(21, CAT, 0.6),
        ),
        2: (shape(Box(11, 2, 8, 8), TRUTH, CAT),),
        3: (prediction(5, DOG, 0.3),),
    }
    parts = {
        number: ImageChange(annotations=Difference(added=items)) for number, items in images.items()
    }
    session.apply(Change("Objects", parts))
