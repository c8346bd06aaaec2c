"""Passes images to the engine's process and takes its proposals, through a folder of arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.document.geometry import Size
from core.engine import wire
from core.engine.arrays import ArrayFolder, ArrayPack, PackReader, pack_names
from core.engine.packing import unpack_proposals
from core.engine.protocol import EdgeRequest, ModelRequest, Request
from core.grouping.leaves import ImagePart
from core.models.proposal import ProposalKey, ProposalSet


class Exchange:
    """The program's end of what is too large for the pipe."""

    def __init__(self, parent: Path | None) -> None:
        self._folder = ArrayFolder(parent)
        self._names = pack_names("image")

    @property
    def folder(self) -> Path:
        """Where both sides put their arrays."""
        return self._folder.path

    def message(self, job: int, request: Request) -> wire.RunJob | wire.FindEdges:
        """The message that asks for a job, its image written; raises OSError."""
        if isinstance(request, EdgeRequest):
            return self._edge_message(job, request)
        name, place, image_path = "", None, ""
        if isinstance(request.image, Path):
            image_path = str(request.image)
        else:
            pack = ArrayPack()
            place = pack.add(request.image)
            name = next(self._names)
            pack.write(self.folder / name)
        weights = str(request.weights) if request.weights is not None else None
        parameters = dict(request.parameters)
        return wire.RunJob(job, request.model_id, weights, parameters, name, place, image_path)

    def _edge_message(self, job: int, request: EdgeRequest) -> wire.FindEdges:
        """The message that asks for edges, its image written."""
        pack = ArrayPack()
        place = pack.add(request.image)
        name = next(self._names)
        pack.write(self.folder / name)
        return wire.FindEdges(job, name, place)

    def image_part(self, message: wire.FoundEdges) -> ImagePart:
        """The edges that a message tells of; raises OSError, ValueError when it is broken."""
        reader = PackReader.loaded(self.folder / message.arrays_file)
        edge, leaves = reader.take(message.edge), reader.take(message.leaves)
        return ImagePart(edge.astype(np.float32, copy=False), leaves.astype(np.int32, copy=False))

    def proposals(self, message: wire.Finished, request: ModelRequest) -> ProposalSet:
        """The result that a message tells of; raises OSError, ValueError when it is broken."""
        reader = PackReader.loaded(self.folder / message.arrays_file)
        key = ProposalKey(
            request.image_digest, request.model_id, message.weights_hash, dict(request.parameters)
        )
        return ProposalSet(
            key,
            Size(*message.size),
            unpack_proposals(message.items, reader),
            message.degraded,
            message.seconds,
            message.device,
        )

    def clear(self) -> None:
        """Remove what a process that has ended left unread."""
        self._folder.clear()

    def close(self) -> None:
        """Remove the folder."""
        self._folder.close()
