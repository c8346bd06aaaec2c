"""The records of the file that a layer came from, kept so that it can go out as it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.document.annotation import Layer
from core.formats.dataset import ImportedDataset, SourceRecords

_WHOLE_FILE = 0
_NAME_OF_FILE = -1


@dataclass(frozen=True, slots=True, eq=False)
class LayerSource:
    """Records by image id as they are stored: 0 is what belongs to no image, −1 the file's name."""

    layer_id: int
    records: Mapping[int, str]

    @classmethod
    def of(
        cls, layer: Layer, imported: ImportedDataset, image_ids: Mapping[str, int]
    ) -> LayerSource:
        """What an import leaves to be kept; ``image_ids`` maps its image names to ids."""
        records = {_NAME_OF_FILE: layer.source, _WHOLE_FILE: imported.extra}
        for image in imported.images:
            if image.raw is not None and image.name in image_ids:
                records[image_ids[image.name]] = image.raw
        return cls(layer.id, records)

    @staticmethod
    def read(stored: Mapping[int, str], layer: Layer | None) -> SourceRecords:
        """The records of a layer; none when the id belongs to another layer by now."""
        if layer is None or not layer.source or stored.get(_NAME_OF_FILE) != layer.source:
            return SourceRecords()
        images = {image_id: record for image_id, record in stored.items() if image_id > 0}
        return SourceRecords(stored.get(_WHOLE_FILE, ""), MappingProxyType(images))
