"""What snapping and sharpening by the regions do to masks, for all and only where it helps.

python -m tests.speed.sharpen_proposals DATASET COUNT [MODEL …]

DATASET holds ``images`` and ``instances.json`` (COCO). Masks are the proposals of the
models from score .5 on, and the true ones after a resize to 1/8 and 1/16 and back. Each is
compared with the object that it fits best (IoU .3 at least). Prints a row of a table for each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from core.document.geometry import Size
from core.document.mask import Mask
from core.grouping import build_hierarchy
from core.grouping.agreement import is_improved
from core.grouping.browser import RegionBrowser
from core.grouping.color import RgbImage
from core.grouping.sharpening import sharpen
from core.headless.proposing import propose_images
from core.imaging.reading import read_image
from core.models.proposal import ProposalSet
from gui.regions.snap_commands import snapped_mask
from tests.speed.clear_the_deck import iou, read_truth

LEAST_IOU = 0.3
USUAL_SCORE = 0.5
COARSE = (8, 16)
WAYS: Mapping[str, Callable[[Sequence[Mask], RegionBrowser, RgbImage], Sequence[Mask]]] = {
    "snapped, all": lambda masks, browser, _rgb: [
        snapped_mask(mask, browser) or mask for mask in masks
    ],
    "snapped, offered": lambda masks, browser, rgb: [
        found if (found := snapped_mask(mask, browser)) and is_improved(mask, found, rgb) else mask
        for mask in masks
    ],
    "sharpened, all": lambda masks, browser, _rgb: sharpen(masks, browser).masks,
    "sharpened, held back": lambda masks, browser, rgb: sharpen(masks, browser, rgb).masks,
}


@dataclass(slots=True)
class Tally:
    """IoU of masks of one kind, raw and after each way."""

    raw: list[float] = field(default_factory=list)
    after: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})

    def row(self, name: str) -> str:
        """As a line of a table."""
        means = [float(np.mean(values or [0.0])) for values in (self.raw, *self.after.values())]
        return f"| {name} | {len(self.raw)} | " + " | ".join(f"{m:.3f}" for m in means) + " |"


def coarse(mask: Mask, size: Size, factor: int) -> Mask:
    """A mask as a network with so large a stride would give it."""
    small = (max(size.width // factor, 1), max(size.height // factor, 1))
    pixels = mask.to_array(size).astype(np.float32)
    reduced = cv2.resize(pixels, small, interpolation=cv2.INTER_AREA)
    return Mask.from_array(cv2.resize(reduced, (size.width, size.height)) >= 0.5)


def measure(
    tally: Tally,
    masks: Sequence[Mask],
    truth: Sequence[Mask],
    browser: RegionBrowser,
    rgb: RgbImage,
) -> None:
    """Add the masks of one image."""
    fits = [(mask, max(truth, key=lambda target: iou(mask, target))) for mask in masks]
    fits = [(mask, target) for mask, target in fits if iou(mask, target) >= LEAST_IOU]
    raw = [mask for mask, _ in fits]
    tally.raw += [iou(mask, target) for mask, target in fits]
    for way, run in WAYS.items():
        found = run(raw, browser, rgb)
        tally.after[way] += [
            iou(mask, target) for mask, (_, target) in zip(found, fits, strict=True)
        ]


def masks_of(found: ProposalSet) -> list[Mask]:
    """The masks that the deck would show at first."""
    shapes = (item.geometry for item in found.above(USUAL_SCORE))
    return [shape for shape in shapes if isinstance(shape, Mask)]


def sources(
    place: int, truth: Sequence[Mask], size: Size, results: Mapping[str, Sequence[ProposalSet]]
) -> Iterator[tuple[str, list[Mask]]]:
    """The masks of an image by where they come from."""
    for model, found in results.items():
        yield model, masks_of(found[place])
    for factor in COARSE:
        rough = (coarse(target, size, factor) for target in truth)
        yield f"truth at 1/{factor}", [mask for mask in rough if not mask.is_empty]


def main(arguments: Sequence[str]) -> int:
    """Measure what is asked for."""
    folder, count, models = Path(arguments[0]), int(arguments[1]), arguments[2:]
    truth = {name: masks for name, masks in read_truth(folder / "instances.json").items() if masks}
    names = sorted(truth)[:: max(len(truth) // count, 1)][:count]
    paths = [folder / "images" / name for name in names]
    results = {model: propose_images(paths, model, device="cpu") for model in models}
    tallies: dict[str, Tally] = {}
    for place, path in enumerate(paths):
        rgb = read_image(path)
        size = Size(rgb.shape[1], rgb.shape[0])
        browser = RegionBrowser(build_hierarchy(rgb), size, rgb)
        targets = truth[names[place]]
        for name, masks in sources(place, targets, size, results):
            measure(tallies.setdefault(name, Tally()), masks, targets, browser, rgb)
    print("| masks | number | raw | " + " | ".join(WAYS) + " |")
    for name, tally in tallies.items():
        print(tally.row(name), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
