"""What a model is, told without building it: its class, its weights, its inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import urlsplit

SettingValue = str | int | float | bool
NO_SETTINGS: Mapping[str, SettingValue] = MappingProxyType({})


class ModelFamily(Enum):
    """What kind of answer a model gives."""

    PROPOSALS = "proposals"
    """Boxes that hold something, with an objectness (a region proposal network)."""
    BOXES = "boxes"
    """A box, a class and a score for every object (Faster R-CNN, RetinaNet, SSD)."""
    INSTANCES = "instances"
    """A mask and a score for every object (Mask R-CNN)."""
    KEYPOINTS = "keypoints"
    """The joints of every object (Keypoint R-CNN)."""
    SEMANTIC = "semantic"
    """A class for every pixel, split into objects afterwards (U-Net, FCN, DeepLab)."""


@dataclass(frozen=True, slots=True)
class WeightsSpec:
    """Where the learned numbers of a model come from.

    Exactly one of ``bundled`` (a file name inside ``resources/weights``) and
    ``url`` (a file that people fetch themselves; its last part is the file name)
    is set for a registered model; both are empty when only a file that the user
    names will do. ``sha256`` is the whole hash, or the prefix that stands in
    the file name. ``size_bytes`` is 0 when unknown; of a file that people fetch
    it is right to about a kilobyte. ``file`` is the whole path of a model that
    was trained here.
    """

    bundled: str = ""
    url: str = ""
    sha256: str = ""
    size_bytes: int = 0
    licence: str = ""
    file: str = ""

    @property
    def file_name(self) -> str:
        """Name of the file, without its folder; empty when there is no standard one."""
        name = PurePosixPath(urlsplit(self.url).path).name
        return self.bundled or ("" if name == ".." else name)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One entry of the registry.

    ``builder`` names the adapter class as ``module:Class``; the module is
    imported only when the model runs, because it imports torch. ``categories``
    are the names that proposals carry as their label, empty for class-agnostic
    models; class ``n`` of the network is ``categories[n - 1]``, but for the 80 of
    COCO, whose numbers have gaps. ``architecture`` is the network's name in its
    library, for adapters that run several. ``cpu_seconds`` is what a picture of
    640 × 480 took at one thread where it was measured, 0 when it was not: it is
    for putting models side by side. ``preprocessing`` says how pixels become
    network input, and stands in the metadata of weights that were trained here,
    so that training and running cannot drift apart.
    """

    id: str
    name: str
    family: ModelFamily
    builder: str
    weights: WeightsSpec
    categories: tuple[str, ...] = ()
    preprocessing: Mapping[str, SettingValue] = field(
        default_factory=lambda: NO_SETTINGS, hash=False
    )
    architecture: str = ""
    cpu_seconds: float = 0.0
    trainable: bool = False
    description: str = ""
