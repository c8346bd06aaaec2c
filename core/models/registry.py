"""The models that Maskwright knows, and the file that each one's weights lie in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from core.errors import ModelError
from core.models.coco_categories import COCO_CATEGORIES
from core.models.specification import ModelFamily, ModelSpec, SettingValue, WeightsSpec
from core.models.weights import find_weights

_RCNN = "core.models.zoo.torchvision_rcnn"

_NUCLEI = WeightsSpec(
    bundled="unet_nuclei.safetensors",
    sha256="a53eef766bcbc715edb8bcf1a968fbfc5c5ed86f587e2ce86d282752adbd321c",
    size_bytes=3_907_638,
    licence="CC0-1.0 data; BSD-3-Clause",
)
_CELLS = WeightsSpec(
    bundled="maskrcnn_cells.safetensors",
    sha256="f6115ee2388a7623a70348ae7628e3e218846a69a9480034295b71a59cd48920",
    size_bytes=3_688_100,
    licence="CC0-1.0 and MIT data; BSD-3-Clause",
)
_COCO = WeightsSpec(
    url="https://download.pytorch.org/models/maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth",
    sha256="bf2d0c1e",
    size_bytes=178_090_079,
    licence="BSD-3-Clause, trained on COCO 2017",
)
_UNET_INPUT: Mapping[str, SettingValue] = MappingProxyType(
    {"normalisation": "percentile", "low_percent": 1.0, "high_percent": 99.0, "multiple_px": 16}
)
_CELLS_INPUT: Mapping[str, SettingValue] = MappingProxyType(
    {
        "normalisation": "percentile",
        "low_percent": 1.0,
        "high_percent": 99.0,
        "short_side_px": 512,
        "long_side_px": 832,
    }
)
_COCO_INPUT: Mapping[str, SettingValue] = MappingProxyType(
    {"normalisation": "none", "short_side_px": 800, "long_side_px": 1333}
)


def registered_models() -> tuple[ModelSpec, ...]:
    """Every model, those that need no download first."""
    return (*_bundled_models(), *_downloaded_models())


def find_model(model_id: str) -> ModelSpec:
    """The model of this id; raises ModelError, naming the ids there are."""
    for spec in registered_models():
        if spec.id == model_id:
            return spec
    known = ", ".join(spec.id for spec in registered_models())
    raise ModelError(f'There is no model "{model_id}".', f"The models are: {known}.")


def weights_path(spec: ModelSpec, override: Path | None = None) -> Path:
    """The weights file of a model, checked to be one.

    ``override`` is a file that the user named. Otherwise it is the bundled
    file, or one in the user's weights folder or in torch's hub cache. A hash in
    a file's name is compared with the content, which reads the whole file: call
    it off the GUI thread. Raises ModelError that says what to do.
    """
    return find_weights(spec, override)


def _bundled_models() -> tuple[ModelSpec, ...]:
    return (
        ModelSpec(
            id="unet-nuclei",
            name="U-Net (nuclei)",
            family=ModelFamily.SEMANTIC,
            builder="core.models.zoo.unet_adapter:UNetAdapter",
            weights=_NUCLEI,
            categories=("nucleus",),
            preprocessing=_UNET_INPUT,
            trainable=True,
            description="Background, interior and border of nuclei, split by watershed.",
        ),
        ModelSpec(
            id="maskrcnn-cells",
            name="Mask R-CNN (cells, small)",
            family=ModelFamily.INSTANCES,
            builder=f"{_RCNN}:TinyMaskRcnnAdapter",
            weights=_CELLS,
            preprocessing=_CELLS_INPUT,
            trainable=True,
            description="A mask for every nucleus or blood cell, of no class.",
        ),
        ModelSpec(
            id="rpn-cells",
            name="Region proposals (cells, small)",
            family=ModelFamily.PROPOSALS,
            builder=f"{_RCNN}:TinyRpnAdapter",
            weights=_CELLS,
            preprocessing=_CELLS_INPUT,
            description="Boxes with the objectness that the region proposal network gives them.",
        ),
    )


def _downloaded_models() -> tuple[ModelSpec, ...]:
    return (
        ModelSpec(
            id="maskrcnn-coco",
            name="Mask R-CNN (COCO)",
            family=ModelFamily.INSTANCES,
            builder=f"{_RCNN}:CocoMaskRcnnAdapter",
            weights=_COCO,
            categories=COCO_CATEGORIES,
            preprocessing=_COCO_INPUT,
            description="People, animals, vehicles, things: the 80 classes of COCO.",
        ),
        ModelSpec(
            id="rpn-coco",
            name="Region proposals (COCO)",
            family=ModelFamily.PROPOSALS,
            builder=f"{_RCNN}:CocoRpnAdapter",
            weights=_COCO,
            preprocessing=_COCO_INPUT,
            description="Boxes that hold a thing of any kind, with their objectness.",
        ),
    )
