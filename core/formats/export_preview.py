"""What an export in a format of one object to a pixel will show of an image."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.document.geometry import Box
from core.document.images import Dataset
from core.formats.export_formats import EXPORT_FORMATS, ExportKind
from core.formats.export_options import ExportOptions
from core.formats.exporting import prepare
from core.formats.findings import Findings
from core.formats.outlines import seen_objects

LabelPicture = npt.NDArray[np.uint16]

VOID = 65535


def preview_classes(
    dataset: Dataset, layer_id: int, image_id: int, kind: ExportKind, options: ExportOptions
) -> LabelPicture:
    """The label id of each pixel, uint16 (height, width); 0 where no object is, VOID in crowds.

    The same pixels as in the file that the export writes. Raises ReadError.
    """
    prepared, _, _ = prepare(dataset, layer_id, kind, options)
    document = prepared.load(image_id)
    painted = np.zeros(document.size.shape, np.uint16)
    labels = frozenset(prepared.state.labels)
    layer = document.in_layer(layer_id)
    if kind is ExportKind.VOC:
        # The devkit's pictures have outlines only; boxes stand in the XML.
        layer = tuple(item for item in layer if not isinstance(item.geometry, Box))
    form = EXPORT_FORMATS[kind].title
    for item in seen_objects(layer, document.size, labels, Findings(""), "", form):
        value = VOID if item.annotation.is_crowd else item.annotation.label_id
        painted[item.seen.box.slices][item.seen.crop()] = value
    return painted
