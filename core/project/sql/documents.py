"""SQL of what is annotated: annotations, semantic maps, labels, layers and attributes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from core.document.annotation import Annotation, AttributeValue, Label, Layer
from core.document.attributes import AttributeDefinition
from core.document.change import Change
from core.document.document import ImageDocument, ImageState, ProjectState
from core.document.geometry import Size
from core.project import codec
from core.project.records import TouchedImage
from core.project.sql.comments import CommentTable


class DocumentTables:
    """The tables of annotations, semantic maps, labels, layers and attributes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.comments = CommentTable(connection)

    def read_document(self, image_id: int, size: Size) -> ImageDocument:
        """All annotations and semantic maps of an image; raises ReadError."""
        query = self._connection.execute
        # An image that a rescan has just added may not have its row yet.
        revision = query("SELECT rev FROM images WHERE id = ?", (image_id,)).fetchone() or (0,)
        annotations = [
            codec.decode_annotation(row[0])
            for row in query("SELECT record FROM annotations WHERE image_id = ?", (image_id,))
        ]
        maps = [
            codec.decode_semantic(row[0])
            for row in query("SELECT record FROM semantic_maps WHERE image_id = ?", (image_id,))
        ]
        return ImageDocument(
            image_id,
            size,
            MappingProxyType({item.id: item for item in annotations}),
            MappingProxyType({item.layer_id: item for item in maps}),
            revision[0],
            self.comments.read(image_id),
        )

    def write_touched(self, touched: TouchedImage) -> None:
        """Bring the rows of an image to what its document says."""
        self._write_annotations(touched.document, touched.annotation_ids)
        self._write_maps(touched.document, touched.semantic_layer_ids)
        self.comments.write(touched.document, touched.comment_ids)
        self._connection.execute(
            "UPDATE images SET rev = ? WHERE id = ?",
            (touched.document.revision, touched.document.image_id),
        )

    def insert_annotations(self, image_id: int, annotations: Iterable[Annotation]) -> None:
        """Add annotations that are not there yet."""
        self._connection.executemany(
            "INSERT INTO annotations VALUES (?, ?, ?, ?, ?)",
            (
                (image_id, item.id, item.layer_id, item.label_id, codec.encode_annotation(item))
                for item in annotations
            ),
        )

    def _write_annotations(self, document: ImageDocument, ids: frozenset[int]) -> None:
        self._connection.executemany(
            "DELETE FROM annotations WHERE image_id = ? AND id = ?",
            [(document.image_id, number) for number in ids],
        )
        kept = (document.annotations.get(number) for number in ids)
        self.insert_annotations(document.image_id, (item for item in kept if item is not None))

    def _write_maps(self, document: ImageDocument, layer_ids: frozenset[int]) -> None:
        self._connection.executemany(
            "DELETE FROM semantic_maps WHERE image_id = ? AND layer_id = ?",
            [(document.image_id, layer_id) for layer_id in layer_ids],
        )
        kept = (document.semantic.get(layer_id) for layer_id in layer_ids)
        self._connection.executemany(
            "INSERT INTO semantic_maps VALUES (?, ?, ?)",
            [
                (document.image_id, item.layer_id, codec.encode_semantic(item))
                for item in kept
                if item is not None
            ],
        )

    def images_with_label(self, label_id: int) -> tuple[int, ...]:
        """Ids of the images on which a label is used."""
        rows = self._connection.execute(
            "SELECT DISTINCT image_id FROM annotations WHERE label_id = ? ORDER BY image_id",
            (label_id,),
        )
        return tuple(row[0] for row in rows)

    def images_with_layer(self, layer_id: int) -> tuple[int, ...]:
        """Ids of the images on which a layer holds something."""
        rows = self._connection.execute(
            "SELECT image_id FROM annotations WHERE layer_id = ?1"
            " UNION SELECT image_id FROM semantic_maps WHERE layer_id = ?1 ORDER BY image_id",
            (layer_id,),
        )
        return tuple(row[0] for row in rows)

    def count_annotations(self) -> dict[tuple[int, int], int]:
        """How many annotations there are by (layer id, label id)."""
        rows = self._connection.execute(
            "SELECT layer_id, label_id, count(*) FROM annotations GROUP BY label_id, layer_id"
        )
        return {(layer_id, label_id): count for layer_id, label_id, count in rows}

    def count_strays(self) -> dict[int, int]:
        """How many annotations there are by the id of an image that does not exist."""
        rows = self._connection.execute(
            "SELECT image_id, count(*) FROM annotations"
            " WHERE image_id NOT IN (SELECT id FROM images) GROUP BY image_id"
        )
        return dict(rows.fetchall())

    def read_labels(self) -> Mapping[int, Label]:
        """All labels by id."""
        rows = self._connection.execute("SELECT record FROM labels ORDER BY id")
        labels = [codec.decode_label(row[0]) for row in rows]
        return MappingProxyType({label.id: label for label in labels})

    def read_layers(self) -> Mapping[int, Layer]:
        """All layers by id."""
        rows = self._connection.execute("SELECT record FROM layers ORDER BY id")
        layers = [codec.decode_layer(row[0]) for row in rows]
        return MappingProxyType({layer.id: layer for layer in layers})

    def read_attributes(self) -> Mapping[int, AttributeDefinition]:
        """All definitions of attributes by id."""
        rows = self._connection.execute("SELECT record FROM attributes ORDER BY id")
        found = [codec.decode_attribute(row[0]) for row in rows]
        return MappingProxyType({item.id: item for item in found})

    def read_image_attributes(self) -> Mapping[int, Mapping[str, AttributeValue]]:
        """The attributes of the images that have any."""
        rows = self._connection.execute(
            "SELECT id, attributes FROM images WHERE attributes IS NOT NULL"
        )
        return MappingProxyType({number: codec.decode_values(record) for number, record in rows})

    def write_attributes(self, definitions: Iterable[AttributeDefinition]) -> None:
        """Add definitions of attributes or replace those of the same id."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO attributes VALUES (?, ?)",
            [(item.id, codec.encode_attribute(item)) for item in definitions],
        )

    def write_image_attributes(self, values: Mapping[int, Mapping[str, AttributeValue]]) -> None:
        """Replace the attributes of images."""
        self._connection.executemany(
            "UPDATE images SET attributes = ? WHERE id = ?",
            [
                (codec.encode_values(record) if record else None, image_id)
                for image_id, record in values.items()
            ],
        )

    def write_labels(self, labels: Iterable[Label]) -> None:
        """Add labels or replace those of the same id."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO labels VALUES (?, ?)",
            [(label.id, codec.encode_label(label)) for label in labels],
        )

    def write_layers(self, layers: Iterable[Layer]) -> None:
        """Add layers or replace those of the same id."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO layers VALUES (?, ?)",
            [(layer.id, codec.encode_layer(layer)) for layer in layers],
        )

    def write_state(self, state: ProjectState, change: Change) -> None:
        """Bring what a change touches of the project's state up to date."""
        delete = self._connection.executemany
        delete("DELETE FROM labels WHERE id = ?", [(item.id,) for item in change.labels.removed])
        delete("DELETE FROM layers WHERE id = ?", [(item.id,) for item in change.layers.removed])
        self.write_labels((*change.labels.added, *(new for _, new in change.labels.updated)))
        self.write_layers((*change.layers.added, *(new for _, new in change.layers.updated)))
        gone = [(item.id,) for item in change.attributes.removed]
        delete("DELETE FROM attributes WHERE id = ?", gone)
        self.write_attributes(
            (*change.attributes.added, *(new for _, new in change.attributes.updated))
        )
        self.write_image_attributes(
            {
                image_id: state.attributes_of_image(image_id)
                for image_id, part in change.images.items()
                if part.attributes is not None
            }
        )
        self.write_states(
            {
                image_id: state.state_of(image_id)
                for image_id, part in change.images.items()
                if part.state is not None
            }
        )

    def write_states(self, states: Mapping[int, ImageState]) -> None:
        """How far the work on images is, by their ids."""
        self._connection.executemany(
            "UPDATE images SET state = ? WHERE id = ?",
            [(state.value, image_id) for image_id, state in states.items()],
        )
