"""The networks of this program: those whose weights come with it, and one for files of yours."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.models.specification import ModelFamily, ModelSpec, SettingValue, WeightsSpec

_DETECTION = "core.models.zoo.detection_adapter"

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


def bundled_models() -> tuple[ModelSpec, ...]:
    """A U-Net small and classic, a small Mask R-CNN, and the region proposals of the latter."""
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
            cpu_seconds=0.7,
            description="Background, interior and border of nuclei, split by watershed.",
        ),
        ModelSpec(
            id="unet-classic",
            name="U-Net, 64 to 1024 filters",
            family=ModelFamily.SEMANTIC,
            builder="core.models.zoo.unet_adapter:UNetAdapter",
            weights=WeightsSpec(licence="as the file that you choose"),
            categories=("nucleus",),
            preprocessing=_UNET_INPUT,
            trainable=True,
            cpu_seconds=5.3,
            description="The U-Net as published, for a file that training wrote.",
        ),
        ModelSpec(
            id="maskrcnn-cells",
            name="Mask R-CNN (cells, small)",
            family=ModelFamily.INSTANCES,
            builder=f"{_DETECTION}:TinyMaskRcnnAdapter",
            weights=_CELLS,
            preprocessing=_CELLS_INPUT,
            trainable=True,
            cpu_seconds=0.6,
            description="A mask for every nucleus or blood cell, of no class.",
        ),
        ModelSpec(
            id="rpn-cells",
            name="Region proposals (cells, small)",
            family=ModelFamily.PROPOSALS,
            builder=f"{_DETECTION}:TinyRegionAdapter",
            weights=_CELLS,
            preprocessing=_CELLS_INPUT,
            cpu_seconds=0.1,
            description="Boxes with the objectness that the region proposal network gives them.",
        ),
    )
